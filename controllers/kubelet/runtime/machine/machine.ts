import type { Clock } from '../../../../server/base/clock.ts';
import type { Random } from '../../../../server/base/random.ts';
import type { ContainerUsage, ProcessStreams, RunningProcess } from '../../../../server/kube/node-connector.ts';
import { toBytes } from './byte-text.ts';
import type { CgroupLimits } from './cgroup.ts';
import { errorText, SystemError } from './errno.ts';
import { FileTree } from './file-tree.ts';
import { FileView, type Mount, type ViewOptions } from './file-view.ts';
import type { ImageDirectory, Quota } from './inode.ts';
import { kernelMounts } from './kernel-files.ts';
import { MACHINE_LIMITS, type MachineLimits, PROCESS_BYTES, STEPS_PER_SECOND } from './limits.ts';
import type { Network } from './network.ts';
import type { Privileges } from './privileges.ts';
import { type NewProcess, Process, ProcessEnded } from './process.ts';
import type { Program, ProgramTable, StandIn } from './program.ts';
import { type FoundProgram, findProgram } from './program-files.ts';
import { type Signal, signalNumber } from './signals.ts';
import { connectStreams } from './standard-streams.ts';
import { SYSCTL_DEFAULTS, type Sysctls } from './sysctls.ts';
import type { Terminal } from './terminal.ts';
import { groupsOfUser } from './users.ts';

/** What a container is, as far as its programs can tell. */
export interface MachineOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly hostname: string;
  readonly image: ImageDirectory;
  /** Loaded when the first process starts. */
  readonly programs: () => Promise<ProgramTable>;
  /** Volumes; asked for when the first process starts or somebody looks at the files. */
  readonly mounts?: () => readonly Mount[];
  /** Files that the container runtime writes, by path: /etc/hosts, /etc/resolv.conf. */
  readonly files?: () => Readonly<Record<string, string>>;
  /** A file that everybody may write: where a container says why it ended. */
  readonly messagePath?: string;
  /** Called with what programs look for and do not find. */
  readonly missed?: ViewOptions['missed'];
  /** Called with what its own files take, as soon as they are made. */
  readonly onDisk?: (disk: Quota) => void;
  /** Called when its processes begin to do something, and when all of them wait or have ended. */
  readonly onBusy?: (isBusy: boolean) => void;
  /** Absent: the machine stands alone. */
  readonly network?: Network;
  readonly limits?: Partial<MachineLimits>;
  readonly cpus?: number;
  /** What its processes may use: it may change while they run. */
  readonly cgroup?: () => CgroupLimits;
  /** Settings of the kernel, shared with the other containers of the pod. */
  readonly sysctls?: Sysctls;
  /** Whether its programs may change what belongs to the node. */
  readonly isPrivileged?: boolean;
  /** Whether nobody can write to its own files. */
  readonly isReadOnly?: boolean;
  /** Where its programs begin. */
  readonly workingDirectory?: string;
}

/** How a process from outside starts. */
export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly uid?: number;
  /** Unless given, what the image says about the user. */
  readonly gid?: number;
  readonly groups?: readonly number[];
  /** Only these groups, and none that the image knows of besides. */
  readonly isStrict?: boolean;
  readonly privileges?: Privileges;
  /** Instead of the one that the command names. */
  readonly program?: Program;
  /** What stands for programs that nobody has; without it there are none. */
  readonly standIn?: StandIn;
}

/** A process as whoever started it sees it. */
export interface MachineProcess extends RunningProcess {
  readonly pid: number;
  /** What a container runtime sends: even the first process ends by a signal that it does not handle, when told so. */
  signal(signal: Signal, options?: { readonly evenFirst?: boolean }): void;
}

const PAGE_BYTES = 4096;

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What it is called in its complaints: programs may have changed places meanwhile. */
const baseName = ({ argv: [path = ''] }: Process): string => path.slice(path.lastIndexOf('/') + 1);

/**
 * The small simulated machine inside a container: files, processes and signals. Nothing of it exists before something
 * is asked of it. The first process is the container's own; the machine ends with it.
 *
 * @example
 * const machine = new Machine({ clock, random, hostname: 'web-0', image: standardImage(), programs: loadPrograms });
 * const shell = await machine.start(['sh', '-c', 'echo hi; exit 3'], { stdout });
 * await shell.exitCode; // 3
 */
