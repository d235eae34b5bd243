/** fauxkube as a library: a cluster inside a Node process. */
import type { ControllerState } from '../controllers/lib/switches.ts';
import { type Clock, systemClock } from './base/clock.ts';
import { createLogger, type Logger } from './base/log.ts';
import { MovableClock } from './base/movable-clock.ts';
import { seededRandom, systemRandom } from './base/random.ts';
import type { ClockControls } from './cluster/cluster-clock.ts';
import type { FixtureObject } from './cluster/fixtures/faults.ts';
import { StartFixtures, type StartFixturesOptions } from './cluster/fixtures/start-fixtures.ts';
import type { Requests } from './cluster/journal/request-log.ts';
import type { PodScripts } from './cluster/pod-scripts.ts';
import { ClusterInstance } from './cluster-instance.ts';
import { apiServerDoor } from './http/api-server-door.ts';
import { OutboundClient } from './http/outbound/outbound-client.ts';
import { UpstreamServers } from './http/outbound/upstream-servers.ts';
import { ingressPointOf, loopbackUrl } from './http/plain-servers.ts';
import type { NamedUser } from './kube/object.ts';
import type { Transport } from './kube/transport.ts';
import { answerIn, listen, type Servers } from './listening.ts';
import type { FaultControls } from './pipeline/faults/fault-rule.ts';
import type { ForkedCluster, ForkOptions, RunningCluster } from './running-cluster.ts';
import { checkOptions, frozenAtOf } from './start-checks.ts';
import type { StartOptions } from './start-options.ts';
import { VirtualClusters } from './virtual-clusters/virtual-clusters.ts';

export type { ControllerDefinition, ControllerEnv } from '../controllers/lib/controller.ts';
export type { ControllerState } from '../controllers/lib/switches.ts';
export type { ClockState } from './base/movable-clock.ts';
export type { ClockControls } from './cluster/cluster-clock.ts';
export type { InitContext } from './cluster/init/init-hooks.ts';
export type { RequestEvent } from './cluster/journal/event.ts';
export type { JournalLevel } from './cluster/journal/journal.ts';
export type { ReplayDifference, ReplayOptions, ReplayResult } from './cluster/journal/replay.ts';
export type { RequestExpectation, Requests, SearchOptions, WaitOptions } from './cluster/journal/request-log.ts';
export type { RequestMatch } from './cluster/journal/request-match.ts';
export type { Finding } from './cluster/lint/finding.ts';
export type { Enforcement, Identity, IdentityOptions } from './cluster/permissions/permissions.ts';
export type {
  PodContext,
  PodHandler,
  PodHandlerOptions,
  PodHandlers,
  PodHandling,
} from './cluster/pod-handlers/pod-handlers.ts';
export type { PodScripts, PodTarget } from './cluster/pod-scripts.ts';
export type { Differences } from './cluster/savepoints/differences.ts';
export type { SavepointFacts } from './cluster/savepoints/savepoint.ts';
export type { RestoreOptions, SaveOptions } from './cluster/savepoints/savepoints.ts';
export type { Why } from './cluster/why/why.ts';
export type { KubeObject, User } from './kube/object.ts';
export type { Transport } from './kube/transport.ts';
export { type OutsideControllers, type OutsideOptions, startControllers } from './outside-controllers.ts';
export type {
  FaultControls,
  FaultDelay,
  FaultMatch,
  FaultReport,
  FaultRule,
  FaultStatus,
  FaultWatch,
} from './pipeline/faults/fault-rule.ts';
export type {
  ForkedCluster,
  ForkOptions,
  PermissionControls,
  RunningCluster,
  SavepointControls,
} from './running-cluster.ts';
export type { StartOptions } from './start-options.ts';

/**
 * Starts a cluster: API server, controllers and simulated nodes, ready to use when the promise resolves.
 *
 * @throws Error when an option is wrong, a port is in use, a fixture is bad or the data directory cannot be used
 * @example
 * await using cluster = await startCluster({ nodes: 3 });
 * await cluster.apply('{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}');
 * const kubeconfig = cluster.kubeconfig();
 */
export async function startCluster(
  options: StartOptions & { readonly holdReady?: boolean } & Pick<StartFixturesOptions, 'readFixtures'> = {},
): Promise<RunningCluster> {
  checkOptions(options);
  const launch = new Launch(options);
  try {
    await launch.run();
  } catch (error) {
    await launch.stop();
    throw error;
  }
  if (!options.holdReady) launch.ready();
  return launch;
}

/** The process's side of a cluster: where it listens, and the way out. */
class Launch implements RunningCluster {
  readonly #options: StartOptions & StartFixturesOptions;
  /** Servers outside live in real time. */
  readonly #outbound = new OutboundClient(systemClock());
  readonly #upstreams: UpstreamServers;
  readonly #address: string;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #instance: ClusterInstance;
  readonly #clusters: VirtualClusters;
  #servers: Servers | undefined;

