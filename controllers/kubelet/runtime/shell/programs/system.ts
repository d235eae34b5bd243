import type { Place } from '../../machine/file-view.ts';
import { mountsText } from '../../machine/kernel-files.ts';
import { can } from '../../machine/privileges.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { humanSize, sizeOf } from './file-facts.ts';
import { nameOf, userLine } from './names.ts';
import { BadUsage, readOptions } from './options.ts';
import { run } from './processes.ts';

/** Programs that tell about the machine, its users and the environment. */

export const env: Program = async (process, args, name) => {
  const options = readOptions(args, '+iu:0', { 'ignore-environment': 'i', unset: 'u' });
  const variables = new Map(options.has('i') ? [] : process.env);
  for (const unset of options.all('u')) variables.delete(unset);
  let at = options.rest[0] === '-' ? 1 : 0;
  if (at === 1) variables.clear();
  for (; /^[^=]+=/.test(options.rest[at] ?? ''); at++) {
    const [key = '', value = ''] = (options.rest[at] ?? '').split(/=(.*)/s);
    variables.set(key, value);
  }
  const argv = options.rest.slice(at);
  if (argv.length > 0) return run(process, argv, name, { env: variables });
  const end = options.has('0') ? '\0' : '\n';
  await process.print([...variables].map(([key, value]) => `${key}=${value}${end}`).join(''));
  return 0;
};

export const printenv: Program = async (process, names) => {
  if (names.length === 0) {
    await process.print([...process.env].map(([key, value]) => `${key}=${value}\n`).join(''));
    return 0;
  }
  let status = 0;
  for (const name of names) {
    const value = process.env.get(name);
    if (value === undefined) status = 1;
    else await process.print(`${value}\n`);
  }
  return status;
};

export const id: Program = async (process, args, name) => {
  const options = readOptions(args, 'ugnGr');
  const [user] = options.rest;
  let { uid, gid } = process;
  let { groups } = process;
  if (user !== undefined) {
    const line = userLine(process, user);
    if (!line) {
      await process.complain(`${name}: unknown user ${user}`);
      return 1;
    }
    uid = Number(line[2]);
    gid = Number(line[3]);
    groups = [];
  }
  const all = [gid, ...groups.filter((group) => group !== gid)];
  const shown = (kind: 'user' | 'group', value: number): string =>
    options.has('n') ? nameOf(process, kind, value) : String(value);
  if (options.has('u')) await process.print(`${shown('user', uid)}\n`);
  else if (options.has('g')) await process.print(`${shown('group', gid)}\n`);
  else if (options.has('G')) await process.print(`${all.map((group) => shown('group', group)).join(' ')}\n`);
  else {
    const { realUid, realGid } = user === undefined ? process : { realUid: uid, realGid: gid };
    const named = (kind: 'user' | 'group', value: number): string => {
      const text = nameOf(process, kind, value);
      return text === String(value) ? text : `${value}(${text})`;
    };
    const list = all.map((group) => named('group', group)).join(',');
    const acts =
      (realUid === uid ? '' : ` euid=${named('user', uid)}`) + (realGid === gid ? '' : ` egid=${named('group', gid)}`);
    await process.print(`uid=${named('user', realUid)} gid=${named('group', realGid)}${acts} groups=${list}\n`);
  }
  return 0;
};

export const whoami: Program = async (process, _, name) => {
  const text = nameOf(process, 'user', process.uid);
  if (text === String(process.uid)) {
    await process.complain(`${name}: unknown uid ${process.uid}`);
    return 1;
  }
  await process.print(`${text}\n`);
  return 0;
};

export const groups: Program = async (process) => {
  const all = new Set([process.gid, ...process.groups]);
  await process.print(`${[...all].map((group) => nameOf(process, 'group', group)).join(' ')}\n`);
  return 0;
};

export const uname: Program = async (process, args) => {
  const options = readOptions(args, 'snrvmpioa', { all: 'a' });
  const values = {
    s: 'Linux',
    n: process.machine.hostname,
    r: '6.1.0-fauxkube',
    v: '#1 SMP',
    m: 'x86_64',
    o: 'GNU/Linux',
  } as const;
  const wanted = Object.entries(values).filter(([letter]) => options.has('a') || options.has(letter));
  const shown = wanted.length === 0 ? ['Linux'] : wanted.map(([, value]) => value);
  await process.print(`${shown.join(' ')}\n`);
  return 0;
};

export const arch: Program = async (process) => {
  await process.print('x86_64\n');
  return 0;
};

export const nproc: Program = async (process) => {
  await process.print(`${process.machine.cpus}\n`);
  return 0;
};

export const tty: Program = async (process) => {
  const terminal = process.files.get(0)?.terminal;
  await process.print(`${terminal?.name ?? 'not a tty'}\n`);
  return terminal ? 0 : 1;
};

export const stty: Program = async (process, args, name) => {
  const terminal = process.files.get(0)?.terminal;
  if (!terminal) {
    await process.complain(`${name}: standard input: Inappropriate ioctl for device`);
    return 1;
  }
  const { modes, size } = terminal;
  if (args.length === 0 || args[0] === '-a') {
    const shown = Object.entries(modes).map(([mode, isOn]) => (isOn ? mode : `-${mode}`));
    await process.print(`speed 38400 baud; rows ${size.rows}; columns ${size.columns};\n${shown.join(' ')}\n`);
    return 0;
  }
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    const mode = word.replace(/^-/, '');
    if (word === 'size') await process.print(`${size.rows} ${size.columns}\n`);
    else if (word === 'raw' || word === '-cooked')
      Object.assign(modes, { icanon: false, isig: false, opost: false, icrnl: false });
    else if (word === 'sane' || word === 'cooked' || word === '-raw')
      Object.assign(modes, { icanon: true, isig: true, opost: true, icrnl: true, echo: true });
    else if (word === 'cols' || word === 'columns') terminal.size = { ...size, columns: Number(args[++at]) };
    else if (word === 'rows') terminal.size = { ...terminal.size, rows: Number(args[++at]) };
    else if (mode === 'echo' || mode === 'icanon' || mode === 'isig' || mode === 'opost' || mode === 'icrnl')
      modes[mode] = !word.startsWith('-');
    else throw new BadUsage(`invalid argument '${word}'`);
  }
  return 0;
};

