import { hostPortsOf, portsConflict } from '../../lib/host-ports.ts';
import { type FilterPlugin, resolvable } from '../framework.ts';

const REFUSED = resolvable("node(s) didn't have free ports for the requested pod ports");

/** Ports of the host. */
export const nodePorts: FilterPlugin = {
  name: 'NodePorts',
  prepare({ pod: { ports } }) {
    if (ports.length === 0) return undefined;
    return { filter: { check: (node) => (node.hasOneOf(ports) ? REFUSED : undefined) } };
  },
  helpedBy: {
    node: ({ before, now }) => before === undefined && now !== undefined,
    'assigned-pod': ({ before, now }, { ports }) =>
      now === undefined &&
      before !== undefined &&
      hostPortsOf(before).some((freed) => ports.some((port) => portsConflict(port, freed))),
  },
};
