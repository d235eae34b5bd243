import { SystemError } from './errno.ts';
import type { FileTree, NewFile } from './file-tree.ts';
import { type Caller, DirectoryNode, type Inode, may, ROOT } from './inode.ts';
import { MACHINE_LIMITS, type MachineLimits } from './limits.ts';
import { type OpenFile, OpenRegularFile } from './open-file.ts';
import { can } from './privileges.ts';

const SETGID = 0o2000;

/** A tree at a place in the view. */
export interface Mount {
  readonly path: string;
  readonly tree: FileTree;
  /** A path inside the tree, made when it is missing. */
  readonly subPath?: string;
  readonly readOnly?: boolean;
  /** What `mount` shows. */
  readonly type?: string;
}

/** Where a path leads. */
export interface Place {
  readonly name: string;
  /** Of the place itself, without links. */
  readonly path: string;
  readonly parent: Place | undefined;
  readonly node: Inode;
  readonly mount: Mount;
}

/** Where a path leads that may name nothing yet. */
export interface Vacancy {
  readonly parent: Place;
  readonly name: string;
  readonly place: Place | undefined;
}

/** How a file is opened. */
export interface OpenMode {
  readonly read?: boolean;
  readonly write?: boolean;
  readonly append?: boolean;
  readonly truncate?: boolean;
  /** Made with this mode when it is missing. */
  readonly create?: number;
  readonly exclusive?: boolean;
}

export interface ViewOptions {
  readonly mounts?: readonly Mount[];
  readonly limits?: MachineLimits;
  /** Whether nobody can write but to what is mounted. */
  readonly readOnly?: boolean;
  /** Made when it is missing. */
  readonly workingDirectory?: string;
  /** Called with what somebody looked for and did not find, and where it would be. */
  readonly missed?: (path: string, mount: Mount) => void;
}

/**
 * The files that a container sees: its own tree with volumes mounted into it. All calls answer at once and throw
 * `SystemError`. Paths are absolute.
 */
export class FileView {
  readonly mounts: readonly Mount[];
  readonly #limits: MachineLimits;
  readonly #root: Place;
  readonly #mounted = new Map<Inode, { readonly mount: Mount; readonly node: Inode }>();
  readonly #missed: (path: string, mount: Mount) => void;
  #isLooking = false;

  constructor(
    tree: FileTree,
    { mounts = [], limits = MACHINE_LIMITS, missed = () => undefined, workingDirectory, readOnly }: ViewOptions = {},
  ) {
    this.#limits = limits;
    this.#missed = missed;
    const mount: { readOnly?: boolean } & Mount = { path: '/', tree, type: 'overlay' };
    this.#root = { name: '/', path: '/', parent: undefined, node: tree.root, mount };
    this.mounts = [mount, ...mounts];
    for (const added of mounts) this.#mount(added);
    if (workingDirectory !== undefined) this.makePath(workingDirectory);
    // What is mounted, and where a program begins, is made before.
    if (readOnly) mount.readOnly = true;
  }

  /** A volume's root, or what its subPath names; the place it is mounted at is made when it is missing. */
  #mount(mount: Mount): void {
    const volume = new FileView(mount.tree, { limits: this.#limits });
    const found = mount.subPath === undefined ? volume.#root : volume.makePath(`/${mount.subPath}`);
    const isDirectory = found.node.kind === 'directory';
    const point = this.#mountPoint(mount.path, isDirectory);
    this.#mounted.set(point.node, { mount, node: found.node });
  }

  /** Where something is mounted, whoever may write there. */
  #mountPoint(path: string, isDirectory: boolean): Place {
    const names = path.split('/').filter(Boolean);
    let point = this.#root;
    for (let depth = 1; depth <= names.length; depth++) {
      const { parent, name, place } = this.vacancy(`/${names.slice(0, depth).join('/')}`, ROOT);
      if (!place && parent.mount.readOnly && !isKernels(parent)) throw new SystemError('EROFS');
      const { tree } = parent.mount;
      const isFile = depth === names.length && !isDirectory;
      const made = { mode: isFile ? 0o644 : 0o755, uid: 0, gid: 0 };
      point = place ?? this.#put(parent, name, isFile ? tree.newFile(made) : tree.newDirectory(made));
    }
    return point;
  }

