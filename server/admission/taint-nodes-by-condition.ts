/** Nodes get no pods before they are ready: TaintNodesByCondition. */
import type { Node } from '../kube/types.gen.ts';
import { type AdmissionPlugin, isObjectOf } from './plugin.ts';

/** The node life-cycle controller takes it away when the node is ready. */
const NOT_READY = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  handles: (kind) => kind.operation === 'create' && isObjectOf(kind, 'nodes'),
  mutate({ object }) {
    const node = object as unknown as Node;
    const taints = node.spec?.taints ?? [];
    if (taints.some(({ key, effect }) => key === NOT_READY.key && effect === NOT_READY.effect)) return;
    node.spec = { ...node.spec, taints: [...taints, { ...NOT_READY }] };
  },
};
