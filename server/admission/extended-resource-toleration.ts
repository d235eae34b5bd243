/** Pods that ask for a device tolerate the taint of nodes that have it: ExtendedResourceToleration. Off by default. */
import type { Pod } from '../kube/types.gen.ts';
import { type AdmissionPlugin, isObjectOf } from './plugin.ts';

/** `example.com/gpu`, but nothing of Kubernetes' own and no quota for requests of it. */
function isExtended(resource: string): boolean {
  return resource.includes('/') && !resource.includes('kubernetes.io/') && !resource.startsWith('requests.');
}

export const extendedResourceToleration: AdmissionPlugin = {
  name: 'ExtendedResourceToleration',
  handles: (kind) => isObjectOf(kind, 'pods') && (kind.operation === 'create' || kind.operation === 'update'),
  mutate({ object }) {
    const { spec } = object as unknown as Pod;
    const asked = [...(spec.containers ?? []), ...(spec.initContainers ?? [])]
      .flatMap(({ resources }) => Object.keys(resources?.requests ?? {}))
      .filter(isExtended);
    const given = spec.tolerations ?? [];
    const missing = [...new Set(asked)]
      .sort()
      .filter(
        (name) =>
          !given.some(({ key, operator, effect }) => key === name && operator === 'Exists' && effect === 'NoSchedule'),
      );
    if (missing.length === 0) return;
    const added = missing.map((key) => ({ key, operator: 'Exists', effect: 'NoSchedule' }));
    spec.tolerations = [...given, ...added];
  },
};
