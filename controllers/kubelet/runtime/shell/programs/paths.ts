import { errorText, SystemError } from '../../machine/errno.ts';
import type { Program } from '../../machine/program.ts';
import { whichProgram } from '../../machine/program-files.ts';
import { modeText, sizeOf, targetOf, typeName } from './file-facts.ts';
import { nameOf } from './names.ts';
import { BadUsage, readOptions } from './options.ts';

/** Programs that tell about paths and files. */

const withoutSlashes = (path: string): string => path.replace(/(.)\/+$/s, '$1');

function baseOf(path: string, suffix: string): string {
  const whole = withoutSlashes(path);
  const name = whole === '/' ? whole : whole.slice(whole.lastIndexOf('/') + 1);
  return name !== suffix && name.endsWith(suffix) ? name.slice(0, name.length - suffix.length) : name;
}

export const basename: Program = async (process, args) => {
  const options = readOptions(args, '+as:');
  const suffix = options.value('s');
  const isMany = options.has('a') || suffix !== undefined;
  const [path, ending = ''] = options.rest;
  if (path === undefined) throw new BadUsage('missing operand');
  const names = isMany ? options.rest.map((word) => baseOf(word, suffix ?? '')) : [baseOf(path, ending)];
  await process.print(names.map((name) => `${name}\n`).join(''));
  return 0;
};

export const dirname: Program = async (process, args) => {
  if (args.length === 0) throw new BadUsage('missing operand');
  for (const path of args) {
    const whole = withoutSlashes(path);
    const at = whole.lastIndexOf('/');
    const folder = at < 0 ? '.' : at === 0 ? '/' : withoutSlashes(whole.slice(0, at));
    await process.print(`${folder}\n`);
  }
  return 0;
};

export const pwd: Program = async (process, args) => {
  const isPhysical = args.includes('-P');
  const path = isPhysical ? process.view.find(process.cwd, process).path : process.cwd;
  await process.print(`${path}\n`);
  return 0;
};

export const readlink: Program = async (process, args) => {
  const options = readOptions(args, 'fnvem');
  for (const path of options.rest) {
    const full = process.path(path);
    let text: string | undefined;
    try {
      if (options.has('f') || options.has('e') || options.has('m')) {
        const { parent, name, place } = process.view.vacancy(full, process);
        text = place?.path ?? `${parent.path === '/' ? '' : parent.path}/${name}`;
      } else text = targetOf(process.view.find(full, process, { follow: false }).node);
    } catch (error) {
      errorText(error);
    }
    if (text === undefined) return 1;
    await process.print(options.has('n') ? text : `${text}\n`);
  }
  return 0;
};

export const realpath: Program = async (process, args, name) => {
  let status = 0;
  for (const path of args.filter((word) => !/^-[a-z]+$/.test(word))) {
    try {
      await process.print(`${process.view.find(process.path(path), process).path}\n`);
    } catch (error) {
      await process.complain(`${name}: ${path}: ${errorText(error)}`);
      status = 1;
    }
  }
  return status;
};

export const which: Program = async (process, args) => {
  const options = readOptions(args, 'a');
  let status = 0;
  for (const word of options.rest) {
    try {
      const path = whichProgram(process.machine, word, process, process.env.get('PATH') ?? '', process.cwd);
      await process.print(`${path}\n`);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      status = 1;
    }
  }
  return status;
};

/** `2026-11-26 10:15:00.000000000 +0000`. */
const exactTime = (timeMs: number): string =>
  `${new Date(timeMs).toISOString().replace('T', ' ').replace('Z', '000000')} +0000`;

export const stat: Program = async (process, args, name) => {
  const options = readOptions(args, 'c:Lft', { format: 'c', dereference: 'L' });
  let status = 0;
  for (const path of options.rest) {
    try {
      const place = process.view.find(process.path(path), process, { follow: options.has('L') });
      const format = options.value('c');
      const text =
        format ??
        '  File: %N\n  Size: %s\tBlocks: %b\t IO Block: 4096   %F\nDevice: 1h/1d\tInode: %i\tLinks: %h\n' +
          'Access: (%04a/%A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\nAccess: %x\nModify: %y\nChange: %z';
      const { node } = place;
      const { mode, uid, gid, mtimeMs, links, id } = node.attributes;
      const target = targetOf(node);
      const values: Readonly<Record<string, string>> = {
        a: mode.toString(8),
        A: modeText(node),
        b: String(Math.ceil(sizeOf(node) / 4096) * 8),
        B: '512',
        F: typeName(node),
        g: String(gid),
        G: nameOf(process, 'group', gid),
        h: String(links),
        i: String(id),
        m: place.mount.path,
        n: path,
        N: target === undefined ? path : `${path} -> ${target}`,
        s: String(sizeOf(node)),
        u: String(uid),
        U: nameOf(process, 'user', uid),
        x: exactTime(mtimeMs),
        X: String(Math.floor(mtimeMs / 1000)),
        y: exactTime(mtimeMs),
        Y: String(Math.floor(mtimeMs / 1000)),
        z: exactTime(mtimeMs),
        Z: String(Math.floor(mtimeMs / 1000)),
        '%': '%',
      };
      const shown = text.replace(/%(0?)(\d*)([a-zA-Z%])/g, (whole, zero: string, width: string, letter: string) =>
        (values[letter] ?? whole).padStart(Number(width), zero === '' ? ' ' : '0'),
      );
      await process.print(`${shown}\n`);
    } catch (error) {
      await process.complain(`${name}: can't stat '${path}': ${errorText(error)}`);
      status = 1;
    }
  }
  return status;
};
