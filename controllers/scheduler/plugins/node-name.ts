import { type FilterPlugin, unresolvable } from '../framework.ts';

const REFUSED = unresolvable("node(s) didn't match the requested node name");

/** Pods that name their node themselves; those never wait for the scheduler, but preemption may ask. */
export const nodeName: FilterPlugin = {
  name: 'NodeName',
  prepare({ pod: { pod } }) {
    const { nodeName: name } = pod.spec;
    if (!name) return undefined;
    return { nodes: new Set([name]), filter: { check: (node) => (node.name === name ? undefined : REFUSED) } };
  },
  helpedBy: { node: ({ before, now }, { pod }) => !before && now?.metadata.name === pod.spec.nodeName },
};
