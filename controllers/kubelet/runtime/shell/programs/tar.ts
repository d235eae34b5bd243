import { createGunzip, createGzip } from 'node:zlib';
import { errorText, SystemError } from '../../machine/errno.ts';
import type { Place } from '../../machine/file-view.ts';
import type { OpenFile } from '../../machine/open-file.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { InputStream } from '../../machine/stream-files.ts';
import { type ReadBytes, TAR_END, type TarEntry, tarEntries, tarHeader, tarPadding } from '../../machine/ustar.ts';
import { compilePattern, matches } from '../pattern.ts';
import { modeText, targetOf } from './file-facts.ts';
import { readAll } from './input.ts';
import { nameOf } from './names.ts';
import { BadUsage, type Options, readOptions } from './options.ts';

const RECORD = 10_240;

const LONG = {
  create: 'c',
  extract: 'x',
  list: 't',
  gzip: 'z',
  file: 'f',
  directory: 'C',
  verbose: 'v',
  exclude: 'X',
  touch: 'm',
  'to-stdout': 'O',
  'no-same-owner': 'o',
  'no-same-permissions': 'o',
  'same-permissions': 'p',
  'preserve-permissions': 'p',
  'strip-components': 'S',
  dereference: 'h',
  warning: 'W',
  'keep-old-files': 'k',
  overwrite: 'o',
  'numeric-owner': 'o',
} as const;

export const tar: Program = async (process, args, name) => {
  // `tar xf file`: the first word may do without a dash.
  const [first = '', ...rest] = args;
  const words = /^[a-zA-Z]+$/.test(first) ? [`-${first}`, ...rest] : args;
  const options = readOptions(words, 'cxtzf:C:vX:mOopS:hW:kaJjPnT:', LONG);
  if (options.has('j') || options.has('J')) throw new BadUsage('only gzip compression is simulated');
  const folder = process.path(options.value('C') ?? '.');
  if (options.has('c')) return create(process, options, folder, name);
  if (options.has('x') || options.has('t')) return extract(process, options, folder, name);
  throw new BadUsage('must specify one of -c, -x, -t');
};

/** Takes what is written, and writes it compressed when that is wanted. */
interface Sink {
  write(data: Buffer): Promise<void>;
  end(): Promise<void>;
}

function sinkOf(process: Process, file: OpenFile, compresses: boolean): Sink {
  if (!compresses) return { write: (data) => process.writeTo(file, data), end: async () => undefined };
  const gzip = createGzip();
  const output = new InputStream(gzip).retain();
  const drain = async (): Promise<void> => {
    for (;;) {
      const data = output.tryRead(64 * 1024);
      if (!Buffer.isBuffer(data)) return;
      await process.writeTo(file, data);
    }
  };
  return {
    write: async (data) => {
      await process.block(new Promise<void>((resolve) => gzip.write(data, () => resolve())));
      await drain();
    },
    end: async () => {
      gzip.end();
      for (;;) {
        const data = await process.readFrom(output);
        if (!data) return;
        await process.writeTo(file, data);
      }
    },
  };
}

async function create(process: Process, options: Options, folder: string, name: string): Promise<number> {
  const path = options.value('f') ?? '-';
  const file = (
    path === '-' ? process.file(1) : process.open(path, { write: true, truncate: true, create: 0o666 })
  ).retain();
  const sink = sinkOf(process, file, options.has('z') || options.has('a'));
  const excluded = options.all('X').map(compilePattern);
  let status = 0;
  let written = 0;
  const write = async (data: Buffer): Promise<void> => {
    written += data.length;
    if (data.length > 0) await sink.write(data);
  };
  const add = async (shown: string): Promise<void> => {
    const pause = process.step();
    if (pause) await pause;
    for (const pattern of excluded) if (await matches(process, pattern, shown)) return;
    let place: Place;
    try {
      place = process.view.find(shown.startsWith('/') ? shown : `${folder}/${shown}`, process, {
        follow: options.has('h'),
      });
    } catch (error) {
      await process.complain(`${name}: ${shown}: ${errorText(error)}`);
      status = 1;
      return;
    }
    // The archive itself is no part of it.
    if (place.node === file.node) return;
    const entry = entryOf(process, place, shown);
    if (options.has('v')) await process.write(path === '-' ? 2 : 1, `${entry.path}\n`);
    await write(tarHeader(entry));
    if (place.node.kind === 'file') {
      for (let at = 0; at < entry.size; at += 64 * 1024)
        await write(Buffer.from(place.node.read(at, Math.min(64 * 1024, entry.size - at))));
      await write(tarPadding(entry.size));
    } else if (place.node.kind === 'directory')
      for (const child of process.view.names(place, process)) await add(`${shown.replace(/\/+$/, '')}/${child}`);
  };
  try {
    if (options.rest.length === 0) throw new BadUsage('empty archive');
    for (const shown of options.rest) await add(shown);
    await write(TAR_END);
    await write(Buffer.alloc((RECORD - (written % RECORD)) % RECORD));
    await sink.end();
    if (status !== 0) await process.complain(`${name}: error exit delayed from previous errors`);
    return status;
  } finally {
    file.release();
  }
}

