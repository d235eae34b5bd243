/** Where volumes appear in a container: makeMounts in k8s.io/kubernetes/pkg/kubelet, and its subpath package. */
import type { Frozen } from '../../../../server/base/freeze.ts';
import type { VolumeMount } from '../../../../server/kube/types.gen.ts';
import type { FileTree } from '../machine/file-tree.ts';
import { FileView } from '../machine/file-view.ts';
import { DirectoryNode, ROOT } from '../machine/inode.ts';
import { expand } from './expansion.ts';
import { SETGID } from './ownership.ts';
import { ConfigProblem } from './sources.ts';
import { pathInTree } from './volume-store.ts';

/**
 * Which part of a volume a container mounts; empty for all of it.
 *
 * @param environment of the container, made only for those who need it
 * @throws ConfigProblem
 */
export function subPathOf(mount: Frozen<VolumeMount>, environment: () => Readonly<Record<string, string>>): string {
  let { subPath = '' } = mount;
  if (mount.subPathExpr) {
    const variables = environment();
    const missing = new Set<string>();
    subPath = expand(mount.subPathExpr, (name) => {
      const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
      if (!value) missing.add(name);
      return value ?? '';
    });
    if (missing.size > 0) throw new ConfigProblem(`missing value for ${[...missing].sort().join(', ')}`);
  }
  if (subPath.startsWith('/')) throw new ConfigProblem(`error SubPath \`${subPath}\` must not be an absolute path`);
  if (subPath.split('/').includes('..'))
    throw new ConfigProblem(`unable to provision SubPath \`${subPath}\`: must not contain '..'`);
  return subPath;
}

/**
 * Makes the part of a volume that is mounted, with the mode of the volume itself, if it is missing.
 *
 * @param base what of the tree is the volume
 * @throws ConfigProblem when the way there leaves the volume, or leads through a file
 */
export function makeSubPath(
  tree: FileTree,
  base: string,
  subPath: string,
  { container, volume }: { readonly container: string; readonly volume: string },
): void {
  const refusal = (what: string): ConfigProblem =>
    new ConfigProblem(`failed to ${what} for volumeMount "${volume}" of container "${container}"`);
  const view = new FileView(tree);
  const { node: root } = view.find(`/${base}`);
  let path = `/${base}`;
  let directory = root;
  for (const name of pathInTree(subPath).split('/')) {
    path = path === '/' ? `/${name}` : `${path}/${name}`;
    if (!(directory instanceof DirectoryNode)) throw refusal('create subPath directory');
    let next = directory.lookup(name, ROOT);
    if (!next) {
      const { mode } = root.attributes;
      const gid = (mode & SETGID) === 0 ? 0 : directory.attributes.gid;
      next = tree.newDirectory({ mode, uid: 0, gid });
      directory.put(name, next);
    }
    if (next.kind === 'link') {
      const target = view.tryFind(path);
      const isInside = target && (base === '' || `${target.path}/`.startsWith(`/${base}/`));
      if (!isInside || climbs(next.target, path, base)) throw refusal('prepare subPath');
      next = target.node;
    }
    directory = next;
  }
}

/** Whether a link means something outside of the volume that it is in. */
function climbs(target: string, path: string, base: string): boolean {
  if (target.startsWith('/')) return true;
  let depth = path.split('/').length - 2 - base.split('/').filter(Boolean).length;
  for (const name of target.split('/')) {
    if (name === '..') depth--;
    else if (name !== '' && name !== '.') depth++;
    if (depth < 0) return true;
  }
  return false;
}

/** Directories for what is mounted inside of a volume in which a container cannot make any (MakeNestedMountpoints). */
export function makeNestedPoints(tree: FileTree, mountPath: string, others: readonly string[]): void {
  const outer = pathInTree(mountPath);
  for (const other of others) {
    const inner = pathInTree(other);
    if (inner === outer || !`${inner}/`.startsWith(outer === '' ? '' : `${outer}/`)) continue;
    let directory = tree.root;
    for (const name of inner.slice(outer === '' ? 0 : outer.length + 1).split('/')) {
      const own = directory.ownEntry(name);
      const next = own instanceof DirectoryNode ? own : tree.newDirectory({ mode: 0o755, uid: 0, gid: 0 });
      directory.put(name, next);
      directory = next;
    }
  }
}
