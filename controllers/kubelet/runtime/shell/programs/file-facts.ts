import type { Inode } from '../../machine/inode.ts';

/** What `ls -l` and `stat` say about a file. */

export function sizeOf(node: Inode): number {
  if (node.kind === 'file') return node.size;
  if (node.kind === 'link') return node.target.length;
  return node.kind === 'directory' ? 4096 : 0;
}

export function targetOf(node: Inode): string | undefined {
  return node.kind === 'link' || node.kind === 'device' ? node.target : undefined;
}

function typeLetter(node: Inode): string {
  if (node.kind === 'directory') return 'd';
  if (targetOf(node) !== undefined) return 'l';
  return node.kind === 'device' && !node.isText ? 'c' : '-';
}

export function typeName(node: Inode): string {
  if (node.kind === 'directory') return 'directory';
  if (targetOf(node) !== undefined) return 'symbolic link';
  if (node.kind === 'device' && !node.isText) return 'character special file';
  return sizeOf(node) === 0 ? 'regular empty file' : 'regular file';
}

/** `drwxr-xr-x`. */
export function modeText(node: Inode): string {
  const { mode } = node.attributes;
  let text = typeLetter(node);
  for (let shift = 6; shift >= 0; shift -= 3) {
    const bits = mode >> shift;
    text += (bits & 4 ? 'r' : '-') + (bits & 2 ? 'w' : '-') + (bits & 1 ? 'x' : '-');
  }
  const special: readonly [number, number, string][] = [
    [0o4000, 3, 's'],
    [0o2000, 6, 's'],
    [0o1000, 9, 't'],
  ];
  for (const [bit, at, letter] of special) {
    if ((mode & bit) === 0) continue;
    const shown = text[at] === 'x' ? letter : letter.toUpperCase();
    text = text.slice(0, at) + shown + text.slice(at + 1);
  }
  return text;
}

/** What a change of mode means: `644`, `u+x,go-w`. @returns undefined when it is neither */
export function changedMode(text: string, before: number, isDirectory: boolean, umask: number): number | undefined {
  if (/^[0-7]{1,5}$/.test(text)) return Number.parseInt(text, 8) & 0o7777;
  let mode = before;
  for (const clause of text.split(',')) {
    const [, who = '', changes] = /^([ugoa]*)((?:[-+=][rwxXstugo]*)+)$/.exec(clause) ?? [];
    if (changes === undefined) return undefined;
    for (const [, operator = '', letters = ''] of changes.matchAll(/([-+=])([rwxXstugo]*)/g))
      mode = applyClause(mode, who, operator, letters, isDirectory, umask);
  }
  return mode;
}

function applyClause(
  mode: number,
  who: string,
  operator: string,
  letters: string,
  isDirectory: boolean,
  umask: number,
): number {
  const shifts = { u: 6, g: 3, o: 0 };
  const everybody = who === '' || who.includes('a');
  let bits = 0;
  let wholeMask = 0;
  for (const [user, shift] of Object.entries(shifts)) {
    if (!everybody && !who.includes(user)) continue;
    wholeMask |= (7 << shift) | (user === 'u' ? 0o4000 : user === 'g' ? 0o2000 : 0o1000);
    let own = 0;
    for (const letter of letters) {
      if (letter === 'r') own |= 4;
      else if (letter === 'w') own |= 2;
      else if (letter === 'x' || (letter === 'X' && (isDirectory || (mode & 0o111) !== 0))) own |= 1;
      else if (letter === 's') bits |= user === 'u' ? 0o4000 : user === 'g' ? 0o2000 : 0;
      else if (letter === 't') bits |= 0o1000;
      else if (letter in shifts) own |= (mode >> shifts[letter as keyof typeof shifts]) & 7;
    }
    bits |= own << shift;
  }
  if (who === '') bits &= ~umask;
  if (operator === '+') return mode | bits;
  return operator === '-' ? mode & ~bits : (mode & ~wholeMask) | bits;
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const HALF_YEAR_MS = 182 * 86_400_000;

/** `Nov 26 10:15`, or the year when it is long ago. */
export function listedTime(timeMs: number, nowMs: number): string {
  const date = new Date(timeMs);
  const day = `${MONTHS[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2)}`;
  if (Math.abs(nowMs - timeMs) > HALF_YEAR_MS) return `${day}  ${date.getUTCFullYear()}`;
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
}

/** `1.5K`, as `ls -h`, `du -h` and `df -h` show sizes. */
export function humanSize(bytes: number): string {
  const units = ['', 'K', 'M', 'G', 'T'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return unit === 0 ? String(bytes) : `${value.toFixed(1)}${units[unit]}`;
}