function entryOf(process: Process, { node }: Place, path: string): TarEntry {
  const { mode, uid, gid, mtimeMs } = node.attributes;
  const target = targetOf(node) ?? '';
  const kind = node.kind === 'directory' ? 'directory' : target === '' ? 'file' : 'link';
  const relative = path.replace(/^\/+/, '') || './';
  return {
    path: kind === 'directory' ? `${relative.replace(/\/+$/, '')}/` : relative,
    kind,
    mode,
    uid,
    gid,
    size: node.kind === 'file' ? node.size : 0,
    mtimeMs,
    target,
    user: nameOf(process, 'user', uid),
    group: nameOf(process, 'group', gid),
  };
}

/** Where an archive's bytes come from: unpacked while they are read. */
async function sourceOf(process: Process, file: OpenFile, isGzip: boolean): Promise<OpenFile> {
  if (!isGzip) return file;
  const gunzip = createGunzip();
  const output = new InputStream(gunzip);
  const feed = async (): Promise<void> => {
    for (;;) {
      const data = await process.readFrom(file);
      if (!data) break;
      await process.block(new Promise<void>((resolve) => gunzip.write(data, () => resolve())));
    }
    gunzip.end();
  };
  feed().catch(() => gunzip.destroy());
  return output;
}

/** Reads whole blocks, however small the pieces are that come. */
function reader(process: Process, file: OpenFile): ReadBytes {
  return async (count) => {
    const chunks: Buffer[] = [];
    let left = count;
    while (left > 0) {
      const data = await process.readFrom(file, Math.min(left, 64 * 1024));
      if (!data) break;
      chunks.push(data);
      left -= data.length;
    }
    return Buffer.concat(chunks);
  };
}

async function extract(process: Process, options: Options, folder: string, name: string): Promise<number> {
  const path = options.value('f') ?? '-';
  let file: OpenFile;
  try {
    file = (path === '-' ? process.file(0) : process.open(path, { read: true })).retain();
  } catch (error) {
    await process.complain(`${name}: can't open '${path}': ${errorText(error)}`);
    return 1;
  }
  const isGzip = options.has('z') || /\.(tgz|tar\.gz)$/.test(path);
  const read = reader(process, await sourceOf(process, file, isGzip));
  const stripped = options.number('S') ?? 0;
  const wanted = options.rest.map((word) => word.replace(/\/+$/, ''));
  let status = 0;
  try {
    for await (const entry of tarEntries(read, process.machine.limits.pathLength * 2)) {
      const shown = entry.path.split('/').slice(stripped).join('/');
      const isWanted =
        wanted.length === 0 ||
        wanted.some((word) => entry.path === word || entry.path.startsWith(`${word}/`) || entry.path === `${word}/`);
      if (!isWanted || shown === '') await skip(read, entry.size);
      else if (options.has('t')) {
        await process.print(options.has('v') ? longLine(entry) : `${entry.path}\n`);
        await skip(read, entry.size);
      } else {
        if (options.has('v')) await process.write(options.has('O') ? 2 : 1, `${entry.path}\n`);
        status |= await unpack(process, options, folder, { ...entry, path: shown }, read, name);
      }
    }
    // Whoever sends goes on until the last record is taken.
    if (path === '-') while (await process.readFrom(file));
    return status;
  } catch (error) {
    if (!(error instanceof SystemError) || error.code !== 'EINVAL') throw error;
    await process.complain(`${name}: invalid tar magic`);
    return 1;
  } finally {
    file.release();
  }
}

async function skip(read: ReadBytes, size: number): Promise<void> {
  for (let left = size + tarPadding(size).length; left > 0; ) {
    const data = await read(Math.min(left, 64 * 1024));
    if (data.length === 0) return;
    left -= data.length;
  }
}

function longLine(entry: TarEntry): string {
  const letter = entry.kind === 'directory' ? 'd' : entry.kind === 'link' ? 'l' : '-';
  const mode = letter + modeText({ kind: 'file', attributes: { mode: entry.mode } } as Place['node']).slice(1);
  const time = new Date(entry.mtimeMs).toISOString().slice(0, 19).replace('T', ' ');
  const target = entry.target === '' ? '' : ` -> ${entry.target}`;
  const owner = `${entry.user || entry.uid}/${entry.group || entry.gid}`;
  return `${mode} ${owner} ${String(entry.size).padStart(9)} ${time} ${entry.path}${target}\n`;
}

