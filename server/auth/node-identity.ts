/** What the names of users say about nodes. */
import { dnsSubdomainProblems } from '../kube/names.ts';
import { isNode, NODE_PREFIX } from '../kube/node-user.ts';

export { isNode, NODE_PREFIX };

/** The ClusterRole with the rules of nodes. */
export const NODE_ROLE = 'system:node';

/** The node that a user name stands for, whatever the groups: what impersonation asks. */
export function nodeOf(userName: string): string | undefined {
  if (!userName.startsWith(NODE_PREFIX)) return undefined;
  const name = userName.slice(NODE_PREFIX.length);
  return dnsSubdomainProblems(name).length === 0 ? name : undefined;
}
