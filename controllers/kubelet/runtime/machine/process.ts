import { SystemError } from './errno.ts';
import type { FileView, OpenMode } from './file-view.ts';
import { Gate } from './gate.ts';
import type { Caller } from './inode.ts';
import type { Machine } from './machine.ts';
import { type OpenFile, WAIT } from './open-file.ts';
import { pacer } from './pacer.ts';
import { type Capabilities, DEFAULT_PRIVILEGES, NO_CAPABILITIES, type Privileges } from './privileges.ts';
import type { Program, StandIn } from './program.ts';
import type { FoundProgram } from './program-files.ts';
import { endsProcess, type Signal, signalNumber } from './signals.ts';

/** Thrown where a process that has been ended would go on. Nobody catches it but the machine. */
export class ProcessEnded extends Error {}

/** A signal with a handler came while a process waited for something that signals interrupt. */
export class Interrupted extends Error {}

/** Who a process is: whom it was started by, and whom it acts as. */
export interface User {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  readonly realUid?: number;
  readonly realGid?: number;
  readonly privileges?: Privileges;
}

/** What somebody else's process may be told, and asked. */
export interface NewProcess {
  readonly argv: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  readonly user: User;
  /** Whom its program runs as, whoever starts it. */
  readonly runsAs?: FoundProgram['runsAs'];
  readonly files: ReadonlyMap<number, OpenFile>;
  readonly parent?: Process;
  readonly umask?: number;
  /** Not of those that ^C ends. */
  readonly background?: boolean;
  /** What stands for programs that nobody has, for it and all that it starts. */
  readonly standIn?: StandIn | undefined;
}

type Handler = 'ignore' | ((signal: Signal) => void);

/** A simulated process: what a program sees of the machine. Everything that may take time goes through it. */
export class Process implements Caller {
  readonly pid: number;
  readonly machine: Machine;
  readonly parent: Process | undefined;
  uid: number;
  gid: number;
  readonly realUid: number;
  readonly realGid: number;
  readonly groups: readonly number[];
  readonly privileges: Privileges;
  readonly files = new Map<number, OpenFile>();
  readonly env: Map<string, string>;
  readonly handlers = new Map<Signal, Handler>();
  readonly startedMs: number;
  readonly isBackground: boolean;
  readonly standIn: StandIn | undefined;
  /** Opens when it has ended. */
  readonly ended = new Gate();
  argv: readonly string[];
  cwd: string;
  umask: number;
  exitCode: number | undefined;
  /** The signal that it ended by. */
  endedBy: Signal | undefined;
  #isInterrupted = false;
  readonly #waits = new Set<{ readonly reject: (error: Error) => void; readonly interruptible: boolean }>();
  #threads = 1;
  #isWaiting = false;

  constructor(machine: Machine, pid: number, options: NewProcess) {
    this.machine = machine;
    this.pid = pid;
    this.parent = options.parent;
    this.argv = options.argv;
    this.env = new Map(options.env);
    this.cwd = options.cwd;
    this.umask = options.umask ?? 0o022;
    const { uid, gid, groups, realUid = uid, realGid = gid, privileges = DEFAULT_PRIVILEGES } = options.user;
    this.uid = uid;
    this.gid = gid;
    this.groups = groups;
    this.realUid = realUid;
    this.realGid = realGid;
    this.privileges = privileges;
    this.runAs(options.runsAs);
    this.isBackground = options.background ?? options.parent?.isBackground ?? false;
    this.standIn = options.standIn ?? options.parent?.standIn;
    this.startedMs = machine.clock.now();
    for (const [fd, file] of options.files) this.files.set(fd, file.retain());
    for (const [signal, handler] of options.parent?.handlers ?? [])
      if (handler === 'ignore') this.handlers.set(signal, handler);
  }

  /** Its program is one that runs as its owner. */
  runAs({ uid = this.uid, gid = this.gid }: FoundProgram['runsAs'] = {}): void {
    if (this.privileges.noNewPrivileges) return;
    this.uid = uid;
    this.gid = gid;
  }

  /** Whoever is not root has none, though the container may. */
  get capabilities(): Capabilities {
    return this.uid === 0 ? this.privileges.capabilities : NO_CAPABILITIES;
  }

  get view(): FileView {
    return this.machine.view;
  }

  /** A path as the file view wants it. */
  path(path: string): string {
    if (path === '' || path.startsWith('/')) return path;
    return this.cwd === '/' ? `/${path}` : `${this.cwd}/${path}`;
  }

  /** Counts a bit of work. @returns what to wait for before going on, if anything */
  step(cost = 1): Promise<void> | undefined {
    this.#check();
    this.machine.charge(this, cost);
    return pacer.step(cost);
  }

  /** Waits for something that others do. */
  async block<T>(happens: Promise<T>, { interruptible = false } = {}): Promise<T> {
    this.#check();
    if (interruptible && this.#isInterrupted) {
      this.#isInterrupted = false;
      throw new Interrupted();
    }
    let wait: { reject: (error: Error) => void; interruptible: boolean } | undefined;
    try {
      return await new Promise<T>((resolve, reject) => {
        wait = { reject, interruptible };
        this.#waits.add(wait);
        this.#tellWaiting();
        happens.then(resolve, reject);
      });
    } finally {
      if (wait) this.#waits.delete(wait);
      this.#tellWaiting();
    }
  }

