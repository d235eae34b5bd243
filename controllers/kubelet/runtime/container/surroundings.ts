/** What a container finds in itself besides its image: variables, volumes and files of the container runtime. */
import type { Frozen } from '../../../../server/base/freeze.ts';
import type { Pod } from '../../../../server/kube/types.gen.ts';
import type { Mount } from '../machine/file-view.ts';
import type { AnyContainer } from '../pod-runtime.ts';

export interface Surroundings {
  /** The variables of a container, as they are when it starts. */
  environment(container: AnyContainer): Readonly<Record<string, string>>;
  /** Its volumes. */
  mounts(container: AnyContainer): readonly Mount[];
  /** Files that a container runtime writes, by path. */
  files(container: AnyContainer): Readonly<Record<string, string>>;
}

/** Variables that have a value in the pod itself, and the pod's own address. */
export function ownSurroundings(pod: Frozen<Pod>): Surroundings {
  const { name = '' } = pod.metadata;
  const hostname = pod.spec.hostname ?? name;
  return {
    environment: ({ env = [] }) =>
      Object.fromEntries(env.flatMap(({ name: key, value }) => (value === undefined ? [] : [[key, value]]))),
    mounts: () => [],
    files: () => ({
      '/etc/hostname': `${hostname}\n`,
      '/etc/hosts': `127.0.0.1\tlocalhost\n::1\tlocalhost\n${pod.status.podIP}\t${hostname}\n`,
    }),
  };
}
