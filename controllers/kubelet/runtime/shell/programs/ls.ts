import { SystemError } from '../../machine/errno.ts';
import type { Place } from '../../machine/file-view.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { humanSize, listedTime, modeText, sizeOf, targetOf } from './file-facts.ts';
import { nameOf } from './names.ts';
import { type Options, readOptions } from './options.ts';

interface Entry {
  readonly name: string;
  readonly place: Place;
}

export const ls: Program = async (process, args, name) => {
  const options = readOptions(args, 'laARdh1tSrinFpLHcuskCxgoT:w:', {
    all: 'a',
    'almost-all': 'A',
    'human-readable': 'h',
    recursive: 'R',
    color: 'C',
    'full-time': 'l',
  });
  const paths = options.rest.length === 0 ? ['.'] : options.rest;
  const follow = options.has('L') || (!options.has('l') && !options.has('d') && !options.has('F'));
  const found: Entry[] = [];
  let status = 0;
  for (const path of paths) {
    try {
      const place = process.view.find(process.path(path), process, { follow: follow || path.endsWith('/') });
      found.push({ name: path, place });
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      await process.complain(`${name}: ${path}: ${error.message}`);
      status = 1;
    }
  }
  const folders = options.has('d')
    ? []
    : sorted(
        options,
        found.filter(({ place }) => place.node.kind === 'directory'),
      );
  const files = sorted(
    options,
    found.filter((entry) => !folders.includes(entry)),
  );
  await show(process, options, files);
  const showsNames = paths.length > 1 || options.has('R');
  let isFirst = files.length === 0;
  const queue = [...folders];
  for (let folder = queue.shift(); folder; folder = queue.shift()) {
    const pause = process.step();
    if (pause) await pause;
    if (showsNames) await process.print(`${isFirst ? '' : '\n'}${folder.name}:\n`);
    isFirst = false;
    try {
      const entries = entriesOf(process, options, folder);
      if (options.has('l')) await process.print(`total ${blocks(entries)}\n`);
      await show(process, options, entries);
      if (options.has('R')) queue.unshift(...below(folder, entries));
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      await process.complain(`${name}: can't open '${folder.name}': ${error.message}`);
      status = 1;
    }
  }
  return status;
};

function below(folder: Entry, entries: readonly Entry[]): Entry[] {
  return entries
    .filter(({ name, place }) => place.node.kind === 'directory' && name !== '.' && name !== '..')
    .map(({ name, place }) => ({ name: `${folder.name.replace(/\/$/, '')}/${name}`, place }));
}

function entriesOf(process: Process, options: Options, { place }: Entry): Entry[] {
  const names = process.view.names(place, process);
  const shown = options.has('a') ? ['.', '..', ...names] : names;
  const entries: Entry[] = [];
  for (const name of shown) {
    if (name.startsWith('.') && !options.has('a') && !options.has('A')) continue;
    const path = `${place.path === '/' ? '' : place.path}/${name}`;
    const found = process.view.tryFind(path, process, { follow: options.has('L') });
    if (found) entries.push({ name, place: found });
  }
  return sorted(options, entries);
}

function sorted(options: Options, entries: readonly Entry[]): Entry[] {
  const list = [...entries];
  list.sort(({ name: a }, { name: b }) => (a < b ? -1 : a > b ? 1 : 0));
  if (options.has('t')) list.sort((a, b) => b.place.node.attributes.mtimeMs - a.place.node.attributes.mtimeMs);
  if (options.has('S')) list.sort((a, b) => sizeOf(b.place.node) - sizeOf(a.place.node));
  return options.has('r') ? list.reverse() : list;
}

/** In units of 1,024 bytes, on a file system with blocks of 4,096. */
const blocks = (entries: readonly Entry[]): number =>
  entries.reduce(
    (sum, { place: { node } }) => sum + (node.kind === 'link' ? 0 : Math.ceil(sizeOf(node) / 4096) * 4),
    0,
  );

async function show(process: Process, options: Options, entries: readonly Entry[]): Promise<void> {
  if (entries.length === 0) return;
  const isLong = options.has('l') || options.has('n') || options.has('g');
  const isTerminal = process.files.get(1)?.terminal;
  if (!isLong && isTerminal && !options.has('1')) {
    await process.print(
      columns(
        entries.map((entry) => label(options, entry)),
        isTerminal.size.columns,
      ),
    );
    return;
  }
  const rows = entries.map((entry) => (isLong ? longLine(process, options, entry) : label(options, entry)));
  await process.print(rows.map((row) => `${row}\n`).join(''));
}

function label(options: Options, { name, place: { node } }: Entry): string {
  const inode = options.has('i') ? `${String(node.attributes.id).padStart(7)} ` : '';
  return inode + name + mark(options, node);
}

function mark(options: Options, node: Place['node']): string {
  if (!options.has('F') && !options.has('p')) return '';
  if (node.kind === 'directory') return '/';
  if (!options.has('F')) return '';
  if (targetOf(node) !== undefined) return '@';
  return node.kind === 'file' && (node.attributes.mode & 0o111) !== 0 ? '*' : '';
}

function longLine(process: Process, options: Options, entry: Entry): string {
  const { node } = entry.place;
  const { links, uid, gid, mtimeMs } = node.attributes;
  const isNumeric = options.has('n');
  const user = isNumeric ? String(uid) : nameOf(process, 'user', uid);
  const group = isNumeric ? String(gid) : nameOf(process, 'group', gid);
  const size = options.has('h') ? humanSize(sizeOf(node)) : String(sizeOf(node));
  const target = targetOf(node);
  const count = node.kind === 'directory' ? Math.max(2, links) : links;
  return (
    `${modeText(node)} ${String(count).padStart(4)} ${user.padEnd(8)} ${group.padEnd(8)} ` +
    `${size.padStart(9)} ${listedTime(mtimeMs, process.machine.clock.now())} ${label(options, entry)}` +
    (target === undefined ? '' : ` -> ${target}`)
  );
}

function columns(names: readonly string[], width: number): string {
  const widest = Math.max(...names.map(({ length }) => length)) + 2;
  const count = Math.max(1, Math.floor(width / widest));
  const rows = Math.ceil(names.length / count);
  let text = '';
  for (let row = 0; row < rows; row++) {
    const cells = names.filter((_, i) => i % rows === row);
    text += `${cells.map((cell, i) => (i === cells.length - 1 ? cell : cell.padEnd(widest))).join('')}\n`;
  }
  return text;
}