async function unpack(
  process: Process,
  options: Options,
  folder: string,
  entry: TarEntry,
  read: ReadBytes,
  name: string,
): Promise<number> {
  const { view } = process;
  // Nothing outside of the folder: neither by an absolute path nor through `..`.
  const names = entry.path.split('/').filter((part) => part !== '' && part !== '.');
  const path = `${folder}/${names.join('/')}`;
  try {
    if (names.includes('..')) throw new BadUsage("name with '..' skipped");
    if (options.has('O')) {
      await copyContent(process, entry.size, read, process.file(1));
      return 0;
    }
    view.makePath(path.slice(0, path.lastIndexOf('/')), 0o777 & ~process.umask, process);
    const existing = view.tryFind(path, process, { follow: false });
    if (entry.kind === 'directory') {
      if (existing?.node.kind !== 'directory') view.makeDirectory(path, entry.mode, process);
    } else {
      if (existing && existing.node.kind === 'directory') throw new SystemError('EISDIR');
      if (existing && existing.node.kind !== 'device') view.remove(path, process);
      if (entry.kind === 'link') view.makeLink(entry.target, path, process);
      else if (entry.kind === 'hard link') view.makeHardLink(`${folder}/${entry.target}`, path, process);
      else await writeFile(process, path, entry, read);
    }
    restoreAttributes(process, path, entry, options);
    return 0;
  } catch (error) {
    await process.complain(`${name}: can't create '${entry.path}': ${errorText(error)}`);
    await skip(read, entry.size);
    return 1;
  }
}

async function writeFile(process: Process, path: string, entry: TarEntry, read: ReadBytes): Promise<void> {
  const file = process.open(path, { write: true, truncate: true, create: entry.mode & 0o777 }).retain();
  try {
    await copyContent(process, entry.size, read, file);
  } finally {
    file.release();
  }
}

async function copyContent(process: Process, size: number, read: ReadBytes, file: OpenFile): Promise<void> {
  for (let left = size; left > 0; ) {
    const data = await read(Math.min(left, 64 * 1024));
    if (data.length === 0) throw new SystemError('EINVAL');
    left -= data.length;
    await process.writeTo(file, data);
  }
  await read(tarPadding(size).length);
}

function restoreAttributes(process: Process, path: string, entry: TarEntry, options: Options): void {
  const place = process.view.find(path, process, { follow: false });
  if (place.node.kind === 'link' || place.node.kind === 'device') return;
  const { attributes } = place.node;
  attributes.mode = entry.mode & 0o7777 & (options.has('p') || process.uid === 0 ? 0o7777 : ~process.umask);
  if (!options.has('m')) attributes.mtimeMs = entry.mtimeMs;
  if (process.uid === 0 && !options.has('o')) {
    attributes.uid = entry.uid;
    attributes.gid = entry.gid;
  }
}

/** `gzip`, `gunzip`, `zcat`: a file becomes another one, or standard output. */
function zipping(unpacksByDefault: boolean, toOutputByDefault: boolean): Program {
  return async (process, args, name) => {
    const options = readOptions(args, 'cdfkqtv123456789n', { stdout: 'c', decompress: 'd', force: 'f', keep: 'k' });
    const unpacks = unpacksByDefault || options.has('d');
    const toOutput = toOutputByDefault || options.has('c') || options.rest.length === 0;
    let status = 0;
    for (const path of options.rest.length === 0 ? ['-'] : options.rest) {
      try {
        const file = (path === '-' ? process.file(0) : process.open(path, { read: true })).retain();
        const target = unpacks ? path.replace(/\.t?gz$/, path.endsWith('.tgz') ? '.tar' : '') : `${path}.gz`;
        if (!toOutput && unpacks && target === path) throw new BadUsage('unknown suffix - ignored');
        const output = (
          toOutput ? process.file(1) : process.open(target, { write: true, truncate: true, create: 0o666 })
        ).retain();
        try {
          await (unpacks ? unzip(process, file, output) : zip(process, file, output));
        } finally {
          file.release();
          output.release();
        }
        if (!toOutput && !options.has('k')) process.view.remove(process.path(path), process);
      } catch (error) {
        await process.complain(`${name}: ${path}: ${errorText(error)}`);
        status = 1;
      }
    }
    return status;
  };
}

async function zip(process: Process, file: OpenFile, output: OpenFile): Promise<void> {
  const sink = sinkOf(process, output, true);
  for (;;) {
    const data = await process.readFrom(file);
    if (!data) return sink.end();
    await sink.write(data);
  }
}

/** What is unpacked is counted where it is written: a file grows to the limit of its tree only. */
async function unzip(process: Process, file: OpenFile, output: OpenFile): Promise<void> {
  const packed = await readAll(process, file);
  if (packed[0] !== 0x1f || packed[1] !== 0x8b) throw new BadUsage('invalid magic');
  const gunzip = createGunzip();
  const source = new InputStream(gunzip).retain();
  gunzip.end(packed);
  for (;;) {
    const data = await process.readFrom(source);
    if (!data) break;
    await process.writeTo(output, data);
  }
  if (gunzip.errored) throw new BadUsage('corrupted data');
}

export const gzip = zipping(false, false);
export const gunzip = zipping(true, false);
export const zcat = zipping(true, true);
