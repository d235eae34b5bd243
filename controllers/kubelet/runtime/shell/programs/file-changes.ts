import { errorText, SystemError } from '../../machine/errno.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { changedMode } from './file-facts.ts';
import { idOf } from './names.ts';
import { BadUsage, readOptions } from './options.ts';

/** Programs that make, remove or change files. */

/** Does something to each path; a failure is told, and the others go on. */
export async function forEachPath(
  process: Process,
  paths: readonly string[],
  change: (path: string) => Promise<void> | void,
  complaint: (path: string, text: string) => string,
): Promise<number> {
  let status = 0;
  for (const path of paths) {
    const pause = process.step();
    if (pause) await pause;
    try {
      await change(path);
    } catch (error) {
      const text = errorText(error);
      await process.complain(complaint(path, text));
      status = 1;
    }
  }
  return status;
}

function needed(paths: readonly string[], count = 1): void {
  if (paths.length < count) throw new BadUsage('missing operand');
}

export const mkdir: Program = (process, args, name) => {
  const options = readOptions(args, 'pm:v', { parents: 'p', mode: 'm' });
  needed(options.rest);
  const text = options.value('m');
  return forEachPath(
    process,
    options.rest,
    (path) => {
      const mode = 0o777 & ~process.umask;
      const wanted = text === undefined ? mode : changedMode(text, 0o777, true, 0);
      if (wanted === undefined) throw new BadUsage(`invalid mode '${text}'`);
      const full = process.path(path);
      if (!options.has('p')) process.view.makeDirectory(full, wanted, process);
      else {
        const place = process.view.makePath(full, mode, process);
        if (place.node.kind !== 'directory') throw new SystemError('EEXIST');
        if (text !== undefined) process.view.change(place, process, { mode: wanted });
      }
    },
    (path, problem) => `${name}: can't create directory '${path}': ${problem}`,
  );
};

export const rmdir: Program = (process, args, name) => {
  const options = readOptions(args, 'p', { 'ignore-fail-on-non-empty': 'p' });
  needed(options.rest);
  return forEachPath(
    process,
    options.rest,
    (path) => process.view.remove(process.path(path), process, 'directory'),
    (path, problem) => `${name}: '${path}': ${problem}`,
  );
};

/** Removes a directory and all that is in it. */
export async function removeTree(process: Process, path: string): Promise<void> {
  const pause = process.step();
  if (pause) await pause;
  const place = process.view.find(path, process, { follow: false });
  if (place.node.kind === 'directory')
    for (const child of process.view.names(place, process)) await removeTree(process, `${path}/${child}`);
  process.view.remove(path, process);
}