  constructor(options: StartOptions & StartFixturesOptions) {
    const { host = '127.0.0.1', port = 0, seed, logLevel = 'warn', insecureBind = [] } = options;
    const frozenAtMs = frozenAtOf(options);
    const { clock = new MovableClock(systemClock(), frozenAtMs) } = options;
    this.#options = options;
    this.#upstreams = new UpstreamServers(options.upstreams ?? [], systemClock());
    this.#address = isAnyAddress(host) ? '127.0.0.1' : host;
    this.#log = createLogger(logLevel);
    this.#clock = clock;
    const shared = {
      outbound: this.#outbound,
      upstreams: this.#upstreams,
      url: () => this.url,
      address: this.#address,
      port: () => this.#servers?.https.port ?? port,
      delivered: async () => this.#servers?.https.delivered(),
      ingressPoint: () =>
        ingressPointOf(this.#listening.plain, insecureBind.includes('ingress') ? this.#address : '127.0.0.1'),
    };
    this.#instance = new ClusterInstance({
      ...shared,
      options,
      clock,
      random: seed === undefined ? systemRandom() : seededRandom(seed),
      log: this.#log,
      own: apiServerDoor(this.#address, () => this.#servers?.https),
      clusters: () => this.#clusters,
      showCertificate: (shown) => this.#servers?.https.show(shown),
    });
    this.#clusters = new VirtualClusters({
      options,
      log: this.#log,
      clock: (of) =>
        options.clock ?? (of instanceof MovableClock ? of.copy() : new MovableClock(systemClock(), frozenAtMs)),
      realClock: systemClock(),
      main: () => this.#instance,
      shared,
      answer: (request, instance) => answerIn(request, instance.cluster, () => instance.admin()),
    });
  }

  async run(): Promise<void> {
    const fixtures = await StartFixtures.read(this.#options, {
      clock: this.#clock,
      log: this.#log,
      judge: (objects) => judge(objects, this.#options),
    });
    this.#servers = await listen(this.#options, await this.#instance.assemble(fixtures), {
      clock: this.#clock,
      log: this.#log,
      admin: () => this.#instance.admin(),
      clusters: this.#clusters,
    });
    await this.#instance.start();
  }

  get #listening(): Servers {
    if (!this.#servers) throw new Error('the cluster does not listen');
    return this.#servers;
  }

  get url(): string {
    const name = this.#address.includes(':') ? `[${this.#address}]` : this.#address;
    return `https://${name}:${this.#listening.https.port}`;
  }

  get httpUrl(): string | undefined {
    return loopbackUrl(this.#listening.plain.http);
  }

  get proxyUrl(): string | undefined {
    return loopbackUrl(this.#listening.plain.proxy);
  }

  get ingressUrl(): string | undefined {
    return loopbackUrl(this.#listening.plain.ingress);
  }

  get ingressTlsUrl(): string | undefined {
    return loopbackUrl(this.#listening.plain.ingressTls, 'https');
  }

  get dnsPort(): number | undefined {
    return this.#listening.plain.dns?.port;
  }

  get pods(): RunningCluster['pods'] {
    return this.#instance.pods;
  }

  get faults(): FaultControls {
    return this.#instance.faults;
  }

  get scripts(): PodScripts {
    return this.#instance.scripts;
  }

  get permissions(): RunningCluster['permissions'] {
    return this.#instance.permissions;
  }

  get savepoints(): RunningCluster['savepoints'] {
    return this.#instance.savepoints;
  }

  get requests(): Requests {
    return this.#instance.requests;
  }

  get kubernetesVersion(): string {
    return this.#instance.kubernetesVersion;
  }

  kubeconfig(options?: Parameters<RunningCluster['kubeconfig']>[0]): string {
    return this.#instance.kubeconfig(options);
  }

  transport(user?: NamedUser): Transport {
    return this.#instance.transport(user);
  }

  apply(...manifests: readonly (string | object)[]): Promise<void> {
    return this.#instance.apply(...manifests);
  }

  readonly get: RunningCluster['get'] = (target, place) => this.#instance.get(target, place);
  readonly list: RunningCluster['list'] = (resource, selection) => this.#instance.list(resource, selection);
  readonly resolve: RunningCluster['resolve'] = (resource) => this.#instance.resolve(resource);
  readonly why: RunningCluster['why'] = (target, place) => this.#instance.why(target, place);
  readonly lint: RunningCluster['lint'] = (options) => this.#instance.lint(options);

  reset(): Promise<void> {
    return this.#instance.reset();
  }

  settle(timeoutMs?: number): Promise<void> {
    return this.#instance.settle(timeoutMs);
  }

  get clock(): ClockControls {
    return this.#instance.clock;
  }

  controllers(): readonly ControllerState[] {
    return this.#instance.controllers();
  }

  setController(name: string, enabled: boolean | undefined, options?: { readonly namespace?: string }): Promise<void> {
    return this.#instance.setController(name, enabled, options);
  }

  fork(options: ForkOptions = {}): Promise<ForkedCluster> {
    return this.#clusters.fork(options);
  }

  ready(): void {
    this.#instance.ready();
  }

  async stop(): Promise<void> {
    this.#instance.stopWork();
    await this.#clusters.end();
    const { https, plain } = this.#servers ?? {};
    await Promise.all([https?.close(), plain?.close()]);
    this.#outbound.close();
    this.#upstreams.close();
    await this.#instance.shutDown();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** What an API takes depends on these. */
const JUDGED_BY = [
  'kubernetesVersion',
  'clusterCidr',
  'serviceClusterIpRange',
  'controllers',
  'enableAdmissionPlugins',
  'disableAdmissionPlugins',
  'admissionControlConfigFile',
] as const satisfies readonly (keyof StartOptions)[];

/** Has a cluster that is gone afterwards judge fixtures. @throws FixtureError */
async function judge(readFixtures: readonly FixtureObject[], options: StartOptions): Promise<void> {
  // They may need what is there, and nothing is to be written there.
  if (options.dataDir !== undefined || options.storage !== undefined) return;
  const given = Object.fromEntries(JUDGED_BY.map((name) => [name, options[name]]).filter(([, value]) => value));
  const cluster = await startCluster({ ...(given as StartOptions), readFixtures, holdReady: true, logLevel: 'silent' });
  await cluster.stop();
}

const isAnyAddress = (host: string): boolean => host === '0.0.0.0' || host === '::';