export const free: Program = async (process, args) => {
  const options = readOptions(args, 'bkmght');
  const unit = options.has('b') ? 1 : options.has('m') ? 1024 ** 2 : options.has('g') ? 1024 ** 3 : 1024;
  const total = process.machine.memoryBytes;
  const cell = (bytes: number): string =>
    (options.has('h') ? humanSize(bytes) : String(Math.floor(bytes / unit))).padStart(12);
  const titles = ['total', 'used', 'free', 'shared', 'buff/cache', 'available'];
  await process.print(
    `${' '.repeat(8)}${titles.map((title) => title.padStart(12)).join('')}\n` +
      `Mem:    ${[total, 0, total, 0, 0, total].map(cell).join('')}\nSwap:   ${[0, 0, 0].map(cell).join('')}\n`,
  );
  return 0;
};

export const df: Program = async (process, args) => {
  const options = readOptions(args, 'hkmPTai');
  const places = options.rest.map((path) => process.view.find(process.path(path), process).mount);
  const mounts = places.length > 0 ? places : process.view.mounts;
  const unit = options.has('m') ? 1024 ** 2 : 1024;
  const cell = (bytes: number): string => (options.has('h') ? humanSize(bytes) : String(Math.ceil(bytes / unit)));
  const title = options.has('h') ? 'Size' : options.has('m') ? '1M-blocks' : '1K-blocks';
  const row = (name: string, cells: readonly string[], path: string): string =>
    `${name.padEnd(20)} ${cells.map((text) => text.padStart(9)).join(' ')} ${path}\n`;
  let text = row('Filesystem', [title, 'Used', 'Available', 'Use%'], 'Mounted on');
  for (const { path, tree, type = 'tmpfs' } of mounts) {
    const { bytes, bytesMax } = tree.quota;
    const used = `${Math.ceil((bytes / bytesMax) * 100)}%`;
    text += row(type, [cell(bytesMax), cell(bytes), cell(bytesMax - bytes), used], path);
  }
  await process.print(text);
  return 0;
};

export const du: Program = async (process, args, name) => {
  const options = readOptions(args, 'shkmad:cLbx', { 'max-depth': 'd', summarize: 's' });
  const depthMax = options.has('s') ? 0 : (options.number('d') ?? Number.POSITIVE_INFINITY);
  const show = (bytes: number, path: string): Promise<void> => {
    const size = options.has('h')
      ? humanSize(bytes)
      : String(Math.ceil(bytes / (options.has('m') ? 1024 ** 2 : options.has('b') ? 1 : 1024)));
    return process.print(`${size}\t${path}\n`);
  };
  const walk = async (place: Place, path: string, depth: number): Promise<number> => {
    const pause = process.step();
    if (pause) await pause;
    let sum = options.has('b') ? sizeOf(place.node) : Math.ceil(sizeOf(place.node) / 4096) * 4096;
    if (place.node.kind === 'link') sum = 0;
    if (place.node.kind === 'directory') {
      for (const child of process.view.names(place, process)) {
        const below = process.view.find(`${place.path === '/' ? '' : place.path}/${child}`, process, { follow: false });
        sum += await walk(below, `${path.replace(/\/$/, '')}/${child}`, depth + 1);
      }
    }
    const isShown = place.node.kind === 'directory' || depth === 0 || options.has('a');
    if (isShown && depth <= depthMax) await show(sum, path);
    return sum;
  };
  let status = 0;
  for (const path of options.rest.length === 0 ? ['.'] : options.rest) {
    const place = process.view.tryFind(process.path(path), process);
    if (place) await walk(place, path, 0);
    else {
      await process.complain(`${name}: ${path}: No such file or directory`);
      status = 1;
    }
  }
  return status;
};

export const mount: Program = async (process, args) => {
  const options = readOptions(args, 't:aflrwo:n');
  if (options.rest.length > 0)
    throw new BadUsage(can(process, 'SYS_ADMIN') ? 'mounting is not simulated' : 'permission denied (are you root?)');
  const wanted = options.value('t');
  const lines = mountsText(process.machine).split('\n').filter(Boolean);
  for (const line of lines) {
    const [device, path, type, flags] = line.split(' ');
    if (wanted !== undefined && !wanted.split(',').includes(type ?? '')) continue;
    await process.print(`${device} on ${path} type ${type} (${flags})\n`);
  }
  return 0;
};

export const uptime: Program = async (process) => {
  const { clock, startedMs } = process.machine;
  const minutes = Math.floor((clock.now() - startedMs) / 60_000);
  const time = new Date(clock.now()).toISOString().slice(11, 19);
  await process.print(` ${time} up ${minutes} min,  0 users,  load average: 0.00, 0.00, 0.00\n`);
  return 0;
};

/** Waits without end, until a signal comes. */
export const pause: Program = async (process: Process) => {
  await process.sleep(Number.POSITIVE_INFINITY);
  return 0;
};
