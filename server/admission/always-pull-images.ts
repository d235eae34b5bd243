/** Images are pulled for each pod, so that only who has the credentials runs them: AlwaysPullImages. Off by default. */
import type { Container, Pod, PodSpec } from '../kube/types.gen.ts';
import { type AdmissionPlugin, isObjectOf } from './plugin.ts';

function containersOf(spec: PodSpec): Container[] {
  return [
    ...(spec.initContainers ?? []),
    ...(spec.containers ?? []),
    ...((spec.ephemeralContainers ?? []) as Container[]),
  ];
}

export const alwaysPullImages: AdmissionPlugin = {
  name: 'AlwaysPullImages',
  handles: (kind) => isObjectOf(kind, 'pods') && (kind.operation === 'create' || kind.operation === 'update'),
  mutate({ object, old }) {
    const { spec } = object as unknown as Pod;
    if (old) {
      // What runs already keeps its policy, which could not be changed any more.
      const known = new Set(containersOf((old as unknown as Pod).spec).map(({ image }) => image));
      if (containersOf(spec).every(({ image }) => known.has(image))) return;
    }
    for (const container of containersOf(spec)) container.imagePullPolicy = 'Always';
    if (!spec.volumes) return;
    spec.volumes = spec.volumes.map((volume) =>
      volume.image ? { ...volume, image: { ...volume.image, pullPolicy: 'Always' } } : volume,
    );
  },
};
