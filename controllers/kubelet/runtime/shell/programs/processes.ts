import { SystemError } from '../../machine/errno.ts';
import { can } from '../../machine/privileges.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { loadProgram, whichProgram } from '../../machine/program-files.ts';
import { SIGNALS, type Signal, signalNumber, signalOf } from '../../machine/signals.ts';
import { nameOf } from './names.ts';
import { BadUsage, readOptions } from './options.ts';

/** Programs that run, end, list or wait for processes. */

const UNIT_MS: Readonly<Record<string, number>> = { '': 1000, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `1.5m`. @throws BadUsage */
export function durationMs(text: string): number {
  if (/^inf(inity)?$/.test(text)) return Number.POSITIVE_INFINITY;
  const [, amount, unit = ''] = /^(\d+(?:\.\d*)?|\.\d+)([smhd]?)$/.exec(text) ?? [];
  if (amount === undefined) throw new BadUsage(`invalid number '${text}'`);
  return Number(amount) * (UNIT_MS[unit] ?? 0);
}

export const sleep: Program = async (process, args) => {
  if (args.length === 0) throw new BadUsage('missing operand');
  await process.sleep(args.reduce((sum, text) => sum + durationMs(text), 0));
  return 0;
};

export const usleep: Program = async (process, [text = '0']) => {
  await process.sleep(Number(text) / 1000);
  return 0;
};

/** Where programs are when nobody says. */
const DEFAULT_PATH = '/sbin:/usr/sbin:/bin:/usr/bin';

/** Starts another program, as `execvp` does. @returns the process, or the code to end with */
export async function start(
  process: Process,
  argv: readonly string[],
  name: string,
  options: { env?: ReadonlyMap<string, string>; cwd?: string; background?: boolean } = {},
): Promise<Process | number> {
  const [command = ''] = argv;
  const env = options.env ?? process.env;
  try {
    const path = whichProgram(process.machine, command, process, env.get('PATH') ?? DEFAULT_PATH, process.cwd);
    const found = loadProgram(process.machine, path, argv, process);
    return process.spawn(found.argv, found.program, { ...options, ...(found.runsAs && { runsAs: found.runsAs }) });
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    await process.complain(
      error.code === 'EAGAIN'
        ? `${name}: can't fork: ${error.message}`
        : name === 'xargs'
          ? `${name}: ${command}: ${error.message}`
          : `${name}: can't execute '${command}': ${error.message}`,
    );
    return error.code === 'ENOENT' ? 127 : 126;
  }
}

/** Runs another program to its end. */
export async function run(
  process: Process,
  argv: readonly string[],
  name: string,
  options?: { env?: ReadonlyMap<string, string>; cwd?: string },
): Promise<number> {
  const child = await start(process, argv, name, options);
  return typeof child === 'number' ? child : process.wait(child);
}

export const timeout: Program = async (process, args, name) => {
  const options = readOptions(args, '+s:k:', { signal: 's', 'kill-after': 'k' });
  const [duration, ...argv] = options.rest;
  if (duration === undefined || argv.length === 0) throw new BadUsage('missing operand');
  const signal = signalOf(options.value('s') ?? 'TERM');
  if (!signal) throw new BadUsage(`unknown signal '${options.value('s')}'`);
  const delayMs = durationMs(duration);
  const child = await start(process, argv, name);
  if (typeof child === 'number') return child;
  const cancels: (() => void)[] = [];
  let isLate = false;
  const { clock } = process.machine;
  const kill = options.value('k');
  if (Number.isFinite(delayMs) && delayMs > 0)
    cancels.push(
      clock.schedule(delayMs, () => {
        isLate = true;
        child.signal(signal);
        if (kill !== undefined) cancels.push(clock.schedule(durationMs(kill), () => child.signal('KILL')));
      }),
    );
  try {
    const code = await process.wait(child);
    // It ends by the signal that it sent: whoever waits sees 143.
    if (isLate) process.signal(child.endedBy ?? signal);
    return isLate ? 128 + signalNumber(child.endedBy ?? signal) : code;
  } finally {
    for (const cancel of cancels) cancel();
  }
};

export const kill: Program = async (process, args, name) => {
  const [first = '', ...rest] = args;
  if (first === '-l') {
    for (const signal of SIGNALS) await process.print(`${String(signalNumber(signal)).padStart(2)}) ${signal}\n`);
    return 0;
  }
  const isNamed = /^-[A-Za-z0-9]/.test(first) && first !== '-s' && first !== '-n';
  const given = isNamed ? first.slice(1) : first === '-s' || first === '-n' ? (rest[0] ?? '') : 'TERM';
  const pids = isNamed ? rest : first === '-s' || first === '-n' ? rest.slice(1) : args;
  const signal: Signal | undefined = given === '0' ? undefined : signalOf(given);
  if (!signal && given !== '0') {
    await process.complain(`${name}: bad signal name '${given}'`);
    return 1;
  }
  if (pids.length === 0) {
    await process.complain(`${name}: you need to specify whom to kill`);
    return 1;
  }
  let status = 0;
  for (const text of pids[0] === '--' ? pids.slice(1) : pids) status |= await killOne(process, text, signal, name);
  return status;
};

async function killOne(process: Process, text: string, signal: Signal | undefined, name: string): Promise<number> {
  if (!/^-?\d+$/.test(text)) {
    await process.complain(`${name}: invalid number '${text}'`);
    return 1;
  }
  const { processes } = process.machine;
  const pid = Number(text);
  const targets = pid === -1 ? [...processes.values()].filter((other) => other !== process && other.pid !== 1) : [];
  const target = processes.get(Math.abs(pid));
  if (target && pid !== -1) targets.push(target);
  if (targets.length === 0 && pid !== -1) {
    await process.complain(`${name}: can't kill pid ${text}: No such process`);
    return 1;
  }
  for (const other of targets) {
    if (!can(process, 'KILL') && process.uid !== other.uid) {
      await process.complain(`${name}: can't kill pid ${text}: Operation not permitted`);
      return 1;
    }
    if (signal) other.signal(signal);
  }
  await process.step();
  return 0;
}

const commandLine = ({ argv }: Process): string => argv.join(' ');

export const ps: Program = async (process, args) => {
  const wanted = args.find((word) => word.includes('='))?.split('=')[0] ?? columnsOf(args);
  const titles: Readonly<Record<string, string>> = {
    pid: 'PID',
    user: 'USER',
    time: 'TIME',
    args: 'COMMAND',
    comm: 'COMMAND',
    ppid: 'PPID',
    stat: 'STAT',
  };
  const columns = (wanted ?? 'pid,user,time,args').split(',');
  const cell = (column: string, other: Process): string => {
    if (column === 'pid') return String(other.pid).padStart(5);
    if (column === 'ppid') return String(other.parent?.pid ?? 0).padStart(5);
    if (column === 'user') return nameOf(process, 'user', other.uid).slice(0, 8).padEnd(8);
    if (column === 'time') return '  0:00';
    if (column === 'stat') return 'S   ';
    const [path = ''] = other.argv;
    return column === 'comm' ? path.slice(path.lastIndexOf('/') + 1) : commandLine(other);
  };
  const title = (column: string): string => {
    const text = titles[column] ?? column.toUpperCase();
    return column === 'pid' || column === 'ppid'
      ? text.padStart(5)
      : column === 'user'
        ? text.padEnd(8)
        : column === 'time'
          ? text.padEnd(6)
          : text;
  };
  await process.print(`${columns.map(title).join(' ')}\n`);
  for (const other of process.machine.processes.values())
    await process.print(`${columns.map((column) => cell(column, other)).join(' ')}\n`);
  return 0;
};

function columnsOf(args: readonly string[]): string | undefined {
  const at = args.indexOf('-o');
  return at < 0 ? undefined : args[at + 1];
}

export const pidof: Program = async (process, names) => {
  const pids = [...process.machine.processes.values()]
    .filter(({ argv: [path = ''] }) => names.includes(path.slice(path.lastIndexOf('/') + 1)))
    .map(({ pid }) => pid)
    .reverse();
  if (pids.length === 0) return 1;
  await process.print(`${pids.join(' ')}\n`);
  return 0;
};

export const top: Program = async (process) => {
  const kilobytes = Math.floor(process.machine.memoryBytes / 1024);
  await process.print(
    `Mem: 0K used, ${kilobytes}K free, 0K shrd, 0K buff, 0K cached\n` +
      `CPU:   0% usr   0% sys   0% nic 100% idle   0% io   0% irq   0% sirq\n` +
      `Load average: 0.00 0.00 0.00 1/${process.machine.processes.size} ${process.pid}\n` +
      '  PID  PPID USER     STAT   VSZ %VSZ CPU %CPU COMMAND\n',
  );
  for (const other of process.machine.processes.values())
    await process.print(
      `${String(other.pid).padStart(5)} ${String(other.parent?.pid ?? 0).padStart(5)} ` +
        `${nameOf(process, 'user', other.uid).slice(0, 8).padEnd(8)} ` +
        `S     4400   0%   0   0% ${commandLine(other)}\n`,
    );
  return 0;
};

export const time: Program = async (process, args, name) => {
  const argv = args[0] === '-p' ? args.slice(1) : args;
  const startedMs = process.machine.clock.now();
  const code = await run(process, argv, name);
  const elapsedMs = process.machine.clock.now() - startedMs;
  const minutes = Math.floor(elapsedMs / 60_000);
  await process.complain(
    `real\t${minutes}m ${((elapsedMs % 60_000) / 1000).toFixed(2)}s\nuser\t0m 0.00s\nsys\t0m 0.00s`,
  );
  return code;
};

export const nohup: Program = (process, args, name) => {
  process.handlers.set('HUP', 'ignore');
  return run(process, args, name);
};

export const setsid: Program = (process, args, name) => run(process, args, name);
