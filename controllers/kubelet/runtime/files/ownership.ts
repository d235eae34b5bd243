/** Who owns what is in the volumes of a pod: the volume ownership of k8s.io/kubernetes/pkg/volume. */
import type { Frozen } from '../../../../server/base/freeze.ts';
import type { Pod } from '../../../../server/kube/types.gen.ts';
import { type Attributes, type DirectoryNode, type Inode, ROOT } from '../machine/inode.ts';

export const SETGID = 0o2000;
const READ = 0o440;
const READ_WRITE = 0o660;
const SEARCH = 0o110;

/** What a file of a volume gets so that the pod's fsGroup can use it. */
export function grouped(mode: number, isDirectory: boolean, { readOnly }: { readonly readOnly: boolean }): number {
  return mode | (readOnly ? READ : READ_WRITE) | (isDirectory ? SETGID | SEARCH : 0);
}

function give({ kind, attributes }: Inode, group: number, access: { readonly readOnly: boolean }): void {
  attributes.gid = group;
  if (kind !== 'link') attributes.mode = grouped(attributes.mode, kind === 'directory', access);
}

/** Gives a directory and all below it to the fsGroup of a pod. */
export function giveTree(root: DirectoryNode, group: number, access: { readonly readOnly: boolean }): void {
  const left: DirectoryNode[] = [root];
  for (let directory = left.pop(); directory; directory = left.pop()) {
    for (const name of directory.names(ROOT)) {
      const node = directory.lookup(name, ROOT);
      if (node?.kind === 'directory') left.push(node);
      else if (node) give(node, group, access);
    }
    give(directory, group, access);
  }
}

/** Whether OnRootMismatch leaves a volume as it is. */
export function isGiven({ gid, mode }: Attributes, group: number): boolean {
  const wanted = grouped(0, true, { readOnly: false });
  return gid === group && (mode & wanted) === wanted;
}

/** The user that all containers run as, if they do: tokens and the like belong to it (FsUserFrom). */
export function commonUser({ spec }: Frozen<Pod>): number | undefined {
  const all = [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])];
  const users = new Set(
    all.map(({ securityContext }) => securityContext?.runAsUser ?? spec.securityContext?.runAsUser),
  );
  const [user] = users;
  return users.size === 1 ? user : undefined;
}
