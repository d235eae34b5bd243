import { SystemError } from './errno.ts';

/** Archives in the ustar format: what `tar` writes and reads, and with it `kubectl cp`. */

const BLOCK = 512;

/** What an archive says about a file. */
export interface TarEntry {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'link' | 'hard link';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly target: string;
  readonly user: string;
  readonly group: string;
}

const TYPES = { file: '0', 'hard link': '1', link: '2', directory: '5' } as const;

const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`;

/** A size beyond eight octal digits is written in base 256. */
function sizeField(size: number): Buffer {
  if (size < 8 ** 11) return Buffer.from(octal(size, 12), 'latin1');
  const field = Buffer.alloc(12);
  field.writeBigUInt64BE(BigInt(size), 4);
  field[0] = 0x80;
  return field;
}

/** A path of more than a hundred bytes is cut at a slash. @returns undefined when it cannot be */
function splitPath(path: string): readonly [string, string] | undefined {
  if (path.length <= 100) return [path, ''];
  for (let at = path.indexOf('/', path.length - 101); at > 0 && at <= 155; at = path.indexOf('/', at + 1))
    if (path.length - at - 1 <= 100 && at + 1 < path.length) return [path.slice(at + 1), path.slice(0, at)];
  return undefined;
}

/** The blocks that stand before a file's content. */
export function tarHeader(entry: TarEntry): Buffer {
  const blocks: Buffer[] = [];
  const path = splitPath(entry.path);
  // GNU's extension: a block of its own with the name.
  if (!path) blocks.push(longName('L', entry.path));
  if (entry.target.length > 100) blocks.push(longName('K', entry.target));
  const [name, prefix] = path ?? [entry.path.slice(0, 100), ''];
  blocks.push(header(entry, name, prefix, TYPES[entry.kind]));
  return Buffer.concat(blocks);
}

function longName(type: string, text: string): Buffer {
  const data = Buffer.from(`${text}\0`, 'latin1');
  const entry: TarEntry = {
    path: '././@LongLink',
    kind: 'file',
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: data.length,
    mtimeMs: 0,
    target: '',
    user: 'root',
    group: 'root',
  };
  return Buffer.concat([header(entry, entry.path, '', type), data, tarPadding(data.length)]);
}

function header(entry: TarEntry, name: string, prefix: string, type: string): Buffer {
  const block = Buffer.alloc(BLOCK);
  const put = (text: string, at: number): void => void block.write(text, at, 'latin1');
  put(name, 0);
  put(octal(entry.mode & 0o7777, 8), 100);
  put(octal(entry.uid, 8), 108);
  put(octal(entry.gid, 8), 116);
  sizeField(entry.size).copy(block, 124);
  put(octal(Math.max(0, Math.floor(entry.mtimeMs / 1000)), 12), 136);
  put('        ', 148);
  put(type, 156);
  put(entry.target.slice(0, 100), 157);
  put('ustar  \0', 257);
  put(entry.user.slice(0, 31), 265);
  put(entry.group.slice(0, 31), 297);
  put(prefix, 345);
  // A prefix is POSIX's, which has another mark.
  if (prefix !== '') put('ustar\x0000', 257);
  let sum = 0;
  for (const byte of block) sum += byte;
  put(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/** What stands between a content of this size and the next header. */
export const tarPadding = (size: number): Buffer => Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);

/** The end of an archive, which fills a record of 10,240 bytes. */
export const TAR_END = Buffer.alloc(2 * BLOCK);

function text(block: Buffer, start: number, length: number): string {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? length : end).toString('latin1');
}

function number(block: Buffer, start: number, length: number): number {
  const first = block[start] ?? 0;
  if (first & 0x80) return Number(block.readBigUInt64BE(start + length - 8));
  const digits = text(block, start, length).trim();
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

/** Reads exactly so many bytes; fewer only at the end. */
export type ReadBytes = (count: number) => Promise<Buffer>;

/** The entries of an archive. Whoever gets one reads its content, and the padding, before asking for the next. */
export async function* tarEntries(read: ReadBytes, extraBytesMax: number): AsyncGenerator<TarEntry> {
  let path: string | undefined;
  let target: string | undefined;
  for (;;) {
    const block = await read(BLOCK);
    if (block.length < BLOCK || block.every((byte) => byte === 0)) return;
    const size = number(block, 124, 12);
    const sum = number(block, 148, 8);
    let actual = 0;
    for (const [i, byte] of block.entries()) actual += i >= 148 && i < 156 ? 32 : byte;
    if (actual !== sum || !Number.isSafeInteger(size) || size < 0) throw new SystemError('EINVAL');
    const type = String.fromCharCode(block[156] ?? 0);
    if ('LKxg'.includes(type)) {
      if (size > extraBytesMax) throw new SystemError('ENAMETOOLONG');
      const data = (await read(size + tarPadding(size).length)).subarray(0, size).toString('latin1');
      const records = type === 'x' ? paxRecords(data) : new Map<string, string>();
      path = type === 'L' ? data.replace(/\0.*$/s, '') : (records.get('path') ?? path);
      target = type === 'K' ? data.replace(/\0.*$/s, '') : (records.get('linkpath') ?? target);
      continue;
    }
    const prefix = text(block, 257, 6) === 'ustar' ? text(block, 345, 155) : '';
    const name = text(block, 0, 100);
    const kind = type === '5' ? 'directory' : type === '2' ? 'link' : type === '1' ? 'hard link' : 'file';
    yield {
      path: path ?? (prefix === '' ? name : `${prefix}/${name}`),
      kind: kind === 'file' && name.endsWith('/') ? 'directory' : kind,
      mode: number(block, 100, 8),
      uid: number(block, 108, 8),
      gid: number(block, 116, 8),
      size: kind === 'file' ? size : 0,
      mtimeMs: number(block, 136, 12) * 1000,
      target: target ?? text(block, 157, 100),
      user: text(block, 265, 32),
      group: text(block, 297, 32),
    };
    path = undefined;
    target = undefined;
  }
}

/** `30 mtime=1700000000.5`, one a line, each with its own length in front. */
function paxRecords(data: string): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < data.length; ) {
    const [head = '', length = '0'] = /^(\d+) /.exec(data.slice(at, at + 16)) ?? [];
    const end = at + Number(length);
    if (head === '' || end <= at) break;
    const [key = '', value = ''] = data.slice(at + head.length, end - 1).split(/=(.*)/s);
    records.set(key, value);
    at = end;
  }
  return records;
}
