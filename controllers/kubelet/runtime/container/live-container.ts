import { nextTurn, rest } from '../../../../server/base/turn.ts';
import type { ContainerUsage, ProcessStreams, RunningProcess } from '../../../../server/kube/node-connector.ts';
import { expandCommand } from '../files/expansion.ts';
import type { LocalExec } from '../kwok/kwok-pod.ts';
import type { Mount } from '../machine/file-view.ts';
import { Gate } from '../machine/gate.ts';
import { MACHINE_LIMITS, PROCESS_BYTES } from '../machine/limits.ts';
import { Machine, type MachineProcess, type StartOptions } from '../machine/machine.ts';
import type { Program, StandIn } from '../machine/program.ts';
import { StartRefused } from '../machine/program-files.ts';
import type { Executed, RunEnd } from '../pod-runtime.ts';
import { CommandAnswers } from '../scripts/command-answers.ts';
import { playLog } from '../scripts/log-player.ts';
import type { ContainerFacts } from './container-facts.ts';
import { ContainerLog, type LogStream } from './container-log.ts';
import { ContainerStreams } from './container-streams.ts';
import { execRefused } from './exec-refused.ts';
import { LimitedOutput } from './limited-output.ts';
import { imageOf, loadPrograms } from './load-programs.ts';
import { isRefusal } from './refusal.ts';
import { privilegesOf, userOf } from './security.ts';
import { goesOn, isDone } from './stand-in.ts';
import { messageOf } from './termination-message.ts';

/** What of a container's own files nobody can know in an image that is not known. */
const SCRATCH = /^\/(?:tmp|proc|dev|sys|run|var\/run|var\/tmp)(?:\/|$)/;

/** What a kubelet takes of the output of a probe or a hook. */
const OUTPUT_BYTES = 10 * 1024;
/** How long a program that nobody has takes to end. */
const STOP_MS = 300;
/** For how long, in real time, somebody waits for commands that have something to do. */
const BUSY_MS = 500;
/** The same for a program that begins: the first of its kind is loaded then. */
const BEGIN_MS = 5000;

/**
 * One run of a container. Its machine comes when its command runs, or with the first command that somebody executes in
 * it; what stands for a program that nobody has needs none.
 */
export class LiveContainer {
  /** How it ended by itself, or because it was told to. */
  end: RunEnd | undefined;
  readonly #facts: ContainerFacts;
  #log: ContainerLog | undefined;
  #cancels: (() => void)[] | undefined;
  #answers: CommandAnswers | undefined;
  #streams: ContainerStreams | undefined;
  #machine: Promise<Machine> | undefined;
  #measured: Machine | undefined;
  #main: MachineProcess | undefined;
  /** How often somebody looked for something that only the real image can have. */
  #missedCount = 0;
  #hasStandIn = false;
  /** All of its processes have waited for something once: whatever it begins with is done. */
  #hasRested = false;
  #rested: Gate | undefined;
  #isTold = false;
  /** It has ended, was killed, or could not start. */
  isOver = false;
  #done: (() => void) | undefined;
  #environment: Readonly<Record<string, string>> | undefined;

  constructor(facts: ContainerFacts) {
    this.#facts = facts;
  }

  get restartCount(): number {
    return this.#facts.restartCount;
  }

  /** Made for the first who writes or reads: most of what stands for a program never says a word. */
  get log(): ContainerLog {
    if (this.#log) return this.#log;
    this.#log = new ContainerLog(this.#facts.clock, MACHINE_LIMITS.logBytes);
    if (this.isOver) this.#log.close();
    return this.#log;
  }

  get #commands(): CommandAnswers {
    this.#answers ??= new CommandAnswers(this.#facts.container.name, () => this.#facts.answers());
    return this.#answers;
  }

