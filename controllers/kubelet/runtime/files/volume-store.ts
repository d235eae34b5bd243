/** Files that outlive pods: on nodes, and in persistent volumes. */
import type { Clock } from '../../../../server/base/clock.ts';
import type { Frozen } from '../../../../server/base/freeze.ts';
import type { PersistentVolume, Pod } from '../../../../server/kube/types.gen.ts';
import { toBytes } from '../machine/byte-text.ts';
import { FileTree } from '../machine/file-tree.ts';
import { FileView } from '../machine/file-view.ts';
import { ROOT } from '../machine/inode.ts';
import { nodeCgroups } from './node-cgroups.ts';
import { nodeImage } from './node-image.ts';

/** All trees are made when somebody looks for the first time. They are gone when this process ends. */
export class VolumeStore {
  readonly clock: Clock;
  readonly #persistent = new Map<string, FileTree>();
  readonly #nodes = new Map<string, FileTree>();
  /** The pods of nodes, as whoever asked last sees them. */
  readonly #pods = new Map<string, () => readonly Frozen<Pod>[]>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** The files of a persistent volume, the same ones for all pods that ever use it. */
  persistent({ metadata: { uid = '' } }: Frozen<PersistentVolume>): FileTree {
    let tree = this.#persistent.get(uid);
    if (!tree) {
      tree = this.empty();
      this.#persistent.set(uid, tree);
    }
    return tree;
  }

  /**
   * The files of a node. The machine that this process runs on has no part in them.
   *
   * @param settings what lies in its /etc, by name
   * @param pods which have control groups there
   */
  nodeFiles(
    name: string,
    settings: () => Readonly<Record<string, string>>,
    pods: () => readonly Frozen<Pod>[],
  ): FileTree {
    this.#pods.set(name, pods);
    let tree = this.#nodes.get(name);
    if (!tree) {
      tree = new FileTree({ clock: this.clock, image: nodeImage() });
      const etc = tree.root.lookup('etc', ROOT);
      if (etc?.kind === 'directory')
        for (const [file, text] of Object.entries(settings()))
          etc.put(file, tree.newFile({ mode: 0o644, uid: 0, gid: 0 }, Buffer.from(text)));
      const { node: fs } = new FileView(tree).find('/sys/fs');
      if (fs.kind === 'directory')
        fs.put(
          'cgroup',
          nodeCgroups(
            () => this.#pods.get(name)?.() ?? [],
            () => this.clock.now(),
          ),
        );
      this.#nodes.set(name, tree);
    }
    return tree;
  }

  /** An empty volume that everybody may write to. */
  empty(bytesMax?: number): FileTree {
    const tree = new FileTree({ clock: this.clock, ...(bytesMax !== undefined && { bytesMax }) });
    tree.root.attributes.mode = 0o777;
    return tree;
  }

  forgetVolume(uid: string): void {
    this.#persistent.delete(uid);
  }

  forgetNode(name: string): void {
    this.#nodes.delete(name);
    this.#pods.delete(name);
  }
}

/** Names in a machine are bytes. */
export const pathInTree = (path: string): string => toBytes(path).split('/').filter(Boolean).join('/');
