/** Pods keep away from each other by node, and by nothing larger: LimitPodHardAntiAffinityTopology. Off by default. */
import { forbidden } from '../kube/api-error.ts';
import type { Pod } from '../kube/types.gen.ts';
import { type AdmissionPlugin, isObjectOf } from './plugin.ts';

const HOST = 'kubernetes.io/hostname';

export const antiAffinityTopology: AdmissionPlugin = {
  name: 'LimitPodHardAntiAffinityTopology',
  handles: (kind) => isObjectOf(kind, 'pods') && (kind.operation === 'create' || kind.operation === 'update'),
  validate({ object }) {
    const { metadata, spec } = object as unknown as Pod;
    const required = spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    const wide = required.find(({ topologyKey }) => topologyKey !== HOST);
    if (!wide) return;
    const why = `affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey ${wide.topologyKey}`;
    throw forbidden({ group: '', resource: 'pods' }, metadata.name ?? '', `${why} but only key ${HOST} is allowed`);
  },
};