export const rm: Program = async (process, args, name) => {
  const options = readOptions(args, 'rRfiv', { recursive: 'r', force: 'f' });
  if (!options.has('f')) needed(options.rest);
  const isRecursive = options.has('r') || options.has('R');
  let status = 0;
  for (const path of options.rest) {
    const full = process.path(path);
    const found = process.view.tryFind(full, process, { follow: false });
    if (!found && options.has('f')) continue;
    if (/(^|\/)\.\.?\/*$/.test(path)) {
      await process.complain(`${name}: can't remove '.' or '..'`);
      status = 1;
      continue;
    }
    if (found?.node.kind === 'directory' && !isRecursive) {
      await process.complain(`${name}: '${path}' is a directory`);
      status = 1;
      continue;
    }
    status |= await forEachPath(
      process,
      [path],
      () => removeTree(process, full.replace(/\/+$/, '')),
      (_, problem) => `${name}: can't remove '${path}': ${problem}`,
    );
  }
  return status;
};

export const unlink: Program = (process, args, name) =>
  forEachPath(
    process,
    args,
    (path) => process.view.remove(process.path(path), process, 'file'),
    (path, problem) => `${name}: can't remove file '${path}': ${problem}`,
  );

export const touch: Program = (process, args, name) => {
  const options = readOptions(args, 'cd:t:r:hma', { 'no-create': 'c', date: 'd', reference: 'r' });
  needed(options.rest);
  const date = options.value('d');
  const reference = options.value('r');
  let timeMs = process.machine.clock.now();
  if (reference !== undefined) timeMs = process.view.find(process.path(reference), process).node.attributes.mtimeMs;
  if (date !== undefined) timeMs = timeOf(date);
  return forEachPath(
    process,
    options.rest,
    (path) => {
      const full = process.path(path);
      if (!process.view.exists(full, process)) {
        if (options.has('c')) return;
        process.open(path, { write: true, create: 0o666 }).retain().release();
      }
      process.view.change(process.view.find(full, process), process, { mtimeMs: timeMs });
    },
    (path, problem) => `${name}: ${path}: ${problem}`,
  );
};

/** A moment that somebody typed. @throws BadUsage */
export function timeOf(text: string): number {
  const [, seconds] = /^@(-?\d+)$/.exec(text) ?? [];
  if (seconds !== undefined) return Number(seconds) * 1000;
  const iso = /^\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d)?)?$/.test(text) ? `${text.replace(' ', 'T')}` : text;
  const withZone = /T.*(Z|[-+]\d\d:?\d\d)$/.test(iso) || !iso.includes('T') ? iso : `${iso}Z`;
  const value = Date.parse(withZone);
  if (Number.isNaN(value)) throw new BadUsage(`invalid date '${text}'`);
  return value;
}

/** Changes files, and with -R all below them. */
async function changeAll(
  process: Process,
  paths: readonly string[],
  isRecursive: boolean,
  change: (path: string) => void,
  complaint: (path: string, text: string) => string,
): Promise<number> {
  const queue = [...paths];
  return forEachPath(
    process,
    queue,
    (path) => {
      change(path);
      const place = process.view.find(process.path(path), process, { follow: false });
      if (!isRecursive || place.node.kind !== 'directory') return;
      queue.push(...process.view.names(place, process).map((child) => `${path.replace(/\/$/, '')}/${child}`));
    },
    complaint,
  );
}

export const chmod: Program = (process, args, name) => {
  const words = args.map((word) => (/^-[rwxXst]+$/.test(word) && !/^-R$/.test(word) ? `a${word}` : word));
  const options = readOptions(words, 'Rcvf', { recursive: 'R' });
  needed(options.rest, 2);
  const [mode = '', ...paths] = options.rest;
  if (changedMode(mode, 0, false, 0) === undefined) throw new BadUsage(`invalid mode '${mode}'`);
  return changeAll(
    process,
    paths,
    options.has('R'),
    (path) => {
      const place = process.view.find(process.path(path), process);
      const changed = changedMode(mode, place.node.attributes.mode, place.node.kind === 'directory', process.umask);
      if (changed !== undefined) process.view.change(place, process, { mode: changed });
    },
    (path, problem) => `${name}: ${path}: ${problem}`,
  );
};

function owners(process: Process, text: string, groupOnly: boolean): { uid?: number; gid?: number } {
  const [user = '', group] = groupOnly ? ['', text] : text.split(/[:.]/, 2);
  const change: { uid?: number; gid?: number } = {};
  if (user !== '') {
    const uid = idOf(process, 'user', user);
    if (uid === undefined) throw new BadUsage(`unknown user ${user}`);
    change.uid = uid;
  }
  if (group !== undefined && group !== '') {
    const gid = idOf(process, 'group', group);
    if (gid === undefined) throw new BadUsage(`unknown group ${group}`);
    change.gid = gid;
  }
  return change;
}

function owning(groupOnly: boolean): Program {
  return (process, args, name) => {
    const options = readOptions(args, 'RhLHPcvf', { recursive: 'R', 'no-dereference': 'h' });
    needed(options.rest, 2);
    const [owner = '', ...paths] = options.rest;
    const change = owners(process, owner, groupOnly);
    return changeAll(
      process,
      paths,
      options.has('R'),
      (path) => {
        const place = process.view.find(process.path(path), process, { follow: !options.has('h') });
        process.view.change(place, process, change);
      },
      (path, problem) => `${name}: ${path}: ${problem}`,
    );
  };
}

export const chown = owning(false);
export const chgrp = owning(true);

const RANDOM_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export const mktemp: Program = async (process, args, name) => {
  const options = readOptions(args, 'dqtup:', { directory: 'd', tmpdir: 'p' });
  const folder = options.value('p') ?? process.env.get('TMPDIR') ?? '/tmp';
  const [template = 'tmp.XXXXXX'] = options.rest;
  const isInFolder = options.rest.length === 0 || options.has('t') || options.has('p');
  const [, start, letters] = /^(.*?)(X+)$/.exec(template) ?? [];
  if (start === undefined || letters === undefined || letters.length < 6) {
    await process.complain(`${name}: Invalid argument`);
    return 1;
  }
  let path = isInFolder ? `${folder}/${start}` : start;
  for (const _ of letters)
    path += RANDOM_LETTERS.charAt(Math.floor(process.machine.random.fraction() * RANDOM_LETTERS.length));
  try {
    if (options.has('d')) process.view.makeDirectory(process.path(path), 0o700, process);
    else if (!options.has('u')) process.open(path, { write: true, create: 0o600, exclusive: true }).retain().release();
  } catch (error) {
    await process.complain(`${name}: ${template}: ${errorText(error)}`);
    return 1;
  }
  await process.print(`${path}\n`);
  return 0;
};

export const truncate: Program = (process, args, name) => {
  const options = readOptions(args, 'cs:', { size: 's' });
  const size = options.number('s');
  if (size === undefined) throw new BadUsage('you must specify a size');
  if (size > process.machine.limits.fileBytes) throw new SystemError('ENOSPC');
  return forEachPath(
    process,
    options.rest,
    (path) => {
      const file = process.open(path, options.has('c') ? { write: true } : { write: true, create: 0o666 }).retain();
      if (file.node?.kind === 'file') file.node.truncate(size);
      file.release();
    },
    (path, problem) => `${name}: ${path}: ${problem}`,
  );
};
