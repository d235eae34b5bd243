import type { User } from '../../kube/object.ts';

/** kube-apiserver itself (LoopbackClientConfig). */
export const SERVER: User = { name: 'system:apiserver', groups: ['system:authenticated', 'system:masters'] };