  /** It waits when all that it does waits. */
  #tellWaiting(): void {
    const isWaiting = this.exitCode === undefined && this.#waits.size >= this.#threads;
    if (isWaiting === this.#isWaiting) return;
    this.#isWaiting = isWaiting;
    this.machine.waits(isWaiting);
  }

  /** Does something else beside what it does: a server answers one request while it waits for the next. */
  async thread(work: () => Promise<void>): Promise<void> {
    this.#threads++;
    this.#tellWaiting();
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ProcessEnded)) await this.complain(`internal error: ${String(error)}`);
    } finally {
      this.#threads--;
      this.#tellWaiting();
    }
  }

  /** Time passes on the cluster's clock. */
  async sleep(delayMs: number, options?: { interruptible: boolean }): Promise<void> {
    let cancel: (() => void) | undefined;
    try {
      await this.block(
        new Promise<void>((resolve) => {
          if (delayMs !== Number.POSITIVE_INFINITY) cancel = this.machine.clock.schedule(delayMs, resolve);
        }),
        options,
      );
    } finally {
      cancel?.();
    }
  }

  file(fd: number): OpenFile {
    const file = this.files.get(fd);
    if (!file) throw new SystemError('EBADF');
    return file;
  }

  /** Puts a file at a descriptor; what was there is closed. */
  setFile(fd: number, file: OpenFile | undefined): void {
    if (file && !this.files.has(fd) && this.files.size >= this.machine.limits.openFiles)
      throw new SystemError('EMFILE');
    const before = this.files.get(fd);
    if (file) this.files.set(fd, file.retain());
    else this.files.delete(fd);
    before?.release();
  }

  open(path: string, mode: OpenMode): OpenFile {
    const create = mode.create === undefined ? {} : { create: mode.create & ~this.umask };
    return this.view.open(this.path(path), { ...mode, ...create }, this);
  }

  /** At most `max` bytes; undefined at the end. */
  read(fd: number, max?: number, last?: number): Promise<Buffer | undefined> {
    return this.readFrom(this.file(fd), max, last);
  }

  async readFrom(file: OpenFile, max = 32 * 1024, last?: number): Promise<Buffer | undefined> {
    for (;;) {
      await this.step();
      const data = file.tryRead(max, last);
      if (data !== WAIT) return data;
      await this.block(file.whenReadable(), { interruptible: last !== undefined });
    }
  }

  async write(fd: number, data: Buffer | string): Promise<void> {
    await this.writeTo(this.file(fd), data);
  }

  async writeTo(file: OpenFile, data: Buffer | string): Promise<void> {
    let left = typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
    while (left.length > 0) {
      const pause = this.step(1 + (left.length >> 10));
      if (pause) await pause;
      let taken: number;
      try {
        taken = file.tryWrite(left);
      } catch (error) {
        if (error instanceof SystemError && error.code === 'EPIPE') {
          this.signal('PIPE');
          this.#check();
        }
        throw error;
      }
      if (taken === 0) await this.block(file.whenWritable());
      left = left.subarray(taken);
    }
  }

  print(text: string): Promise<void> {
    return this.write(1, text);
  }

  /** Nobody hears it when there is no standard error. */
  async complain(text: string): Promise<void> {
    if (!this.files.has(2)) return;
    try {
      await this.write(2, `${text}\n`);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
    }
  }

  /** Runs a program in a process of its own. @throws SystemError when there are too many */
  spawn(argv: readonly string[], program: Program, options: Partial<NewProcess> = {}): Process {
    const { cwd, env, files, umask } = this;
    const { uid, gid, groups, realUid, realGid, privileges } = this;
    const inherited = { cwd, env, files, umask, user: { uid, gid, groups, realUid, realGid, privileges } };
    return this.machine.spawn({ ...inherited, ...options, argv, parent: this }, program);
  }

  /** The code that a process ends with. */
  async wait(child: Process, options?: { interruptible: boolean }): Promise<number> {
    while (child.exitCode === undefined) await this.block(child.ended.wait(), options);
    return child.exitCode;
  }

  /** Somebody sends a signal. `forced`: not even the first process is protected from it. */
  signal(signal: Signal, { forced = false } = {}): void {
    if (this.exitCode !== undefined) return;
    const handler = signal === 'KILL' ? undefined : this.handlers.get(signal);
    if (handler === 'ignore') return;
    if (handler) {
      handler(signal);
      this.interrupt();
      return;
    }
    // The kernel protects the first process of a container from signals that it does not handle, from inside even
    // from KILL.
    if (!endsProcess(signal) || (this.pid === 1 && !forced)) return;
    this.endedBy = signal;
    this.end(128 + signalNumber(signal));
  }

  /** Ends what signals end: waiting for input, or for a job; the next such wait when there is none now. */
  interrupt(): void {
    this.#isInterrupted = true;
    for (const wait of this.#waits) {
      if (!wait.interruptible) continue;
      this.#isInterrupted = false;
      wait.reject(new Interrupted());
    }
  }

  /** Whoever handles signals has done so: the next wait is not meant. */
  forgetInterrupt(): void {
    this.#isInterrupted = false;
  }

  /** Everything that belongs to it is given back; whatever it waits for fails. */
  end(exitCode: number): void {
    if (this.exitCode !== undefined) return;
    this.exitCode = exitCode;
    for (const file of this.files.values()) file.release();
    this.files.clear();
    for (const { reject } of this.#waits) reject(new ProcessEnded());
    this.#tellWaiting();
    this.machine.forget(this);
    this.ended.open();
  }

  #check(): void {
    if (this.exitCode !== undefined) throw new ProcessEnded();
  }
}
