/** Paths of nodes that pods mount: k8s.io/kubernetes/pkg/volume/hostpath. */
import type { Frozen } from '../../../../server/base/freeze.ts';
import type { HostPathVolumeSource } from '../../../../server/kube/types.gen.ts';
import { toBytes } from '../machine/byte-text.ts';
import type { FileTree } from '../machine/file-tree.ts';
import { FileView } from '../machine/file-view.ts';
import { ROOT } from '../machine/inode.ts';

type Source = Frozen<HostPathVolumeSource>;

const KINDS: Readonly<Record<string, 'directory' | 'file'>> = {
  Directory: 'directory',
  DirectoryOrCreate: 'directory',
  File: 'file',
  FileOrCreate: 'file',
};

/**
 * Why a path of a node cannot be mounted. Nodes here have neither sockets nor devices of their own: a path that is to
 * be one is taken as it is.
 */
export function nodePathProblem({ path, type = '' }: Source, node: () => FileTree): string | undefined {
  if (path.split('/').includes('..')) return `invalid HostPath \`${path}\`: must not contain '..'`;
  const wanted = KINDS[type];
  if (!wanted) return undefined;
  const found = new FileView(node()).tryFind(toBytes(path))?.node.kind;
  if (found === wanted || (found === undefined && type.endsWith('OrCreate'))) return undefined;
  if (found === undefined)
    return (
      `hostPath type check failed, ${path} is not a ${wanted}, unable to determine its type: ` +
      `path "${path}" does not exist`
    );
  const actual = found === 'directory' ? 'Directory' : 'File';
  return `hostPath type check failed: ${path} is not a ${wanted}, it's a ${actual}`;
}

/** Makes what is missing at a path: a directory unless it is to be anything else. */
export function makeNodePath({ path, type = '' }: Source, node: FileTree): void {
  const view = new FileView(node);
  const place = toBytes(path);
  if (view.exists(place)) return;
  const isFile = KINDS[type] === 'file' || ['Socket', 'CharDevice', 'BlockDevice'].includes(type);
  if (!isFile) {
    view.makePath(place);
    return;
  }
  view.makePath(place.slice(0, place.lastIndexOf('/')) || '/');
  view.open(place, { write: true, create: 0o644 }, ROOT).retain().release();
}