  /**
   * Resolves when it waits for something, or has ended: kubelets look a second later, and never see one run that ends
   * at once.
   *
   * @returns the words of the container runtime when it cannot start
   */
  async start(): Promise<string | undefined> {
    const logs = this.#facts.logs();
    if (logs.length > 0) this.#cancelable(playLog(logs, this.#facts.clock, (...said) => this.write(...said)));
    if (this.#facts.plan.kind !== 'runs') return undefined;
    const machine = this.#newMachine();
    this.#machine = Promise.resolve(machine);
    try {
      await this.#prepare();
      await this.#startMain(machine);
      await this.#untilAtRest(BUSY_MS);
      // Whoever waits for its exit code has it then.
      await nextTurn();
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.#close();
      return error.message;
    }
    return undefined;
  }

  async #startMain(machine: Machine): Promise<void> {
    const environment = this.#options();
    const argv = expandCommand(this.#facts.plan.argv, environment.env);
    const options = { ...environment, standIn: this.#mainStandIn(), ...this.#commands.to(argv) };
    const main = await machine.start(argv, this.#outputs().streams, options);
    this.#main = main;
    if (this.isOver) machine.stop();
    void main.exitCode.then((exitCode) => this.#mainEnded(main, machine, exitCode));
  }

  /** Somebody wants something of its program: starts it if it waits for that, and lets it begin. */
  async awake(): Promise<void> {
    const { kind } = this.#facts.plan;
    if (this.isOver || (kind !== 'runs' && kind !== 'serves')) return;
    await this.#machineNow();
    await this.#untilAtRest(BEGIN_MS);
    // Nobody waits twice for one that never rests.
    this.#hasRested = true;
  }

  async #untilAtRest(limitMs: number): Promise<void> {
    if (this.#hasRested) return;
    this.#rested ??= new Gate();
    await Promise.race([this.#rested.wait(), rest(limitMs)]);
  }

  #outputs(): ContainerStreams {
    this.#streams ??= new ContainerStreams(this.#facts.container, this.log);
    return this.#streams;
  }

  #newMachine(): Machine {
    const { container, family, clock, random, surroundings } = this.#facts;
    const { terminationMessagePath, securityContext } = container;
    this.#measured = new Machine({
      clock,
      random,
      hostname: surroundings.hostname,
      image: imageOf(family),
      programs: loadPrograms,
      mounts: () => surroundings.mounts(container),
      files: () => surroundings.files(container),
      ...(terminationMessagePath?.startsWith('/') && { messagePath: terminationMessagePath }),
      onDisk: (disk) => surroundings.measure(container, [disk, this.log]),
      onBusy: (isBusy) => this.#busy(isBusy),
      missed: (path, mount) => this.#missed(path, mount),
      network: this.#facts.network(),
      cgroup: () => surroundings.cgroup(container),
      sysctls: surroundings.sysctls,
      isPrivileged: securityContext?.privileged ?? false,
      isReadOnly: securityContext?.readOnlyRootFilesystem ?? false,
      ...(container.workingDir && { workingDirectory: container.workingDir }),
    });
    return this.#measured;
  }

  /** So long as its processes go on, the cluster has not settled; but nobody waits for those that never rest. */
  #busy(isBusy: boolean): void {
    this.#done?.();
    this.#done = isBusy ? this.#facts.begin() : undefined;
    if (!isBusy) {
      this.#hasRested = true;
      this.#rested?.open();
    }
    if (this.#done) void this.#lose(this.#done);
  }

  async #lose(done: () => void): Promise<void> {
    await rest(BUSY_MS);
    done();
  }

  #missed(path: string, { path: mountedAt }: Mount): void {
    if (mountedAt === '/' && !SCRATCH.test(path)) this.#missedCount++;
  }