export class Machine {
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: MachineLimits;
  readonly processes = new Map<number, Process>();
  readonly startedMs: number;
  readonly #options: MachineOptions;
  #view: FileView | undefined;
  #table: ProgramTable | undefined;
  #lastPid = 0;
  #waiting = 0;
  #stepsWithoutRest = 0;
  #steps = 0;
  #tree: FileTree | undefined;
  #isBusy = false;

  constructor(options: MachineOptions) {
    this.#options = options;
    this.clock = options.clock;
    this.random = options.random;
    this.limits = { ...MACHINE_LIMITS, ...options.limits };
    this.startedMs = options.clock.now();
  }

  get hostname(): string {
    return this.#options.hostname;
  }

  get network(): Network | undefined {
    return this.#options.network;
  }

  get cpus(): number {
    return this.#options.cpus ?? 1;
  }

  get memoryBytes(): number {
    return this.cgroup().memoryLimitBytes ?? 2 ** 30;
  }

  readonly cgroup = (): CgroupLimits => this.#options.cgroup?.() ?? {};

  get lastPid(): number {
    return this.#lastPid;
  }

  /** What its processes have used so far, and what they hold. */
  get usage(): ContainerUsage {
    const pages = Math.ceil((this.#tree?.quota.bytes ?? 0) / PAGE_BYTES);
    const memoryBytes = this.processes.size * PROCESS_BYTES + pages * PAGE_BYTES;
    return { cpuSeconds: this.#steps / STEPS_PER_SECOND, memoryBytes };
  }

  /** The container's files. */
  get view(): FileView {
    this.#view ??= this.#makeView();
    return this.#view;
  }

  /** The programs that its processes may run: those that have started know them. */
  get table(): ProgramTable {
    return this.#table ?? new Map();
  }

  #makeView(): FileView {
    const { clock, limits } = this;
    const { image, mounts, files, missed, messagePath, sysctls, onDisk, isPrivileged = false } = this.#options;
    const { isReadOnly = false, workingDirectory } = this.#options;
    const tree = new FileTree({ clock, limits, image });
    this.#tree = tree;
    onDisk?.(tree.quota);
    return new FileView(tree, {
      limits,
      readOnly: isReadOnly,
      mounts: [
        ...kernelMounts(this, sysctls ?? new Map(Object.entries(SYSCTL_DEFAULTS)), isPrivileged),
        ...this.#runtimeMounts(files?.() ?? {}, messagePath),
        ...(mounts?.() ?? []),
      ],
      ...(missed && { missed }),
      ...(workingDirectory !== undefined && { workingDirectory: toBytes(workingDirectory) }),
    });
  }

  /** Files of the container runtime. They do not lie in the container, and can be written to where nothing else can. */
  #runtimeMounts(files: Readonly<Record<string, string>>, messagePath: string | undefined): Mount[] {
    const { clock, limits } = this;
    const tree = new FileTree({ clock, limits });
    const mount = (path: string, mode: number, text: string): Mount => {
      const subPath = path.slice(1).replaceAll('/', '!');
      tree.root.put(subPath, tree.newFile({ mode, uid: 0, gid: 0 }, Buffer.from(text)));
      // Unlike those of the kubelet, those of containerd follow the root.
      const readOnly = this.#options.isReadOnly === true && path !== '/etc/hosts' && path !== messagePath;
      return { path, tree, subPath, type: 'ext4', readOnly };
    };
    const mounts = Object.entries(files).map(([path, text]) => mount(path, 0o644, text));
    if (messagePath !== undefined)
      mounts.push(mount(`/${messagePath.split('/').filter(Boolean).join('/')}`, 0o666, ''));
    return mounts;
  }

  /**
   * Starts a process from outside: the container's own program, or one of `kubectl exec`.
   *
   * @throws StartRefused, a SystemError with the words of the container runtime
   */
  async start(
    command: readonly string[],
    streams: ProcessStreams,
    { env = {}, cwd = '/', privileges, program, standIn, ...who }: StartOptions = {},
  ): Promise<MachineProcess> {
    this.#table ??= await this.#options.programs();
    const argv = command.map(toBytes);
    const variables = new Map([
      ['PATH', PATH],
      ['HOSTNAME', toBytes(this.hostname)],
    ]);
    if (streams.terminal) variables.set('TERM', 'xterm');
    for (const [name, value] of Object.entries(env)) variables.set(toBytes(name), toBytes(value));
    const { uid, gid, groups } = this.#userOf(who);
    const user = { uid, gid, groups, ...(privileges && { privileges }) };
    if (!variables.has('HOME')) variables.set('HOME', uid === 0 ? '/root' : '/');
    const found: Pick<FoundProgram, 'program' | 'argv' | 'runsAs'> = program
      ? { program, argv }
      : findProgram(this, argv, { uid, gid, groups, pid: 0, standIn }, variables.get('PATH'), cwd);
    this.view.makePath(toBytes(cwd));
    const runsAs = found.runsAs ? { runsAs: found.runsAs } : {};
    const connected = connectStreams(streams, (signal, terminal) => this.#signalForeground(signal, terminal));
    const process = this.spawn(
      { argv: found.argv, env: variables, cwd: toBytes(cwd), user, files: connected.files, standIn, ...runsAs },
      found.program,
    );
    return {
      pid: process.pid,
      exitCode: this.#exitCode(process, connected.written),
      hangUp: connected.hangUp,
      signal: (signal, { evenFirst = false } = {}) =>
        process.signal(signal, { forced: signal === 'KILL' || evenFirst }),
    };
  }

  #userOf({
    uid = 0,
    gid,
    groups = [],
    isStrict = false,
  }: StartOptions): Required<Pick<StartOptions, 'uid' | 'gid' | 'groups'>> {
    const known = groupsOfUser(this.view, uid);
    const own = gid ?? known.gid;
    const all = [own, ...(isStrict ? [] : known.others), ...groups];
    return { uid, gid: own, groups: [...new Set(all)] };
  }

