import { SystemError } from './errno.ts';
import type { OpenFile } from './open-file.ts';
import { type Capabilities, can } from './privileges.ts';

/** Who asks for a file. */
export interface Caller {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  /** What it may do besides; root may do everything unless it is said. */
  readonly capabilities?: Capabilities;
}

export const ROOT: Caller = { pid: 0, uid: 0, gid: 0, groups: [] };

/** How much of a tree's room is taken. */
export interface Quota {
  bytes: number;
  inodes: number;
  readonly bytesMax: number;
  readonly inodesMax: number;
  /** Called when files take more of it than before. */
  grown?: () => void;
}

/** What all kinds of files have. */
export interface Attributes {
  mode: number;
  uid: number;
  gid: number;
  mtimeMs: number;
  links: number;
  readonly id: number;
}

/** Where a file's bytes are. Content that came from outside is shared until somebody writes. */
export class FileNode {
  readonly kind = 'file';
  readonly attributes: Attributes;
  readonly #quota: Quota;
  #data: Buffer;
  #size: number;
  #isShared: boolean;

  constructor(attributes: Attributes, quota: Quota, shared?: Buffer) {
    this.attributes = attributes;
    this.#quota = quota;
    this.#data = shared ?? Buffer.alloc(0);
    this.#size = this.#data.length;
    this.#isShared = shared !== undefined;
  }

  get size(): number {
    return this.#size;
  }

  /** A view that later writes may change: copy it before it is kept. */
  read(offset: number, length: number): Buffer {
    return this.#data.subarray(offset, Math.min(this.#size, offset + length));
  }

  write(offset: number, data: Buffer): void {
    const end = offset + data.length;
    this.#reserve(Math.max(end, this.#size));
    if (offset > this.#size) this.#data.fill(0, this.#size, offset);
    data.copy(this.#data, offset);
    this.#size = Math.max(end, this.#size);
  }

  truncate(size: number): void {
    if (size > this.#size) {
      this.#reserve(size);
      this.#data.fill(0, this.#size, size);
    } else if (!this.#isShared) this.#quota.bytes -= this.#size - size;
    this.#size = size;
    if (size === 0) {
      this.#data = Buffer.alloc(0);
      this.#isShared = false;
    }
  }

  /** The last name is gone. */
  free(): void {
    if (!this.#isShared) this.#quota.bytes -= this.#size;
    this.#quota.inodes--;
  }

  #reserve(size: number): void {
    const added = this.#isShared ? size : Math.max(0, size - this.#size);
    if (this.#quota.bytes + added > this.#quota.bytesMax) throw new SystemError('ENOSPC');
    this.#quota.bytes += added;
    if (added > 0) this.#quota.grown?.();
    if (!this.#isShared && size <= this.#data.length) return;
    const grown = Buffer.allocUnsafe(this.#isShared ? size : Math.max(size, Math.min(this.#data.length * 2, 2 ** 26)));
    this.#data.copy(grown, 0, 0, this.#size);
    this.#data = grown;
    this.#isShared = false;
  }
}

export class LinkNode {
  readonly kind = 'link';
  readonly attributes: Attributes;
  readonly target: string;

  constructor(attributes: Attributes, target: string) {
    this.attributes = attributes;
    this.target = target;
  }
}

/** A file that something else answers for: devices, and what the kernel tells about itself. */
export class DeviceNode {
  readonly kind = 'device';
  readonly attributes: Attributes;
  readonly open: (caller: Caller) => OpenFile;
  /** What `readlink` says about it: descriptors below /proc look like links. */
  readonly target: string | undefined;
  /** A text of the kernel's looks like an ordinary, empty file. */
  readonly isText: boolean;

  constructor(
    attributes: Attributes,
    open: (caller: Caller) => OpenFile,
    { target, isText = false }: { target?: string | undefined; isText?: boolean } = {},
  ) {
    this.attributes = attributes;
    this.open = open;
    this.target = target;
    this.isText = isText;
  }
}

/** A directory whose entries are computed, below /proc and /dev. */
export interface ComputedEntries {
  lookup(name: string, caller: Caller): Inode | undefined;
  names(caller: Caller): Iterable<string>;
}

/** A directory of an image, shared between all containers that have the image: nobody changes it. */
export interface ImageDirectory {
  readonly mode: number;
  readonly entries: ReadonlyMap<string, ImageEntry>;
}

/** What an image holds: a directory, a file, or a link. */
export type ImageEntry =
  | { readonly kind: 'directory'; readonly directory: ImageDirectory }
  | { readonly kind: 'file'; readonly mode: number; readonly data: Buffer }
  | { readonly kind: 'link'; readonly target: string };

export class DirectoryNode {
  readonly kind = 'directory';
  readonly attributes: Attributes;
  readonly #own = new Map<string, Inode | undefined>();
  readonly #image: ImageDirectory | undefined;
  readonly #computed: ComputedEntries | undefined;
  readonly #materialize: (entry: ImageEntry) => Inode;

  constructor(
    attributes: Attributes,
    materialize: (entry: ImageEntry) => Inode,
    from: { image?: ImageDirectory | undefined; computed?: ComputedEntries } = {},
  ) {
    this.attributes = attributes;
    this.#materialize = materialize;
    this.#image = from.image;
    this.#computed = from.computed;
  }

  /** Whether nothing can be written into it. */
  get isComputed(): boolean {
    return this.#computed !== undefined;
  }

  /** An entry of the image becomes this container's own when it is first looked at. */
  lookup(name: string, caller: Caller): Inode | undefined {
    if (this.#own.has(name)) return this.#own.get(name);
    const entry = this.#image?.entries.get(name);
    if (!entry) return this.#computed?.lookup(name, caller);
    const node = this.#materialize(entry);
    this.#own.set(name, node);
    return node;
  }

  /** An entry that is neither computed nor the image's alone. */
  ownEntry(name: string): Inode | undefined {
    return this.#own.get(name);
  }

  names(caller: Caller): string[] {
    const names = new Set(this.#image?.entries.keys());
    for (const [name, node] of this.#own) {
      if (node) names.add(name);
      else names.delete(name);
    }
    for (const name of this.#computed?.names(caller) ?? []) names.add(name);
    return [...names].sort();
  }

  get isEmpty(): boolean {
    return this.names(ROOT).length === 0;
  }

  put(name: string, node: Inode): void {
    this.#own.set(name, node);
  }

  /** An entry of the image stays hidden. */
  take(name: string): void {
    if (this.#image?.entries.has(name)) this.#own.set(name, undefined);
    else this.#own.delete(name);
  }
}

export type Inode = FileNode | DirectoryNode | LinkNode | DeviceNode;

/** Whether the caller has a permission: 4 to read, 2 to write, 1 to execute or to search. */
export function may({ kind, attributes }: Inode, wanted: number, caller: Caller): boolean {
  const { mode, uid, gid } = attributes;
  const isDirectory = kind === 'directory';
  if (can(caller, 'DAC_OVERRIDE')) return wanted !== 1 || (mode & 0o111) !== 0 || isDirectory;
  const shift = caller.uid === uid ? 6 : caller.gid === gid || caller.groups.includes(gid) ? 3 : 0;
  return ((mode >> shift) & wanted) === wanted;
}