  /** What `mkdir -p` does. */
  makePath(path: string, mode = 0o755, caller: Caller = ROOT): Place {
    let place = this.#root;
    let done = '';
    for (const name of path.split('/').filter(Boolean)) {
      done += `/${name}`;
      const found = this.vacancy(done, caller);
      place = found.place ?? this.makeDirectory(done, mode, caller);
    }
    return place;
  }

  /** @throws SystemError when there is nothing */
  find(path: string, caller: Caller = ROOT, { follow = true }: { follow?: boolean } = {}): Place {
    const { place, parent } = this.vacancy(path, caller, follow);
    if (!place) throw this.#missing(path, parent);
    return place;
  }

  /** The same for somebody who looks in several places: nothing is missed. */
  lookFor(path: string, caller: Caller): Place {
    this.#isLooking = true;
    try {
      return this.find(path, caller);
    } finally {
      this.#isLooking = false;
    }
  }

  #missing(path: string, { mount }: Place): SystemError {
    if (!this.#isLooking) this.#missed(path, mount);
    return new SystemError('ENOENT');
  }

  exists(path: string, caller: Caller = ROOT): boolean {
    return this.tryFind(path, caller) !== undefined;
  }

  tryFind(path: string, caller: Caller = ROOT, options?: { follow?: boolean }): Place | undefined {
    try {
      return this.find(path, caller, options);
    } catch {
      return undefined;
    }
  }

  /** The last bytes of a file, as far as it is one. */
  endOf(path: string, bytes: number): string | undefined {
    const node = this.tryFind(path)?.node;
    return node?.kind === 'file' ? node.read(Math.max(0, node.size - bytes), bytes).toString() : undefined;
  }

  /** Walks a path. The last name may be missing, all others must be there. */
  vacancy(path: string, caller: Caller, follow = true): Vacancy {
    if (path === '') throw new SystemError('ENOENT');
    if (path.length > this.#limits.pathLength) throw new SystemError('ENAMETOOLONG');
    const mustBeDirectory = path.endsWith('/');
    const names = path.split('/').filter(Boolean).reverse();
    let place = this.#root;
    let links = 0;
    for (;;) {
      const name = names.pop();
      if (name === undefined) break;
      if (place.node.kind !== 'directory') throw new SystemError('ENOTDIR');
      if (!may(place.node, 1, caller)) throw new SystemError('EACCES');
      if (name === '.') continue;
      if (name === '..') {
        place = place.parent ?? place;
        continue;
      }
      if (name.length > this.#limits.nameLength) throw new SystemError('ENAMETOOLONG');
      const node = place.node.lookup(name, caller);
      if (!node) {
        if (names.length > 0) throw this.#missing(path, place);
        return { parent: place, name, place: undefined };
      }
      if (node.kind === 'link' && (follow || mustBeDirectory || names.length > 0)) {
        if (++links > this.#limits.links) throw new SystemError('ELOOP');
        names.push(...node.target.split('/').filter(Boolean).reverse());
        if (node.target.startsWith('/')) place = this.#root;
      } else place = this.#enter(place, name, node);
    }
    if (mustBeDirectory && place.node.kind !== 'directory') throw new SystemError('ENOTDIR');
    return { parent: place.parent ?? place, name: place.name, place };
  }

  #enter(parent: Place, name: string, found: Inode): Place {
    const over = this.#mounted.get(found);
    const path = parent.path === '/' ? `/${name}` : `${parent.path}/${name}`;
    return { name, path, parent, node: over?.node ?? found, mount: over?.mount ?? parent.mount };
  }

  open(path: string, mode: OpenMode, caller: Caller): OpenFile {
    const { parent, name, place } = this.vacancy(path, caller);
    if (!place) {
      if (mode.create === undefined) throw this.#missing(path, parent);
      return this.#opened(this.#create(parent, name, mode.create, caller), mode);
    }
    if (mode.create !== undefined && mode.exclusive) throw new SystemError('EEXIST');
    const { node } = place;
    if (node.kind === 'directory') {
      if (mode.write) throw new SystemError('EISDIR');
      if (!may(node, 4, caller)) throw new SystemError('EACCES');
    }
    if (mode.read && !may(node, 4, caller)) throw new SystemError('EACCES');
    if (mode.write && !may(node, 2, caller)) throw new SystemError('EACCES');
    if (mode.write) this.#refuseReadOnly(place);
    if (node.kind === 'device') return node.open(caller);
    return this.#opened(place, mode);
  }

  #opened({ node, path, mount }: Place, mode: OpenMode): OpenFile {
    if (node.kind !== 'file') throw new SystemError('EISDIR');
    const now = (): number => mount.tree.clock.now();
    if (mode.truncate && mode.write) {
      node.truncate(0);
      node.attributes.mtimeMs = now();
    }
    const { read = false, write = false, append = false } = mode;
    return new OpenRegularFile(node, path, { read, write, append }, now);
  }

  #create(parent: Place, name: string, mode: number, caller: Caller): Place {
    this.#refuseReadOnly(parent);
    this.#mayChange(parent, caller);
    return this.#put(parent, name, parent.mount.tree.newFile(this.#owned(parent, mode, caller)));
  }

