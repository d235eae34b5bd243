import type { Measured } from '../files/local-storage.ts';
import type { CgroupLimits } from '../machine/cgroup.ts';
import type { Mount } from '../machine/file-view.ts';
import type { Sysctls } from '../machine/sysctls.ts';
import type { AnyContainer } from '../pod-runtime.ts';

/** What the containers of a pod find in themselves besides their images. */
export interface Surroundings {
  /** What `hostname` prints. */
  readonly hostname: string;
  /** Gets what has to be waited for: call it before a process starts in a container. @throws Error */
  prepare(container: AnyContainer): Promise<void>;
  /** The variables of a container, as they are now. */
  environment(container: AnyContainer): Readonly<Record<string, string>>;
  /** Its volumes. @throws ConfigProblem */
  mounts(container: AnyContainer): readonly Mount[];
  /** Files that kubelet and container runtime write, by path. */
  files(container: AnyContainer): Readonly<Record<string, string>>;
  /** Settings of the kernel that the containers of the pod share. */
  readonly sysctls: Sysctls;
  /** What a container may use now. */
  cgroup(container: AnyContainer): CgroupLimits;
  /** Minds what a run of a container keeps on the disk of its node. */
  measure(container: AnyContainer, kept: readonly Measured[]): void;
  /** The pod is over, and its volumes with it. */
  close(): void;
}
