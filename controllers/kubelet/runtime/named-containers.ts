import type { Frozen } from '../../../server/base/freeze.ts';
import type { Pod } from '../../../server/kube/types.gen.ts';

/** What is wrong with names of containers that a pod does not have. */
export function unknownContainers({ spec }: Frozen<Pod>, names: Iterable<string | undefined>): string | undefined {
  const lists = [spec.initContainers, spec.containers, spec.ephemeralContainers];
  const known = lists.flatMap((list) => (list ?? []).map(({ name }) => name));
  const unknown = [...new Set(names)].filter((name) => name !== undefined && !known.includes(name));
  if (unknown.length === 0) return undefined;
  const shown = unknown.map((name) => JSON.stringify(name)).join(', ');
  return `the pod has no container ${shown}; there ${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}`;
}
