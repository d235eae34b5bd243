import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

import { type Cancel, type Clock, systemClock } from '../../../server/base/clock.ts';
import type { Frozen } from '../../../server/base/freeze.ts';

import { connectionFrom } from '../../../server/kube/network/connection-from.ts';
import type {
  ContainerUsage,
  LogRequest,
  PeerAddress,
  ProcessStreams,
  RunningProcess,
} from '../../../server/kube/node-connector.ts';
import type { Dial } from '../../../server/kube/pod-answers.ts';
import { answerTo, type CommandAnswer, type LogScript } from '../../../server/kube/pod-script.ts';
import type { Container, Pod } from '../../../server/kube/types.gen.ts';
import type { CommandPlan } from './container/command-plan.ts';
import { LiveContainer } from './container/live-container.ts';
import { PodDatagrams } from './container/pod-datagrams.ts';
import { podNetwork } from './container/pod-network.ts';
import { PodPorts } from './container/pod-ports.ts';
import { echo } from './echo.ts';
import type { ImageFamily } from './image-family.ts';
import { attachFile, readFileLog } from './kwok/file-log.ts';
import { forwarded } from './kwok/forwarding.ts';
import type { KwokPod } from './kwok/kwok-pod.ts';
import type { Network } from './machine/network.ts';
import { AnsweredConnections } from './outside/answered-connections.ts';
import type { AnyContainer, Executed, PodSandbox, PodWorld, RunEnd } from './pod-runtime.ts';
import { type PodOfRun, RunFacts } from './run-facts.ts';
import { PodTold, type ToldContainers } from './scripts/told-pod.ts';

/** Answers one HTTP request to a container. */
export type HttpBehaviour = (
  request: IncomingMessage,
  response: ServerResponse,
  pod: Frozen<Pod>,
  port: number,
) => void;

function portsOf(container: Frozen<Container>, fixed: readonly number[]): number[] {
  const declared = (container.ports ?? [])
    .filter(({ protocol }) => protocol === 'TCP')
    .map(({ containerPort }) => containerPort);
  return [...fixed, ...declared];
}

/** What decides how the containers of pods behave: the same for all of them. */
export interface PodPlans {
  familyOf(container: AnyContainer): ImageFamily;
  /** Why nobody knows the programs of its image. */
  whyUnknown(container: AnyContainer): string;
  planOf(pod: Frozen<Pod>, container: AnyContainer): CommandPlan;
  /** Whether programs that nobody has are done at once. */
  isWork(pod: Frozen<Pod>, container: AnyContainer): boolean;
  stopCode(container: AnyContainer): number;
  /** What commands answer in it, by its pod and its image. */
  answers(pod: Frozen<Pod>, container: AnyContainer): readonly CommandAnswer[];
  /** What it writes by itself. */
  logs(pod: Frozen<Pod>, container: AnyContainer): readonly LogScript[];
  /** What objects of kwok say of a pod. */
  kwok(pod: Frozen<Pod>): KwokPod;
  /** The server outside of the cluster that is behind a port. */
  upstreamOf(pod: Frozen<Pod>, port: number): Dial | undefined;
}

/** The last two runs of a container: of others nobody keeps the logs. */
interface Runs {
  latest: LiveContainer;
  before?: LiveContainer;
}

/**
 * A pod whose containers run inside this process, and answer on the ports that their programs listen on. There may be a
 * hundred thousand, most of which nobody asks for anything: what serves those who ask is made for the first of them.
 */
class SimulatedPod implements PodSandbox, ToldContainers, PodOfRun {
  readonly pod: Frozen<Pod>;
  readonly plans: PodPlans;
  readonly world: PodWorld;
  #servers: Map<number, Server> | undefined;
  #ports: PodPorts | undefined;
  #datagrams: PodDatagrams | undefined;
  readonly #runs = new Map<string, Runs>();
  readonly script: PodTold;
  #answered: AnsweredConnections | undefined;
  #disturbances = 0;

  constructor(pod: Frozen<Pod>, plans: PodPlans, world: PodWorld) {
    this.pod = pod;
    this.plans = plans;
    this.world = world;
    this.script = new PodTold(this);
  }

  get clock(): Clock {
    return this.world.clock;
  }

  begin(): () => void {
    return this.world.begin();
  }

  runs(container: string): boolean {
    return this.#latest(container)?.isOver === false;
  }

