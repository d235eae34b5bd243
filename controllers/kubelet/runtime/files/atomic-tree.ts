/** Volumes that a kubelet writes: the AtomicWriter of k8s.io/kubernetes/pkg/volume/util. */
import type { Clock } from '../../../../server/base/clock.ts';
import { toBytes } from '../machine/byte-text.ts';
import { FileTree } from '../machine/file-tree.ts';
import { DirectoryNode, type Inode, ROOT } from '../machine/inode.ts';
import { grouped, SETGID } from './ownership.ts';
import type { ProjectedFile, ProjectedFiles } from './projected-file.ts';

/** What a volume shows. */
export interface Projection {
  /** The objects that it is made of. So long as they are the same ones, nothing is made anew. */
  inputs(): readonly unknown[];
  /** @returns undefined when it cannot be made now: then what was there stays */
  files(): ProjectedFiles | undefined;
}

const DATA = '..data';
const same = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((value, index) => value === b[index]);

const sameFiles = (a: ProjectedFiles, b: ProjectedFiles): boolean =>
  a.size === b.size && [...a].every(([path, { data }]) => b.get(path)?.data.equals(data));

/** `..2026_11_23_07_30_00.123000001`: a directory that readers never see change. */
function versionName(nowMs: number, version: number): string {
  const time = new Date(nowMs).toISOString().slice(0, 19).replace(/[-T:]/g, '_');
  return `..${time}.${String((nowMs % 1000) * 1_000_000 + version).padStart(9, '0')}`;
}

/**
 * A tree that holds what a projection says at the moment when somebody looks: a directory for each version of the
 * files, `..data` that leads to the latest, and links through it. All files change at once, and those that were opened
 * before stay as they were.
 */
export class AtomicTree {
  readonly tree: FileTree;
  readonly #projection: Projection;
  readonly #group: number | undefined;
  #inputs: readonly unknown[] | undefined;
  #files: ProjectedFiles | undefined;
  #version = 0;
  #entries = new Map<string, Inode>();

  /** @param group the fsGroup of the pod */
  constructor(clock: Clock, projection: Projection, group: number | undefined) {
    this.#projection = projection;
    this.#group = group;
    this.tree = new FileTree({
      clock,
      computed: {
        lookup: (name) => {
          this.#refresh();
          return this.#entries.get(name);
        },
        names: () => {
          this.#refresh();
          return this.#entries.keys();
        },
      },
    });
    const { attributes } = this.tree.root;
    attributes.mode = group === undefined ? 0o777 : 0o777 | SETGID;
    attributes.gid = group ?? 0;
  }

  #refresh(): void {
    const inputs = this.#projection.inputs();
    if (this.#inputs && same(inputs, this.#inputs)) return;
    this.#inputs = inputs;
    const files = this.#projection.files();
    if (!files || (this.#files && sameFiles(files, this.#files))) return;
    this.#files = files;
    this.#write(files);
  }

  #write(files: ProjectedFiles): void {
    const before = this.#entries;
    const { root, clock } = this.tree;
    const now = clock.now();
    const name = versionName(now, ++this.#version);
    const version = this.#directory();
    const entries = new Map<string, Inode>([
      [name, version],
      [DATA, this.#link(name)],
    ]);
    for (const [path, file] of files) {
      const names = toBytes(path).split('/').filter(Boolean);
      const [first = ''] = names;
      this.#put(version, names, file);
      if (!entries.has(first)) entries.set(first, before.get(first) ?? this.#link(`${DATA}/${first}`, file.uid));
    }
    this.#entries = entries;
    for (const [key, node] of before) if (entries.get(key) !== node) this.#forget(node);
    root.attributes.mtimeMs = now;
  }

  #put(version: DirectoryNode, names: readonly string[], file: ProjectedFile): void {
    let directory = version;
    for (const name of names.slice(0, -1)) {
      const known = directory.lookup(name, ROOT);
      const next = known instanceof DirectoryNode ? known : this.#directory();
      directory.put(name, next);
      directory = next;
    }
    const mode = this.#group === undefined ? file.mode : grouped(file.mode, false, { readOnly: true });
    const owner = { mode, uid: file.uid ?? 0, gid: this.#group ?? 0 };
    directory.put(names.at(-1) ?? '', this.tree.newFile(owner, file.data));
  }

  #directory(): DirectoryNode {
    const mode = this.#group === undefined ? 0o755 : grouped(0o755, true, { readOnly: true });
    return this.tree.newDirectory({ mode, uid: 0, gid: this.#group ?? 0 });
  }

  #link(target: string, uid = 0): Inode {
    return this.tree.newLink(target, { mode: 0o777, uid, gid: this.#group ?? 0 });
  }

  /** Gives back the room of a version that is not there any more. */
  #forget(node: Inode): void {
    if (node instanceof DirectoryNode)
      for (const name of node.names(ROOT)) {
        const below = node.lookup(name, ROOT);
        if (below) this.#forget(below);
      }
    this.tree.forget(node);
  }
}
