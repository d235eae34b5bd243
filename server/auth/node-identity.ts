/** Who is a node: k8s.io/kubernetes/pkg/auth/nodeidentifier. */
import { dnsSubdomainProblems } from '../kube/names.ts';
import type { User } from '../kube/object.ts';
import { NODES } from './well-known-users.ts';

/** Users of nodes are called by this and the name of the node. */
export const NODE_PREFIX = 'system:node:';

/** The ClusterRole with the rules of nodes. */
export const NODE_ROLE = 'system:node';

/** Whether a user is a node: by group and name (NodeIdentity). */
export function isNode(user: User): boolean {
  return user.name.startsWith(NODE_PREFIX) && user.groups.includes(NODES);
}

/** The node that a user name stands for, whatever the groups: what impersonation asks. */
export function nodeOf(userName: string): string | undefined {
  if (!userName.startsWith(NODE_PREFIX)) return undefined;
  const name = userName.slice(NODE_PREFIX.length);
  return dnsSubdomainProblems(name).length === 0 ? name : undefined;
}