  write(container: string, stream: 'stdout' | 'stderr', text: string): void {
    this.#latest(container)?.write(stream, text);
  }

  exit(container: string, code: number): void {
    this.#latest(container)?.exit(code);
  }

  changed(): void {
    this.world.wake();
  }

  get #kwok(): KwokPod {
    return this.plans.kwok(this.pod);
  }

  async dial(port: number, from?: PeerAddress): Promise<Duplex> {
    const answer = this.#answerAt(port);
    if (answer) return this.#dialAnswer(answer, port, from);
    const connection = this.#ports?.connect(port, from) ?? (await this.#connectAwake(port, from));
    if (connection) return connection;
    const server = this.#listen(port);
    if (!server) throw this.#refused(`nothing listens on port ${port}`);
    const [near, far] = connectionFrom(from);
    server.emit('connection', far);
    return near;
  }

  async forward(port: number): Promise<Duplex> {
    const forward = this.#kwok.forward(port);
    const [first] = this.pod.spec.containers ?? [];
    return forward && first ? forwarded(this.#running(first.name), forward) : this.dial(port);
  }

  hasLogFile(container: string, previous: boolean): boolean {
    return this.#kwok.logsFile(container, previous) !== undefined && this.script.runs(container);
  }

  #refused(why: string): Error {
    return new Error(`connect: connection refused: ${why} of pod ${this.pod.metadata.name}`);
  }

  /** Functions come before servers elsewhere. */
  #answerAt(port: number): Dial | undefined {
    return this.world.answers(port) ?? this.plans.upstreamOf(this.pod, port);
  }

  isAnswered(port: number): boolean {
    return this.#answerAt(port) !== undefined;
  }

  /** Whoever answers for a container does so as long as it runs. */
  async #dialAnswer(answer: Dial, port: number, from: PeerAddress | undefined): Promise<Duplex> {
    const containers = this.pod.spec.containers ?? [];
    const owners = containers.filter(({ ports }) => ports?.some(({ containerPort }) => containerPort === port));
    const isUp = (owners.length > 0 ? owners : containers).some(
      ({ name }) => this.#runs.get(name)?.latest.isOver === false,
    );
    if (!isUp) throw this.#refused(`no container runs behind port ${port}`);
    try {
      this.#answered ??= new AnsweredConnections();
      return await this.#answered.open(answer, from);
    } catch (error) {
      throw this.#refused(`${(error as Error).message}, at port ${port}`);
    }
  }

  async within<T>(timeoutMs: number, work: Promise<T>): Promise<T | undefined> {
    const done = this.world.begin();
    // Nobody waits for a clock that stands still.
    const giveUp = systemClock().schedule(timeoutMs, done);
    let cancel: Cancel = () => undefined;
    const over = new Promise<undefined>((resolve) => {
      cancel = this.world.clock.schedule(timeoutMs, () => resolve(undefined));
    });
    try {
      return await Promise.race([work, over]);
    } finally {
      cancel();
      giveUp();
      done();
    }
  }

  async #connectAwake(port: number, from: PeerAddress | undefined): Promise<Duplex | undefined> {
    await this.#awake();
    return this.#ports?.connect(port, from);
  }

  async deliver(port: number, data: Buffer, from: PeerAddress): Promise<boolean> {
    if (this.#datagrams?.deliver(port, data, from)) return true;
    await this.#awake();
    return this.#datagrams?.deliver(port, data, from) ?? false;
  }

  /** Programs that begin just now, or only when somebody asks, may listen soon. */
  async #awake(): Promise<void> {
    await Promise.all([...this.#runs.values()].map(({ latest }) => latest.awake()));
  }

  /**
   * What answers for a program that nobody has, as long as its container runs. A server is made when somebody asks:
   * most pods are never asked.
   */
  #listen(port: number): Server | undefined {
    for (const container of this.pod.spec.containers ?? []) {
      const family = this.plans.familyOf(container);
      const ports = portsOf(container, family.ports);
      if (family.http === 'none' || (ports.length > 0 && !ports.includes(port))) continue;
      if (this.#latest(container.name)?.isOver !== false) continue;
      this.#servers ??= new Map();
      const known = this.#servers.get(port);
      if (known) return known;
      const server = createServer((request, response) => echo(request, response, this.pod, port));
      this.#servers.set(port, server);
      return server;
    }
    return undefined;
  }

  has(container: string, restartCount: number): boolean {
    return this.#latest(container)?.restartCount === restartCount;
  }

  async start(container: AnyContainer, restartCount: number): Promise<string | undefined> {
    const before = this.#runs.get(container.name)?.latest;
    before?.kill();
    this.#release(container.name);
    const latest = new LiveContainer(new RunFacts(this, container, restartCount));
    this.#runs.set(container.name, { latest, ...(before && { before }) });
    return latest.start();
  }

  networkOf(container: string): Network {
    const network = podNetwork(this.pod, this, this.world.network());
    return {
      extensionServers: network.extensionServers,
      dial: (address, port) => network.dial(address, port),
      query: (server, question) => network.query(server, question),
      listen: (port, accept) => {
        this.#ports ??= new PodPorts();
        return this.#ports.listen(container, port, accept);
      },
      bind: (port, handler) => {
        this.#datagrams ??= new PodDatagrams();
        return this.#datagrams.bind(container, port, handler, network);
      },
    };
  }

  #release(container: string): void {
    this.#ports?.release(container);
    this.#datagrams?.release(container);
  }

  ended(container: string, restartCount: number): RunEnd | undefined {
    const latest = this.#latest(container);
    return latest?.restartCount === restartCount ? latest.end : undefined;
  }

  terminate(container: string, afterMs: number): void {
    this.#latest(container)?.terminate(afterMs);
  }

  kill(container: string): void {
    this.#latest(container)?.kill();
    this.#release(container);
  }

  #latest(container: string): LiveContainer | undefined {
    return this.#runs.get(container)?.latest;
  }

  measure(container: string): ContainerUsage | undefined {
    return this.#latest(container)?.usage;
  }

  answersOf(container: AnyContainer): readonly CommandAnswer[] {
    const { commands } = this.script;
    const known = this.plans.answers(this.pod, container);
    return commands.length === 0 ? known : [...commands, ...known];
  }

  answers(container: AnyContainer, command: readonly string[]): boolean {
    return answerTo(this.answersOf(container), container.name, command) !== undefined;
  }

  get disturbances(): number {
    return this.#disturbances;
  }

  disturb(): void {
    this.#disturbances++;
  }

  run(container: AnyContainer, command: readonly string[], timeoutMs: number): Promise<Executed> {
    this.#disturbances++;
    return this.#running(container.name).run(command, timeoutMs);
  }

  exec(container: string, command: readonly string[], streams: ProcessStreams): Promise<RunningProcess> {
    const running = this.#running(container);
    this.#disturbances++;
    this.world.wake();
    return running.exec(command, streams, this.#kwok.exec(container));
  }

  async attach(container: string, streams: ProcessStreams): Promise<RunningProcess> {
    const running = this.#running(container);
    const file = this.#kwok.attachFile(container);
    return file === undefined ? running.attach(streams) : attachFile(running, file, streams);
  }

  #running(container: string): LiveContainer {
    const runs = this.#runs.get(container);
    if (!runs) throw new Error(`container not found (${JSON.stringify(container)})`);
    return runs.latest;
  }

  logs(container: string, { previous, ...request }: LogRequest): AsyncIterable<Buffer> {
    const runs = this.#runs.get(container);
    const run = previous ? runs?.before : runs?.latest;
    const file = this.#kwok.logsFile(container, previous);
    // Only in a machine that runs are there files.
    const live = file === undefined || runs?.latest.isOver ? undefined : runs?.latest;
    if (file !== undefined && live) return readFileLog(live, file, request, this.world.clock);
    return run ? logOf(run, request) : nothing();
  }

  close(): void {
    for (const { latest } of this.#runs.values()) latest.kill();
    // One that is over opens no more.
    this.#answered ??= new AnsweredConnections();
    this.#answered.close();
    this.world.surroundings.close();
    for (const server of this.#servers?.values() ?? []) server.closeAllConnections();
    this.#servers = undefined;
  }
}

/** Programs that start when somebody asks say then what they say at first. */
async function* logOf(run: LiveContainer, request: Omit<LogRequest, 'previous'>): AsyncGenerator<Buffer> {
  await run.awake();
  yield* run.log.read(request);
}

async function* nothing(): AsyncGenerator<Buffer> {
  // A run that nobody remembers.
}

/** Starts what simulates a pod. */
export function runPod(pod: Frozen<Pod>, podIP: string, plans: PodPlans, world: PodWorld): PodSandbox {
  return new SimulatedPod({ ...pod, status: { ...pod.status, podIP } }, plans, world);
}
