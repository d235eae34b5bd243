/**
 * What nodes may do: everything in ClusterRole `system:node`. Upstream's Node authorizer starts from the same rules and
 * then narrows them down to objects that belong to the node (the secrets of its pods, say) by a graph; here every node
 * has the rules as they stand.
 */
import { dnsSubdomainProblems } from '../kube/names.ts';
import type { User } from '../kube/object.ts';
import { NODES } from './well-known-users.ts';

const PREFIX = 'system:node:';

/** The ClusterRole with the rules of nodes. */
export const NODE_ROLE = 'system:node';

/** Whether a user is a node: by group and name (NodeIdentity). */
export function isNode(user: User): boolean {
  return user.name.startsWith(PREFIX) && user.groups.includes(NODES);
}

/** The node that a user name stands for, whatever the groups: what impersonation asks. */
export function nodeOf(userName: string): string | undefined {
  if (!userName.startsWith(PREFIX)) return undefined;
  const name = userName.slice(PREFIX.length);
  return dnsSubdomainProblems(name).length === 0 ? name : undefined;
}
