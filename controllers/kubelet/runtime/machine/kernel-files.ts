import { cgroupFiles } from './cgroup.ts';
import { SystemError } from './errno.ts';
import { FileTree } from './file-tree.ts';
import type { Mount } from './file-view.ts';
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
import { capabilityMask, NO_CAPABILITIES } from './privileges.ts';
import type { Process } from './process.ts';
import { SysctlFiles, type Sysctls } from './sysctls.ts';

/** /dev and /proc: what the kernel makes up when somebody looks. */

type Make = () => Inode;

function entries(makers: Readonly<Record<string, Make>>): ComputedEntries {
  const known = new Map(Object.entries(makers));
  return { lookup: (name) => known.get(name)?.(), names: () => known.keys() };
}

class KernelFiles {
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
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

  dev(): ComputedEntries {
    const zero = (block: Buffer): void => void block.fill(0);
    const noise = (block: Buffer): void => {
      for (let i = 0; i < block.length; i++) block[i] = Math.floor(this.#machine.random.fraction() * 256);
    };
    return entries({
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
    });
  }

  /** /sys: what containers read of it. */
  sys(): ComputedEntries {
    // Mounts stand on these: they stay the same.
    const kept = (below: Readonly<Record<string, Make>>): Make => {
      const directory = this.#directory(entries(below));
      return () => directory;
    };
    const names = ['block', 'bus', 'class', 'devices', 'firmware', 'kernel', 'module', 'power'];
    return entries({ ...Object.fromEntries(names.map((name) => [name, kept({})])), fs: kept({ bpf: kept({}) }) });
  }

  cgroup(): ComputedEntries {
    const { cgroup, processes } = this.#machine;
    const pids = (): string => [...processes.keys()].map((pid) => `${pid}\n`).join('');
    const texts = { ...cgroupFiles(() => cgroup()), 'cgroup.procs': pids };
    return entries(
      Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, () => this.#text(name, text)])),
    );
  }

  #terminalOf({ pid }: Caller): OpenFile {
    const files = this.#machine.processes.get(pid)?.files.values() ?? [];
    for (const file of files) if (file.terminal) return file;
    throw new SystemError('ENOENT');
  }

  proc(): ComputedEntries {
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
    return {
      lookup: (name, caller) => {
        if (name === 'self') return machine.processes.has(caller.pid) ? this.#link(String(caller.pid)) : undefined;
        const process = /^[0-9]+$/.test(name) ? machine.processes.get(Number(name)) : undefined;
        return process ? this.#process(process) : fixed.lookup(name, caller);
      },
      names: (caller) => [...fixed.names(caller), 'self', ...[...machine.processes.keys()].map(String)],
    };
  }

  #process(process: Process): DirectoryNode {
    const words = (list: Iterable<string>): string => [...list].map((word) => `${word}\0`).join('');
    const environ = (): Iterable<string> => [...process.env].map(([name, value]) => `${name}=${value}`);
    return this.#directory(
      entries({
        cgroup: () => this.#text('cgroup', () => '0::/\n'),
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
  const { pid, parent, uid, gid, realUid, realGid, umask, groups, capabilities, privileges } = process;
  const { capabilities: bounding, noNewPrivileges, isFiltered } = privileges;
  const [own, most] = [capabilityMask(capabilities), capabilityMask(bounding)];
  return (
    `Name:\t${commandOf(process)}\nUmask:\t${umask.toString(8).padStart(4, '0')}\n` +
    `State:\tS (sleeping)\nTgid:\t${pid}\n` +
    `Pid:\t${pid}\nPPid:\t${parent?.pid ?? 0}\n` +
    `Uid:\t${[realUid, uid, uid, uid].join('\t')}\nGid:\t${[realGid, gid, gid, gid].join('\t')}\n` +
    `Groups:\t${groups.map((group) => `${group} `).join('')}\nThreads:\t1\n` +
    `CapInh:\t${capabilityMask(NO_CAPABILITIES)}\nCapPrm:\t${own}\nCapEff:\t${own}\nCapBnd:\t${most}\n` +
    `CapAmb:\t${capabilityMask(NO_CAPABILITIES)}\nNoNewPrivs:\t${Number(noNewPrivileges)}\n` +
    `Seccomp:\t${isFiltered ? 2 : 0}\nSeccomp_filters:\t${Number(isFiltered)}\n`
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

/**
 * What the kernel makes up, and what is in memory, as mounts of a container.
 *
 * @param isPrivileged whether the container may change what belongs to its node
 */
export function kernelMounts(machine: Machine, sysctls: Sysctls, isPrivileged: boolean): readonly Mount[] {
  const { clock, limits } = machine;
  const files = new KernelFiles(machine);
  const tree = (computed: ComputedEntries, mode: number): FileTree => {
    const made = new FileTree({ clock, limits, computed });
    made.root.attributes.mode = mode;
    return made;
  };
  const shared = new FileTree({ clock, limits });
  shared.root.attributes.mode = 0o1777;
  const readOnly = !isPrivileged;
  return [
    { path: '/proc', tree: tree(files.proc(), 0o555), type: 'proc' },
    { path: '/proc/sys', tree: tree(new SysctlFiles(sysctls, () => clock.now()), 0o555), type: 'proc', readOnly },
    { path: '/dev', tree: tree(files.dev(), 0o755), type: 'tmpfs' },
    { path: '/dev/shm', tree: shared, type: 'tmpfs' },
    { path: '/sys', tree: tree(files.sys(), 0o555), type: 'sysfs', readOnly },
    { path: '/sys/fs/cgroup', tree: tree(files.cgroup(), 0o755), type: 'cgroup2', readOnly },
  ];
}
