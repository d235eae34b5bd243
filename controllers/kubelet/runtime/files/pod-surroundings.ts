import type { Frozen } from '../../../../server/base/freeze.ts';
import type { Pod } from '../../../../server/kube/types.gen.ts';
import { creationProblem } from '../container/security.ts';
import type { Surroundings } from '../container/surroundings.ts';
import type { CgroupLimits } from '../machine/cgroup.ts';
import { FileView, type Mount } from '../machine/file-view.ts';
import { SYSCTL_DEFAULTS, type Sysctls, sysctlName } from '../machine/sysctls.ts';
import type { AnyContainer } from '../pod-runtime.ts';
import { containerLimits } from './cgroup-limits.ts';
import { environmentProblem } from './environment.ts';
import { LocalStorage, type Measured } from './local-storage.ts';
import { podHostname } from './pod-hostname.ts';
import { PodVolumes } from './pod-volumes.ts';
import { runtimeFiles } from './runtime-files.ts';
import { ConfigProblem, type PodSources } from './sources.ts';
import type { VolumeStore } from './volume-store.ts';

function podSysctls({ spec: { securityContext } }: Frozen<Pod>): Sysctls {
  const own = (securityContext?.sysctls ?? []).map(({ name, value }) => [sysctlName(name), value] as const);
  return new Map([...Object.entries(SYSCTL_DEFAULTS), ...own]);
}

/** What the containers of a pod find in themselves. Nothing is made before it is asked for. */
export class PodSurroundings implements Surroundings {
  readonly #pod: Frozen<Pod>;
  readonly #sources: PodSources;
  readonly #store: VolumeStore;
  readonly #wake: () => void;
  #storage: LocalStorage | undefined;
  #volumes: PodVolumes | undefined;
  #sysctls: Sysctls | undefined;

  /** @param wake calls for the kubelet: the pod has become too large */
  constructor(pod: Frozen<Pod>, sources: PodSources, store: VolumeStore, wake: () => void) {
    this.#pod = pod;
    this.#sources = sources;
    this.#store = store;
    this.#wake = wake;
  }

  get #mounted(): PodVolumes {
    this.#volumes ??= new PodVolumes(this.#pod, this.#sources, this.#store, this.#kept);
    return this.#volumes;
  }

  get #kept(): LocalStorage {
    this.#storage ??= new LocalStorage(this.#pod, this.#store.clock, this.#wake);
    return this.#storage;
  }

  /** What `hostname` prints. */
  get hostname(): string {
    return podHostname(this.#pod).kernelName;
  }

  /** Why a container cannot be made: CreateContainerConfigError. */
  problem(container: AnyContainer): string | undefined {
    const pod = this.#sources.pod() ?? this.#pod;
    const variables = environmentProblem(pod, container, this.#sources, (volume, path) =>
      this.#mounted.file(volume, path),
    );
    return variables ?? this.#mountProblem(container);
  }

  /** Only parts of volumes can be missing: whether whole ones are there was asked before. */
  #mountProblem(container: AnyContainer): string | undefined {
    if (!container.volumeMounts?.some(({ subPath, subPathExpr }) => subPath || subPathExpr)) return undefined;
    try {
      this.mounts(container);
      return undefined;
    } catch (error) {
      if (error instanceof ConfigProblem) return error.message;
      throw error;
    }
  }

  /** Why the container runtime cannot make a container: CreateContainerError. */
  creationProblem(container: AnyContainer): string | undefined {
    return creationProblem(this.#pod, container, (path) => new FileView(this.#sources.nodeFiles()).exists(path));
  }

  /** Gets what has to be waited for. Call it before a process starts in a container. @throws TokenRefused */
  prepare(container: AnyContainer): Promise<void> {
    return this.#mounted.prepare(container);
  }

  /**
   * The variables of a container, as they are now. Whether all are there is asked before it begins: whatever goes later
   * is left out.
   */
  environment(container: AnyContainer): Record<string, string> {
    return this.#mounted.environmentOf(container);
  }

  /** Its volumes. @throws ConfigProblem */
  mounts(container: AnyContainer): readonly Mount[] {
    return this.#mounted.mountsOf(container);
  }

  get sysctls(): Sysctls {
    this.#sysctls ??= podSysctls(this.#pod);
    return this.#sysctls;
  }

  cgroup(container: AnyContainer): CgroupLimits {
    return containerLimits(this.#sources.pod() ?? this.#pod, container);
  }

  measure({ name }: AnyContainer, kept: readonly Measured[]): void {
    this.#kept.addContainer(name, kept);
  }

  /** What the pod keeps on the disk of its node beyond its limits: why it is evicted. */
  get excess(): string | undefined {
    return this.#storage?.excess;
  }

  close(): void {
    this.#volumes = undefined;
    this.#storage?.close();
  }

  /** Files that kubelet and container runtime write, by path. */
  files(container: AnyContainer): Record<string, string> {
    return runtimeFiles(this.#pod, container, this.#sources);
  }
}