  async #exitCode(process: Process, written: () => Promise<void>): Promise<number> {
    while (process.exitCode === undefined) await process.ended.wait();
    await written();
    return process.exitCode;
  }

  /** Ends everything at once. */
  stop(): void {
    for (const process of this.processes.values()) process.end(128 + signalNumber('KILL'));
  }

  /** @throws SystemError when there are too many processes */
  spawn(options: NewProcess, program: Program): Process {
    if (this.processes.size >= this.limits.processes) throw new SystemError('EAGAIN');
    const process = new Process(this, ++this.#lastPid, options);
    this.processes.set(process.pid, process);
    this.#tellBusy();
    void this.#run(process, program);
    return process;
  }

  async #run(process: Process, program: Program): Promise<void> {
    try {
      // Whoever starts one gets it before it does anything.
      await Promise.resolve();
      process.end(await program(process, process.argv.slice(1), baseName(process)));
    } catch (error) {
      if (!(error instanceof ProcessEnded)) await this.#endWithError(process, error);
    }
  }

  async #endWithError(process: Process, error: unknown): Promise<void> {
    try {
      // A failure of ours must not take the server down: it is a failure of this process.
      const text = error instanceof SystemError ? errorText(error) : `internal error: ${String(error)}`;
      await process.complain(`${baseName(process)}: ${text}`);
    } catch (again) {
      if (!(again instanceof ProcessEnded)) throw again;
    } finally {
      process.end(1);
    }
  }

  /** What a process calls when it has ended. */
  forget(process: Process): void {
    this.processes.delete(process.pid);
    this.#tellBusy();
    if (process.pid === 1) this.stop();
  }

  /** Whether a process waits: a machine where all do has a rest. */
  waits(begins: boolean): void {
    this.#waiting += begins ? 1 : -1;
    if (this.#waiting >= this.processes.size) this.#stepsWithoutRest = 0;
    this.#tellBusy();
  }

  #tellBusy(): void {
    const isBusy = this.#waiting < this.processes.size;
    if (isBusy === this.#isBusy) return;
    this.#isBusy = isBusy;
    this.#options.onBusy?.(isBusy);
  }

  /** Counts what processes do without a moment of rest; a machine that never rests loses them. */
  charge(process: Process, cost: number): void {
    this.#steps += cost;
    this.#stepsWithoutRest += cost;
    if (this.#stepsWithoutRest <= this.limits.stepsWithoutRest) return;
    process.files.get(2)?.tryWrite(Buffer.from('CPU time limit exceeded\n'));
    process.end(128 + signalNumber('XCPU'));
    throw new ProcessEnded();
  }

  /** What runs at a terminal and not in the background. */
  #signalForeground(signal: Signal, terminal: Terminal): void {
    for (const process of this.processes.values()) {
      const isThere = [0, 1, 2].some((fd) => process.files.get(fd)?.terminal === terminal);
      if (isThere && !process.isBackground) process.signal(signal);
    }
  }
}
