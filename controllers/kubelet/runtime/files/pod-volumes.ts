import type { Frozen } from '../../../../server/base/freeze.ts';
import { ApiError } from '../../../../server/kube/api-error.ts';
import { quantityValue } from '../../../../server/kube/quantity.ts';
import type { Pod, ServiceAccountTokenProjection, Volume, VolumeMount } from '../../../../server/kube/types.gen.ts';
import { volumeProblems } from '../../volume-problems.ts';
import { toBytes } from '../machine/byte-text.ts';
import { FileTree } from '../machine/file-tree.ts';
import { FileView, type Mount } from '../machine/file-view.ts';
import { MACHINE_LIMITS } from '../machine/limits.ts';
import type { AnyContainer } from '../pod-runtime.ts';
import { AtomicTree } from './atomic-tree.ts';
import { claimedVolume } from './claimed-volume.ts';
import { containerEnvironment, type ReadVolumeFile } from './environment.ts';
import type { LocalStorage } from './local-storage.ts';
import { makeNestedPoints, makeSubPath, subPathOf } from './mount-points.ts';
import { makeNodePath } from './node-paths.ts';
import { giveTree, isGiven } from './ownership.ts';
import { projectionsOf, VolumeProjections } from './projections.ts';
import { ConfigProblem, type PodSources, TokenRefused } from './sources.ts';
import { TokenFiles } from './token-files.ts';
import { pathInTree, type VolumeStore } from './volume-store.ts';

/** A volume as the pod has it. */
interface PodVolume {
  readonly tree: FileTree;
  /** What of the tree is the volume; empty for all of it. */
  readonly base: string;
  readonly readOnly: boolean;
  readonly type: string;
  /** Whether the kubelet writes it: nobody makes anything in it. */
  readonly isProjected: boolean;
}

const READ = { readOnly: false, isProjected: false, base: '' } as const;
const DISK = { ...READ, type: 'ext4' } as const;
const MEMORY = { ...READ, type: 'tmpfs' } as const;

/** Containers are given what lies deeper later (containerd's orderedMounts). */
const depth = (path: string): number => path.split('/').filter(Boolean).length;

/**
 * The volumes of one pod. Nothing is made before a container is made that mounts it; what was made stays the same for
 * all of its containers, and for all of their runs.
 *
 * @example
 * const volumes = new PodVolumes(pod, sources, store, storage);
 * await volumes.prepare(container);
 * new Machine({ ..., mounts: () => volumes.mountsOf(container) });
 */
export class PodVolumes {
  readonly #pod: Frozen<Pod>;
  readonly #sources: PodSources;
  readonly #store: VolumeStore;
  readonly #storage: LocalStorage;
  readonly #tokens: TokenFiles;
  readonly #volumes = new Map<string, PodVolume>();

  constructor(pod: Frozen<Pod>, sources: PodSources, store: VolumeStore, storage: LocalStorage) {
    this.#pod = pod;
    this.#sources = sources;
    this.#store = store;
    this.#storage = storage;
    this.#tokens = new TokenFiles(sources, store.clock);
  }

  /** Gets the tokens that a container mounts. Call it before a process starts in the container. @throws TokenRefused */
  async prepare({ volumeMounts = [] }: AnyContainer): Promise<void> {
    for (const volume of this.#pod.spec.volumes ?? []) {
      if (!volume.projected || !volumeMounts.some(({ name }) => name === volume.name)) continue;
      for (const { serviceAccountToken } of volume.projected.sources ?? [])
        if (serviceAccountToken) await this.#token(volume.name, serviceAccountToken);
    }
  }

