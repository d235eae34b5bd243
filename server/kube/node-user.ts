/** Who is a node: k8s.io/kubernetes/pkg/auth/nodeidentifier. */
import type { User } from './object.ts';

/** Users of nodes are called by this and the name of the node. */
export const NODE_PREFIX = 'system:node:';

const NODES = 'system:nodes';

/** Whether a user is a node: by group and name (NodeIdentity). */
export function isNode(user: User): boolean {
  return user.name.startsWith(NODE_PREFIX) && user.groups.includes(NODES);
}
