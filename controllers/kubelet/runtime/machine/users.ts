import type { FileView } from './file-view.ts';

const FILE_BYTES = 64 * 1024;

function linesOf(view: FileView, path: string): string[][] {
  const node = view.tryFind(path)?.node;
  const text = node?.kind === 'file' ? node.read(0, FILE_BYTES).toString('latin1') : '';
  return text.split('\n').map((line) => line.split(':'));
}

/**
 * The groups of a user who is said by number, as container runtimes look for them in the files of an image.
 *
 * @returns the user's own group, 0 when nobody knows the user, and others that the user is a member of
 */
export function groupsOfUser(
  view: FileView,
  uid: number,
): { readonly gid: number; readonly others: readonly number[] } {
  const line = linesOf(view, '/etc/passwd').find(([, , id]) => id === String(uid));
  if (!line) return { gid: 0, others: [] };
  const [name = ''] = line;
  const groups = linesOf(view, '/etc/group').filter(([, , , members]) => members?.split(',').includes(name));
  return { gid: Number(line[3] ?? 0), others: groups.map(([, , id]) => Number(id)) };
}