  /** Asks for what its files hold, and lets nobody take it for settled meanwhile. */
  async #prepare(): Promise<void> {
    const { surroundings, container } = this.#facts;
    const done = this.#facts.begin();
    try {
      await surroundings.prepare(container);
    } finally {
      done();
    }
  }

  #options(): StartOptions & { readonly env: Readonly<Record<string, string>> } {
    const { pod, container, family, surroundings } = this.#facts;
    // Whatever changes later, a container keeps the variables that it has begun with.
    this.#environment ??= surroundings.environment(container);
    return {
      env: this.#environment,
      ...userOf(pod, container, family.user),
      privileges: privilegesOf(pod, container),
      ...(container.workingDir && { cwd: container.workingDir }),
    };
  }

  /** What stands for programs that only the image has, in the container's own command. */
  #mainStandIn(): StandIn {
    const { isWork, stopCode } = this.#facts;
    return this.#standInOf((process, args, name) => {
      this.#hasStandIn = true;
      return (isWork ? isDone : goesOn(stopCode))(process, args, name);
    });
  }

  #standInOf(program: Program): StandIn {
    const { family } = this.#facts;
    const isThere = (name: string): boolean => family.own.includes(name) || family.programs === 'unknown';
    return this.#commands.standIn((name) => (isThere(name) ? program : undefined));
  }

  /** An image that nobody knows has what its command looked for in vain: it would not have failed. */
  #isDoubtful(exitCode: number, missedBefore = 0): boolean {
    return exitCode !== 0 && this.#facts.family.programs === 'unknown' && this.#missedCount > missedBefore;
  }

  #mainEnded(main: MachineProcess, machine: Machine, exitCode: number): void {
    if (this.#main !== main || this.isOver) return;
    this.#main = undefined;
    if (this.#isTold || !this.#isDoubtful(exitCode)) {
      const log = (): ContainerLog => this.log;
      this.#finish(exitCode, messageOf(this.#facts.container, exitCode, machine.view, log));
      return;
    }
    this.#hasStandIn = true;
    this.#machine = undefined;
    if (this.#facts.isWork) this.#finish(0);
  }

  #finish(exitCode: number, message?: string): void {
    if (this.isOver) return;
    this.#close();
    this.end = { exitCode, atMs: this.#facts.clock.now(), ...(message !== undefined && { message }) };
    this.#facts.ended();
  }

  /** Tells it to end, after some time: SIGTERM, which its first process ignores unless it handles it. */
  terminate(afterMs: number): void {
    const { clock, stopCode } = this.#facts;
    const later = (delayMs: number, run: () => void): void => this.#cancelable(clock.schedule(delayMs, run));
    const tell = (): void => {
      this.#isTold = true;
      if (this.#main) this.#main.signal('TERM');
      else later(STOP_MS, () => this.#finish(stopCode));
    };
    if (afterMs > 0) later(afterMs, tell);
    else tell();
  }

  /** What stands for a program that nobody has is idle, and as large as a process. */
  get usage(): ContainerUsage | undefined {
    if (this.isOver) return undefined;
    return this.#measured?.usage ?? { cpuSeconds: 0, memoryBytes: PROCESS_BYTES };
  }

  /** Writes as its program would. */
  write(stream: LogStream, text: string): void {
    if (!this.isOver) this.#outputs().say(stream, Buffer.from(text));
  }

  /** Ends as if its program had. */
  exit(exitCode: number): void {
    this.#finish(exitCode);
  }

  /** It is over, whatever it does. */
  kill(): void {
    this.#close();
  }

  #cancelable(cancel: () => void): void {
    this.#cancels ??= [];
    this.#cancels.push(cancel);
  }

  #close(): void {
    if (this.isOver) return;
    this.isOver = true;
    for (const cancel of this.#cancels ?? []) cancel();
    void this.#machine?.then((machine) => machine.stop());
    this.#machine = undefined;
    this.#main = undefined;
    this.#hasRested = true;
    this.#rested?.open();
    this.#log?.close();
    this.#streams?.close();
  }

  /** The machine of what needed none so far: its first process stands for what runs. */
  #machineNow(): Promise<Machine> {
    this.#machine ??= this.#standingMachine();
    return this.#machine;
  }

  async #standingMachine(): Promise<Machine> {
    const { plan, family, container, stopCode } = this.#facts;
    await this.#prepare();
    const machine = this.#newMachine();
    if (plan.kind === 'serves') {
      await this.#startMain(machine);
      return machine;
    }
    const argv = plan.argv.length > 0 ? plan.argv : [family.own[0] ?? container.name];
    await machine.start(argv, {}, { ...this.#options(), program: goesOn(stopCode) });
    if (this.isOver) machine.stop();
    return machine;
  }

  /** Executes a command for somebody. @throws Error in the words of the container runtime */
  async exec(
    command: readonly string[],
    streams: ProcessStreams,
    { workDir, envs = [], securityContext = {} }: LocalExec = {},
  ): Promise<MachineProcess> {
    const { family } = this.#facts;
    const machine = await this.#machineNow();
    await this.#prepare();
    const standIn = this.#commands.standIn((name) => (family.own.includes(name) ? isDone : undefined));
    const own = this.#options();
    const { runAsUser = own.uid ?? 0, runAsGroup = own.gid ?? 0 } = securityContext;
    const options = {
      ...own,
      env: { ...own.env, ...Object.fromEntries(envs.map(({ name, value = '' }) => [name, value])) },
      ...(workDir && { cwd: workDir }),
      uid: runAsUser,
      gid: runAsGroup,
      standIn,
      ...this.#commands.to(command),
    };
    return this.#executed(command, () => machine.start(command, streams, options));
  }

  /** Runs one of the simulated programs for the kubelet, whatever the image has; or one of the kubelet's own. */
  async tool(command: readonly string[], streams: ProcessStreams, own?: Program): Promise<MachineProcess> {
    const machine = await this.#machineNow();
    await this.#prepare();
    const program = own ?? (await loadPrograms()).get(command[0] ?? '');
    return machine.start(command, streams, program ? { program } : {});
  }

  async #executed<T>(command: readonly string[], run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof StartRefused)) throw error;
      throw execRefused(this.#facts, command, error);
    }
  }

  /** Runs a command of a probe or a hook to its end, on the clock of the cluster. */
  async run(command: readonly string[], timeoutMs: number): Promise<Executed> {
    const { family, clock } = this.#facts;
    const machine = await this.#machineNow();
    await this.#prepare();
    const output = new LimitedOutput(OUTPUT_BYTES);
    const streams = { stdout: output.sink(), stderr: output.sink() };
    const [missedBefore, answeredBefore] = [this.#missedCount, this.#commands.count];
    const options = { ...this.#options(), standIn: this.#standInOf(isDone), ...this.#commands.to(command) };
    const process = await this.#executed(command, () => machine.start(command, streams, options));
    let isLate = false;
    const cancel =
      timeoutMs === Number.POSITIVE_INFINITY
        ? (): void => undefined
        : clock.schedule(timeoutMs, () => {
            isLate = true;
            process.signal('KILL');
          });
    const exitCode = await process.exitCode;
    cancel();
    const isDoubtful = this.#isDoubtful(exitCode, missedBefore);
    // What stands for a program makes neither the files nor the servers that probes ask for.
    const isUnknown = family.programs === 'unknown' && (this.#hasStandIn || this.#facts.plan.kind === 'stands');
    const isAnswered = this.#commands.count > answeredBefore;
    if (exitCode !== 0 && !isAnswered && (isDoubtful || isUnknown)) return { exitCode: 0, afterMs: 0, output: '' };
    const late = `command timed out: "${command.join(' ')}" timed out after ${timeoutMs / 1000}s`;
    return { exitCode, afterMs: 0, output: isLate ? late : output.text };
  }

  /** Joins the container's own program. */
  attach(streams: ProcessStreams): RunningProcess {
    const { over, detach } = this.#outputs().attach(streams);
    if (this.isOver) detach();
    else void this.awake();
    return { exitCode: over.then(() => 0), hangUp: detach };
  }
}