  makeDirectory(path: string, mode: number, caller: Caller): Place {
    const { parent, name, place } = this.vacancy(path, caller, false);
    if (place) throw new SystemError('EEXIST');
    this.#refuseReadOnly(parent);
    this.#mayChange(parent, caller);
    const inherited = parent.node.attributes.mode & SETGID;
    return this.#put(parent, name, parent.mount.tree.newDirectory(this.#owned(parent, mode | inherited, caller)));
  }

  makeLink(target: string, path: string, caller: Caller): Place {
    const { parent, name, place } = this.vacancy(path, caller, false);
    if (place) throw new SystemError('EEXIST');
    if (target.length > this.#limits.pathLength) throw new SystemError('ENAMETOOLONG');
    this.#refuseReadOnly(parent);
    this.#mayChange(parent, caller);
    return this.#put(parent, name, parent.mount.tree.newLink(target, this.#owned(parent, 0o777, caller)));
  }

  /** A second name for a file. */
  makeHardLink(existing: string, path: string, caller: Caller): void {
    const source = this.find(existing, caller, { follow: false });
    if (source.node.kind === 'directory') throw new SystemError('EPERM');
    const { parent, name, place } = this.vacancy(path, caller, false);
    if (place) throw new SystemError('EEXIST');
    if (parent.mount !== source.mount) throw new SystemError('EXDEV');
    this.#refuseReadOnly(parent);
    this.#mayChange(parent, caller);
    source.node.attributes.links++;
    this.#put(parent, name, source.node);
  }

  /** Removes a name; a directory must be empty. */
  remove(path: string, caller: Caller, wanted?: 'file' | 'directory'): void {
    const place = this.find(path, caller, { follow: false });
    const { node, parent } = place;
    if (!parent || this.#isMountPoint(place)) throw new SystemError('EBUSY');
    if (wanted === 'file' && node.kind === 'directory') throw new SystemError('EISDIR');
    if (wanted === 'directory' && node.kind !== 'directory') throw new SystemError('ENOTDIR');
    this.#refuseReadOnly(parent);
    this.#mayChange(parent, caller, node);
    if (node.kind === 'directory' && !node.isEmpty) throw new SystemError('ENOTEMPTY');
    this.#drop(parent, place.name);
  }

  rename(from: string, to: string, caller: Caller): void {
    const source = this.find(from, caller, { follow: false });
    const { parent, name, place } = this.vacancy(to, caller, false);
    if (!source.parent || this.#isMountPoint(source)) throw new SystemError('EBUSY');
    if (parent.mount !== source.mount) throw new SystemError('EXDEV');
    for (let above: Place | undefined = parent; above; above = above.parent)
      if (above.node === source.node) throw new SystemError('EINVAL');
    if (place?.node === source.node) return;
    this.#refuseReadOnly(parent);
    this.#mayChange(source.parent, caller, source.node);
    this.#mayChange(parent, caller, place?.node);
    if (place) {
      if (this.#isMountPoint(place)) throw new SystemError('EBUSY');
      if (place.node.kind === 'directory') {
        if (source.node.kind !== 'directory') throw new SystemError('EISDIR');
        if (!place.node.isEmpty) throw new SystemError('ENOTEMPTY');
      } else if (source.node.kind === 'directory') throw new SystemError('ENOTDIR');
      this.#drop(parent, name);
    }
    source.node.attributes.links++;
    this.#put(parent, name, source.node);
    this.#drop(source.parent, source.name);
  }

  names({ node }: Place, caller: Caller): string[] {
    if (node.kind !== 'directory') throw new SystemError('ENOTDIR');
    if (!may(node, 4, caller)) throw new SystemError('EACCES');
    return node.names(caller);
  }

  change(place: Place, caller: Caller, change: { mode?: number; uid?: number; gid?: number; mtimeMs?: number }): void {
    this.#refuseReadOnly(place);
    const { attributes } = place.node;
    const isOwner = caller.uid === attributes.uid;
    const givesAway = change.uid !== undefined && change.uid !== attributes.uid;
    const { gid = attributes.gid } = change;
    const isOwnGroup = gid === attributes.gid || gid === caller.gid || caller.groups.includes(gid);
    const changesOwner = change.uid !== undefined || change.gid !== undefined;
    const needed = changesOwner ? 'CHOWN' : 'FOWNER';
    if (!(isOwner && !givesAway && isOwnGroup) && !can(caller, needed)) throw new SystemError('EPERM');
    Object.assign(attributes, change);
    // Whoever gets a program shall not run it as whoever had it.
    if (changesOwner && change.mode === undefined && place.node.kind === 'file') attributes.mode &= 0o1777;
  }

  #isMountPoint({ mount, parent }: Place): boolean {
    return parent !== undefined && parent.mount !== mount;
  }

  /** Below a directory with the setgid bit everything belongs to its group: volumes of a pod with an fsGroup. */
  #owned({ node: { attributes } }: Place, mode: number, { uid, gid }: Caller): NewFile {
    return { mode, uid, gid: (attributes.mode & SETGID) === 0 ? gid : attributes.gid };
  }

  #refuseReadOnly({ mount }: Place): void {
    if (mount.readOnly) throw new SystemError('EROFS');
  }

  /** Names are their directory's; below a sticky directory (/tmp) only their owner removes them. */
  #mayChange({ node }: Place, caller: Caller, named?: Inode): void {
    if (node instanceof DirectoryNode && node.isComputed) throw new SystemError('EPERM');
    if (!may(node, 2, caller)) throw new SystemError('EACCES');
    const isSticky = (node.attributes.mode & 0o1000) !== 0;
    if (named && isSticky && !can(caller, 'FOWNER') && named.attributes.uid !== caller.uid)
      throw new SystemError('EPERM');
  }

  #put(parent: Place, name: string, node: Inode): Place {
    if (parent.node.kind !== 'directory') throw new SystemError('ENOTDIR');
    if (name.length > this.#limits.nameLength) throw new SystemError('ENAMETOOLONG');
    parent.node.put(name, node);
    parent.node.attributes.mtimeMs = parent.mount.tree.clock.now();
    return this.#enter(parent, name, node);
  }

  #drop(parent: Place, name: string): void {
    if (parent.node.kind !== 'directory') return;
    const node = parent.node.lookup(name, ROOT);
    parent.node.take(name);
    if (node) parent.mount.tree.forget(node);
    parent.node.attributes.mtimeMs = parent.mount.tree.clock.now();
  }
}

/** What is made up when somebody looks: nothing can be made in it but what something is mounted on. */
const isKernels = ({ node }: Place): boolean => node instanceof DirectoryNode && node.isComputed;
