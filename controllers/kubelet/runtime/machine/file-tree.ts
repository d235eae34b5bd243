import type { Clock } from '../../../../server/base/clock.ts';
import { SystemError } from './errno.ts';
import {
  type Attributes,
  type ComputedEntries,
  DirectoryNode,
  FileNode,
  type ImageDirectory,
  type ImageEntry,
  type Inode,
  LinkNode,
  type Quota,
} from './inode.ts';
import { MACHINE_LIMITS, type MachineLimits } from './limits.ts';

/** Who owns a new file, and what may be done with it. */
export interface NewFile {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Where files live: of a container, or of a volume that several containers mount. A view (`FileView`) finds its way
 * through one or several of them.
 */
export class FileTree {
  readonly root: DirectoryNode;
  readonly quota: Quota;
  readonly clock: Clock;
  #lastId = 1;

  constructor({
    clock,
    limits = MACHINE_LIMITS,
    image,
    bytesMax = limits.fileBytes,
    computed,
  }: {
    clock: Clock;
    limits?: MachineLimits;
    image?: ImageDirectory;
    bytesMax?: number;
    /** What somebody else puts into the root, whenever it is looked at: only mount points are made there. */
    computed?: ComputedEntries;
  }) {
    this.clock = clock;
    this.quota = { bytes: 0, inodes: 0, bytesMax, inodesMax: limits.inodes };
    this.root = this.#directory(
      { mode: image?.mode ?? 0o755, uid: 0, gid: 0 },
      { image, ...(computed && { computed }) },
    );
  }

  newFile(attributes: NewFile, content?: Buffer): FileNode {
    return new FileNode(this.#attributes(attributes), this.quota, content);
  }

  newDirectory(attributes: NewFile): DirectoryNode {
    return this.#directory(attributes);
  }

  newLink(target: string, { uid, gid }: NewFile): LinkNode {
    return new LinkNode(this.#attributes({ mode: 0o777, uid, gid }), target);
  }

  /** A name is gone; with the last one goes the file. */
  forget(node: Inode): void {
    node.attributes.links--;
    if (node.attributes.links > 0) return;
    if (node.kind === 'file') node.free();
    else this.quota.inodes--;
  }

  #directory(
    attributes: NewFile,
    from: { image?: ImageDirectory | undefined; computed?: ComputedEntries } = {},
  ): DirectoryNode {
    return new DirectoryNode(this.#attributes(attributes), (entry) => this.#fromImage(entry), from);
  }

  #fromImage(entry: ImageEntry): Inode {
    if (entry.kind === 'directory')
      return this.#directory({ mode: entry.directory.mode, uid: 0, gid: 0 }, { image: entry.directory });
    if (entry.kind === 'link') return this.newLink(entry.target, { mode: 0o777, uid: 0, gid: 0 });
    return this.newFile({ mode: entry.mode, uid: 0, gid: 0 }, entry.data);
  }

  #attributes({ mode, uid, gid }: NewFile): Attributes {
    if (this.quota.inodes >= this.quota.inodesMax) throw new SystemError('ENOSPC');
    this.quota.inodes++;
    return { mode, uid, gid, mtimeMs: this.clock.now(), links: 1, id: this.#lastId++ };
  }
}
