import { SystemError } from './errno.ts';
import {
  type Attributes,
  type Caller,
  type ComputedEntries,
  DeviceNode,
  DirectoryNode,
  type Inode,
  LinkNode,
} from './inode.ts';
import type { Machine } from './machine.ts';
import { OpenDevice, type OpenFile, OpenText } from './open-file.ts';
import type { Process } from './process.ts';

/** /dev and /proc: what the kernel makes up when somebody looks. */

type Make = () => Inode;

function entries(makers: Readonly<Record<string, Make>>): ComputedEntries {
  const known = new Map(Object.entries(makers));
  return { lookup: (name) => known.get(name)?.(), names: () => known.keys() };
}

class KernelFiles {
  readonly #machine: Machine;
  /** Mounts stand on these: they stay the same. */
  readonly #fixed: Readonly<Record<string, Make>>;

  constructor(machine: Machine, fixed: Readonly<Record<string, Inode>>) {
    this.#machine = machine;
    this.#fixed = Object.fromEntries(Object.entries(fixed).map(([name, node]) => [name, () => node]));
  }

  #attributes(mode: number): Attributes {
    return { mode, uid: 0, gid: 0, mtimeMs: this.#machine.clock.now(), links: 1, id: 1 };
  }

  #directory(computed: ComputedEntries): DirectoryNode {
    const refuse = (): never => {
      throw new SystemError('EPERM');
    };
    return new DirectoryNode(this.#attributes(0o555), refuse, { computed });
  }

  #device(open: (caller: Caller) => OpenFile): DeviceNode {
    return new DeviceNode(this.#attributes(0o666), open);
  }

  #text(name: string, text: () => string): DeviceNode {
    return new DeviceNode(this.#attributes(0o444), () => new OpenText(name, text()), { isText: true });
  }

  #link(target: string): LinkNode {
    return new LinkNode(this.#attributes(0o777), target);
  }

  dev(): DirectoryNode {
    const zero = (block: Buffer): void => void block.fill(0);
    const noise = (block: Buffer): void => {
      for (let i = 0; i < block.length; i++) block[i] = Math.floor(this.#machine.random.fraction() * 256);
    };
    return this.#directory(
      entries({
        null: () => this.#device(() => new OpenDevice('/dev/null')),
        zero: () => this.#device(() => new OpenDevice('/dev/zero', { fill: zero })),
        full: () => this.#device(() => new OpenDevice('/dev/full', { fill: zero, isFull: true })),
        random: () => this.#device(() => new OpenDevice('/dev/random', { fill: noise })),
        urandom: () => this.#device(() => new OpenDevice('/dev/urandom', { fill: noise })),
        tty: () => this.#device((caller) => this.#terminalOf(caller)),
        stdin: () => this.#link('/proc/self/fd/0'),
        stdout: () => this.#link('/proc/self/fd/1'),
        stderr: () => this.#link('/proc/self/fd/2'),
        fd: () => this.#link('/proc/self/fd'),
        ...this.#fixed,
      }),
    );
  }

