import { errorText, SystemError } from '../../machine/errno.ts';
import type { Place } from '../../machine/file-view.ts';
import { can } from '../../machine/privileges.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { forEachPath, removeTree } from './file-changes.ts';
import { BadUsage, type Options, readOptions } from './options.ts';

/** `cp`, `mv`, `ln`, `install`: files under other names. */

const baseName = (path: string): string => path.replace(/\/+$/, '').replace(/^.*\//s, '');

/** Where a source goes: into the destination when that is a directory. */
function destinationOf(process: Process, source: string, destination: string, isPlain: boolean): string {
  const place = process.view.tryFind(process.path(destination), process);
  if (isPlain || place?.node.kind !== 'directory') return destination;
  return `${destination.replace(/\/+$/, '')}/${baseName(source)}`;
}

function operands(process: Process, options: Options): { sources: readonly string[]; destination: string } {
  const folder = options.value('t');
  const sources = folder === undefined ? options.rest.slice(0, -1) : options.rest;
  const destination = folder ?? options.rest.at(-1);
  if (destination === undefined || sources.length === 0) throw new BadUsage('missing operand');
  if (sources.length > 1) {
    const place = process.view.tryFind(process.path(destination), process);
    if (place?.node.kind !== 'directory') throw new BadUsage(`target '${destination}' is not a directory`);
  }
  return { sources, destination };
}

interface CopyOptions {
  readonly isRecursive: boolean;
  readonly follow: boolean;
  readonly keepsAttributes: boolean;
  readonly force: boolean;
}

export const cp: Program = async (process, args, name) => {
  const options = readOptions(args, 'aRrdPLHpfinuTt:vsl', { recursive: 'r', archive: 'a', force: 'f' });
  const { sources, destination } = operands(process, options);
  const isRecursive = options.has('r') || options.has('R') || options.has('a');
  const keepsLinks = options.has('d') || options.has('P') || options.has('a') || isRecursive;
  const how: CopyOptions = {
    isRecursive,
    follow: options.has('L') || !keepsLinks,
    keepsAttributes: options.has('p') || options.has('a'),
    force: options.has('f'),
  };
  let status = 0;
  for (const source of sources) {
    const target = destinationOf(process, source, destination, options.has('T'));
    if (options.has('n') && process.view.exists(process.path(target), process)) continue;
    status |= await copyOne(process, source, target, how, name);
  }
  return status;
};

async function copyOne(
  process: Process,
  source: string,
  target: string,
  how: CopyOptions,
  name: string,
): Promise<number> {
  const { view } = process;
  const complain = async (text: string): Promise<number> => {
    await process.complain(`${name}: ${text}`);
    return 1;
  };
  const pause = process.step();
  if (pause) await pause;
  let from: Place;
  try {
    from = view.find(process.path(source), process, { follow: how.follow });
  } catch (error) {
    return complain(`can't stat '${source}': ${errorText(error)}`);
  }
  if (from.node.kind === 'directory') {
    if (!how.isRecursive) return complain(`omitting directory '${source}'`);
    return copyDirectory(process, from, source, target, how, name);
  }
  const existing = view.tryFind(process.path(target), process);
  if (existing?.node === from.node) return complain(`'${source}' and '${target}' are the same file`);
  try {
    if (from.node.kind === 'link') {
      if (view.tryFind(process.path(target), process, { follow: false })) view.remove(process.path(target), process);
      view.makeLink(from.node.target, process.path(target), process);
      return 0;
    }
    await copyContent(process, source, target, from, how);
    return 0;
  } catch (error) {
    return complain(`can't create '${target}': ${errorText(error)}`);
  }
}

async function copyContent(
  process: Process,
  source: string,
  target: string,
  { node }: Place,
  how: CopyOptions,
): Promise<void> {
  const input = process.open(source, { read: true }).retain();
  try {
    const { mode, uid, gid, mtimeMs } = node.attributes;
    const isNew = !process.view.exists(process.path(target), process);
    const output = process.open(target, { write: true, truncate: true, create: mode & 0o777 }).retain();
    try {
      for (;;) {
        const data = await process.readFrom(input);
        if (!data) break;
        await process.writeTo(output, data);
      }
    } finally {
      output.release();
    }
    const place = process.view.find(process.path(target), process);
    if (how.keepsAttributes && place.node.kind === 'file')
      process.view.change(place, process, can(process, 'CHOWN') ? { mode, uid, gid, mtimeMs } : { mode, mtimeMs });
    else if (isNew && place.node.kind === 'file') place.node.attributes.mode = mode & 0o777 & ~process.umask;
  } finally {
    input.release();
  }
}

async function copyDirectory(
  process: Process,
  from: Place,
  source: string,
  target: string,
  how: CopyOptions,
  name: string,
): Promise<number> {
  const { view } = process;
  try {
    const existing = view.tryFind(process.path(target), process);
    if (existing && existing.node.kind !== 'directory') throw new SystemError('EEXIST');
    const names = view.names(from, process);
    const made = existing ?? view.makeDirectory(process.path(target), from.node.attributes.mode, process);
    for (let above: Place | undefined = made; above; above = above.parent)
      if (above.node === from.node) throw new BadUsage('recursion detected, omitting directory');
    let status = 0;
    for (const child of names) status |= await copyOne(process, `${source}/${child}`, `${target}/${child}`, how, name);
    const { mode, uid, gid, mtimeMs } = from.node.attributes;
    if (how.keepsAttributes)
      view.change(made, process, can(process, 'CHOWN') ? { mode, uid, gid, mtimeMs } : { mode, mtimeMs });
    return status;
  } catch (error) {
    await process.complain(`${name}: can't create directory '${target}': ${errorText(error)}`);
    return 1;
  }
}

export const mv: Program = async (process, args, name) => {
  const options = readOptions(args, 'finTt:v', { force: 'f' });
  const { sources, destination } = operands(process, options);
  const how: CopyOptions = { isRecursive: true, follow: false, keepsAttributes: true, force: true };
  let status = 0;
  for (const source of sources) {
    const target = destinationOf(process, source, destination, options.has('T'));
    if (options.has('n') && process.view.exists(process.path(target), process)) continue;
    try {
      process.view.rename(process.path(source), process.path(target), process);
    } catch (error) {
      const text = errorText(error);
      if (error instanceof SystemError && error.code === 'EXDEV') {
        const failed = await copyOne(process, source, target, how, name);
        if (failed === 0) await removeTree(process, process.path(source));
        status |= failed;
        continue;
      }
      await process.complain(`${name}: can't rename '${source}': ${text}`);
      status = 1;
    }
  }
  return status;
};

export const ln: Program = (process, args, name) => {
  const options = readOptions(args, 'sfnbTvrS:', { symbolic: 's', force: 'f', 'no-dereference': 'n' });
  const [first, ...others] = options.rest;
  if (first === undefined) throw new BadUsage('missing operand');
  const sources = others.length === 0 ? [first] : [first, ...others.slice(0, -1)];
  const destination = others.at(-1) ?? '.';
  return forEachPath(
    process,
    sources,
    (source) => {
      const isPlain = options.has('T') || (options.has('n') && isLink(process, destination));
      const target = process.path(destinationOf(process, source, destination, isPlain));
      if (options.has('f') && process.view.tryFind(target, process, { follow: false }))
        process.view.remove(target, process, 'file');
      if (options.has('s')) process.view.makeLink(source, target, process);
      else process.view.makeHardLink(process.path(source), target, process);
    },
    (_, problem) => `${name}: ${destination}: ${problem}`,
  );
};

const isLink = (process: Process, path: string): boolean =>
  process.view.tryFind(process.path(path), process, { follow: false })?.node.kind === 'link';

export const install: Program = async (process, args, name) => {
  const options = readOptions(args, 'dDm:o:g:cst:', { directory: 'd', mode: 'm' });
  const mode = Number.parseInt(options.value('m') ?? '755', 8);
  if (options.has('d'))
    return forEachPath(
      process,
      options.rest,
      (path) => void process.view.makePath(process.path(path), mode, process),
      (path, problem) => `${name}: can't create directory '${path}': ${problem}`,
    );
  const { sources, destination } = operands(process, options);
  let status = 0;
  for (const source of sources) {
    const target = destinationOf(process, source, destination, false);
    const how: CopyOptions = { isRecursive: false, follow: true, keepsAttributes: false, force: true };
    status |= await copyOne(process, source, target, how, name);
    const place = process.view.tryFind(process.path(target), process);
    if (place) process.view.change(place, process, { mode });
  }
  return status;
};