  async #token(volume: string, wanted: Frozen<ServiceAccountTokenProjection>): Promise<void> {
    try {
      await this.#tokens.prepare(wanted);
    } catch (error) {
      if (error instanceof ApiError) throw new TokenRefused(volume, error);
      throw error;
    }
  }

  /**
   * What a container mounts, those that lie in others after them.
   *
   * @throws ConfigProblem when it cannot be mounted
   */
  mountsOf(container: AnyContainer): readonly Mount[] {
    const wanted = [...(container.volumeMounts ?? [])].sort((a, b) => depth(a.mountPath) - depth(b.mountPath));
    const paths = wanted.map(({ mountPath }) => mountPath);
    return wanted.map((mount) => this.#mount(mount, container, paths));
  }

  #mount(mount: Frozen<VolumeMount>, container: AnyContainer, paths: readonly string[]): Mount {
    const { name, mountPath } = mount;
    const volume = this.#volume(name);
    if (!volume) throw new ConfigProblem(`cannot find volume "${name}" to mount into container "${container.name}"`);
    const { tree, base, type } = volume;
    const subPath = pathInTree(subPathOf(mount, () => this.environmentOf(container)));
    if (subPath !== '') makeSubPath(tree, base, subPath, { container: container.name, volume: name });
    else if (volume.isProjected) makeNestedPoints(tree, mountPath, paths);
    const inTree = [base, subPath].filter(Boolean).join('/');
    const readOnly = (mount.readOnly ?? false) || volume.readOnly;
    return { path: `/${pathInTree(mountPath)}`, tree, readOnly, type, ...(inTree !== '' && { subPath: inTree }) };
  }

  /** The variables of a container, those that lie in files of volumes too; those that are missing are left out. */
  environmentOf(container: AnyContainer): Record<string, string> {
    return containerEnvironment(this.#sources.pod() ?? this.#pod, container, this.#sources, {
      volumeFile: this.file,
      isLenient: true,
    });
  }

  /** What a file in a volume holds. */
  readonly file: ReadVolumeFile = (volume, path) => {
    const found = this.#volume(volume);
    const place = found && new FileView(found.tree).tryFind(`/${found.base}/${toBytes(path)}`);
    return place?.node.kind === 'file' ? place.node.read(0, place.node.size).toString('utf8') : undefined;
  };

  #volume(name: string): PodVolume | undefined {
    const known = this.#volumes.get(name);
    if (known) return known;
    const volume = this.#pod.spec.volumes?.find((candidate) => candidate.name === name);
    const made = volume && this.#make(volume);
    if (made) this.#volumes.set(name, made);
    return made;
  }

  #make(volume: Frozen<Volume>): PodVolume | undefined {
    const { hostPath, emptyDir, persistentVolumeClaim, ephemeral, image } = volume;
    if (hostPath) return this.#ofNode(hostPath);
    if (emptyDir) return this.#shared(volume.name, emptyDir.medium ?? '', emptyDir.sizeLimit);
    if (persistentVolumeClaim ?? ephemeral) return this.#claimed(volume);
    if (image) return { ...DISK, tree: this.#ofImage(image.reference ?? ''), readOnly: true, type: 'overlay' };
    if (projectionsOf(volume).sources.length > 0) return this.#projected(volume);
    return this.#given({ ...DISK, tree: this.#store.empty() });
  }

  #ofImage(reference: string): FileTree {
    const image = this.#sources.imageFiles(reference);
    return image ? new FileTree({ clock: this.#store.clock, image }) : this.#store.empty();
  }

  #ofNode(source: NonNullable<Frozen<Volume>['hostPath']>): PodVolume {
    const tree = this.#sources.nodeFiles();
    makeNodePath(source, tree);
    return { ...DISK, tree, base: pathInTree(source.path) };
  }

  /** Only what lies in memory has a limit that writers meet; beyond others a kubelet evicts pods. */
  #shared(name: string, medium: string, sizeLimit: string | undefined): PodVolume {
    if (medium === '') {
      const tree = this.#store.empty();
      this.#storage.addVolume(name, tree.quota);
      return this.#given({ ...DISK, tree });
    }
    const bytes = sizeLimit === undefined ? 0 : quantityValue(sizeLimit);
    const tree = bytes > 0 ? this.#store.empty(Math.min(bytes, MACHINE_LIMITS.fileBytes)) : this.#store.empty();
    // As a file system in memory is mounted; kubelets leave it so.
    tree.root.attributes.mode = 0o1777;
    return this.#given({ ...MEMORY, tree, ...(medium !== 'Memory' && { type: 'hugetlbfs' }) });
  }

  #claimed(volume: Frozen<Volume>): PodVolume | undefined {
    const persistent = claimedVolume(this.#pod, volume, this.#sources);
    if (!persistent) return undefined;
    const readOnly = volume.persistentVolumeClaim?.readOnly ?? false;
    const { hostPath, local } = persistent.spec;
    if (hostPath) return { ...this.#ofNode(hostPath), readOnly };
    if (local) return this.#given({ ...this.#ofNode({ path: local.path }), readOnly });
    return this.#given({ ...DISK, tree: this.#store.persistent(persistent), readOnly });
  }

  #projected(volume: Frozen<Volume>): PodVolume {
    const projections = new VolumeProjections(volume, {
      pod: this.#pod,
      sources: this.#sources,
      tokens: this.#tokens,
      isMissing: (wanted) => volumeProblems(wanted, this.#pod, this.#sources).length > 0,
    });
    const { tree } = new AtomicTree(this.#store.clock, projections, this.#group);
    return { ...(volume.configMap ? DISK : MEMORY), tree, readOnly: true, isProjected: true };
  }

  get #group(): number | undefined {
    return this.#pod.spec.securityContext?.fsGroup;
  }

  /** Lets the fsGroup of the pod use a volume. */
  #given(volume: PodVolume): PodVolume {
    const group = this.#group;
    const place = new FileView(volume.tree).find(`/${volume.base}`);
    if (group === undefined || volume.readOnly || place.node.kind !== 'directory') return volume;
    const isLeft = this.#pod.spec.securityContext?.fsGroupChangePolicy === 'OnRootMismatch';
    if (!isLeft || !isGiven(place.node.attributes, group)) giveTree(place.node, group, { readOnly: false });
    return volume;
  }
}
