import type { Process } from '../../machine/process.ts';

/** Names of users and groups, from /etc/passwd and /etc/group. */

const FILE_BYTES = 64 * 1024;

function linesOf(process: Process, path: string): string[][] {
  const node = process.view.tryFind(path, process)?.node;
  if (node?.kind !== 'file') return [];
  const text = node.read(0, FILE_BYTES).toString('latin1');
  return text.split('\n').map((line) => line.split(':'));
}

export type NameKind = 'user' | 'group';

const FILES = { user: '/etc/passwd', group: '/etc/group' } as const;

/** The name of an id, or the id itself. */
export function nameOf(process: Process, kind: NameKind, id: number): string {
  return linesOf(process, FILES[kind]).find((fields) => fields[2] === String(id))?.[0] ?? String(id);
}

/** The id that a name or a number stands for. */
export function idOf(process: Process, kind: NameKind, name: string): number | undefined {
  const found = linesOf(process, FILES[kind]).find((fields) => fields[0] === name)?.[2];
  if (found !== undefined) return Number(found);
  return /^\d+$/.test(name) ? Number(name) : undefined;
}

/** A user's line of /etc/passwd. */
export function userLine(process: Process, name: string): readonly string[] | undefined {
  return linesOf(process, FILES.user).find((fields) => fields[0] === name || fields[2] === name);
}