  #terminalOf({ pid }: Caller): OpenFile {
    const files = this.#machine.processes.get(pid)?.files.values() ?? [];
    for (const file of files) if (file.terminal) return file;
    throw new SystemError('ENOENT');
  }

  proc(): DirectoryNode {
    const machine = this.#machine;
    const fixed = entries({
      cpuinfo: () => this.#text('cpuinfo', () => cpuInfo(machine.cpus)),
      filesystems: () => this.#text('filesystems', () => 'nodev\tproc\nnodev\ttmpfs\nnodev\toverlay\n'),
      loadavg: () => this.#text('loadavg', () => `0.00 0.00 0.00 1/${machine.processes.size} ${machine.lastPid}\n`),
      meminfo: () => this.#text('meminfo', () => memoryInfo(machine.memoryBytes)),
      mounts: () => this.#link('self/mounts'),
      uptime: () => this.#text('uptime', () => `${uptime(machine)} ${uptime(machine)}\n`),
      version: () => this.#text('version', () => 'Linux version 6.1.0 (fauxkube) #1 SMP\n'),
    });
    return this.#directory({
      lookup: (name, caller) => {
        if (name === 'self') return machine.processes.has(caller.pid) ? this.#link(String(caller.pid)) : undefined;
        const process = /^[0-9]+$/.test(name) ? machine.processes.get(Number(name)) : undefined;
        return process ? this.#process(process) : fixed.lookup(name, caller);
      },
      names: (caller) => [...fixed.names(caller), 'self', ...[...machine.processes.keys()].map(String)],
    });
  }

  #process(process: Process): DirectoryNode {
    const words = (list: Iterable<string>): string => [...list].map((word) => `${word}\0`).join('');
    const environ = (): Iterable<string> => [...process.env].map(([name, value]) => `${name}=${value}`);
    return this.#directory(
      entries({
        cmdline: () => this.#text('cmdline', () => words(process.argv)),
        comm: () => this.#text('comm', () => `${commandOf(process)}\n`),
        cwd: () => this.#link(process.cwd),
        environ: () => this.#text('environ', () => words(environ())),
        fd: () => this.#descriptors(process),
        mounts: () => this.#text('mounts', () => mountsText(this.#machine)),
        stat: () => this.#text('stat', () => statOf(process)),
        status: () => this.#text('status', () => statusOf(process)),
      }),
    );
  }

  /** Opening one gives the open file itself: `> /proc/1/fd/1` goes where the container's output goes. */
  #descriptors(process: Process): DirectoryNode {
    const fileOf = (name: string): OpenFile | undefined => process.files.get(Number(name));
    return this.#directory({
      lookup: (name) => {
        const file = fileOf(name);
        if (!file) return undefined;
        return new DeviceNode(this.#attributes(0o700), () => fileOf(name) ?? file, { target: file.name });
      },
      names: () => [...process.files.keys()].map(String),
    });
  }
}

const commandOf = ({ argv: [path = ''] }: Process): string => path.slice(path.lastIndexOf('/') + 1).slice(0, 15);

const uptime = (machine: Machine): string => ((machine.clock.now() - machine.startedMs) / 1000).toFixed(2);

const statOf = (process: Process): string =>
  `${process.pid} (${commandOf(process)}) S ${process.parent?.pid ?? 0} ${process.pid} ${process.pid} 0 -1 ` +
  `${'0 '.repeat(43)}0\n`;

function statusOf(process: Process): string {
  const { pid, parent, uid, gid, umask } = process;
  return (
    `Name:\t${commandOf(process)}\nUmask:\t${umask.toString(8).padStart(4, '0')}\n` +
    `State:\tS (sleeping)\nTgid:\t${pid}\n` +
    `Pid:\t${pid}\nPPid:\t${parent?.pid ?? 0}\nUid:\t${`${uid}\t`.repeat(4).trim()}\n` +
    `Gid:\t${`${gid}\t`.repeat(4).trim()}\nThreads:\t1\n`
  );
}

const cpuInfo = (count: number): string =>
  Array.from({ length: count }, (_, i) => `processor\t: ${i}\nmodel name\t: simulated\n\n`).join('');

function memoryInfo(bytes: number): string {
  const line = (name: string, kilobytes: number): string =>
    `${`${name}:`.padEnd(16)}${String(kilobytes).padStart(8)} kB\n`;
  const total = Math.floor(bytes / 1024);
  return line('MemTotal', total) + line('MemFree', total) + line('MemAvailable', total) + line('SwapTotal', 0);
}

/** The lines of /proc/mounts. */
export const mountsText = (machine: Machine): string =>
  machine.view.mounts
    .map(({ path, type = 'tmpfs', readOnly }) => `${type} ${path} ${type} ${readOnly ? 'ro' : 'rw'},relatime 0 0\n`)
    .join('');

/** Puts /dev and /proc into a container's root. @param fixed what is in /dev besides the kernel's own, by name */
export function addKernelFiles(machine: Machine, root: DirectoryNode, fixed: Readonly<Record<string, Inode>>): void {
  const files = new KernelFiles(machine, fixed);
  root.put('dev', files.dev());
  root.put('proc', files.proc());
}
