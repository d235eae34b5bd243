/** One cluster with everything that works in it: API, controllers, simulated nodes. It listens nowhere itself. */
import { createKubelet } from '../controllers/kubelet/index.ts';
import { SimulatedNodes } from '../controllers/kubelet/simulated-nodes.ts';
import type { ControllerManager } from '../controllers/lib/manager.ts';
import { type ControllerState, fullName } from '../controllers/lib/switches.ts';
import type { AdminTarget } from './admin/target.ts';
import { UiSessions } from './admin/ui-sessions.ts';
import { assemblyOptionsOf, nodesOf } from './assembly-options.ts';
import { systemClock } from './base/clock.ts';
import { MovableClock } from './base/movable-clock.ts';
import { systemRandom } from './base/random.ts';
import { type Assembly, assemble } from './cluster/assembly.ts';
import { publishApiAddress } from './cluster/bootstrap/api-address.ts';
import { nodeName } from './cluster/bootstrap/objects.ts';
import type { Cluster } from './cluster/cluster.ts';
import { ClusterClock } from './cluster/cluster-clock.ts';
import { ObjectFinder } from './cluster/find-object.ts';
import { applyFixtures } from './cluster/fixtures/apply.ts';
import { parseManifests } from './cluster/fixtures/documents.ts';
import type { FixtureObject } from './cluster/fixtures/faults.ts';
import type { StartFixtures, StartTarget } from './cluster/fixtures/start-fixtures.ts';
import type { RequestLog } from './cluster/journal/request-log.ts';
import { lintJournal } from './cluster/lint/lint-journal.ts';
import { LocalTransport } from './cluster/local-transport.ts';
import { readPodBehaviours } from './cluster/pod-behaviours.ts';
import { RegisteredHandlers } from './cluster/pod-handlers/pod-handlers.ts';
import type { PodScripts } from './cluster/pod-scripts.ts';
import { NOTHING_TOLD } from './cluster/savepoints/savepoint.ts';
import { Savepoints } from './cluster/savepoints/savepoints.ts';
import { comeToRest, type Settling, START_TIMEOUT_MS, settle } from './cluster/settle.ts';
import { ADMIN_USER, kubeconfigOptions, transportUser, userKubeconfig } from './cluster/user-kubeconfig.ts';
import { type WhyParts, whyOfTarget } from './cluster/why/why.ts';
import { createFaults } from './fault-host.ts';
import { createManager } from './instance-controllers.ts';
import type { Leadership } from './instance-leadership.ts';
import type { InstanceParts } from './instance-parts.ts';
import { InstanceState } from './instance-state.ts';
import type { ExtensionServers } from './kube/extension-server.ts';
import type { NamedUser } from './kube/object.ts';
import type { Transport } from './kube/transport.ts';
import type { Faults } from './pipeline/faults/faults.ts';
import type { ClusterControls, ForkedCluster } from './running-cluster.ts';
import { typesOf } from './schema/kubernetes-versions.ts';
import { checkNames, noSuchController } from './start-options.ts';
import type { Captured } from './storage/storage.ts';

/**
 * A cluster in the order of its life: `assemble()`, then whoever lets clients in begins to, `start()`, and `stop()`.
 *
 * @example
 * const instance = new ClusterInstance(parts);
 * await instance.assemble(fixtures);
 * await instance.start();
 */
export class ClusterInstance implements ForkedCluster {
  readonly #parts: InstanceParts;
  readonly pods = new RegisteredHandlers();
  readonly faults: Faults;
  readonly #simulatedNodes = new SimulatedNodes();
  #kubelet: ReturnType<typeof createKubelet> | undefined;
  #assembly: Assembly | undefined;
  #manager: ControllerManager | undefined;
  /** Of a server that is one of several, maybe: whether its controllers are those that work. */
  #leadership: Leadership | undefined;
  #resigned: Promise<void> | undefined;
  #fixtures: StartFixtures | undefined;
  /** What there was before the fixtures, and with them. */
  #empty: Captured | undefined;
  #beginning: Captured | undefined;
  #state: InstanceState | undefined;
  #savepoints: Savepoints | undefined;
  readonly #switches: AdminTarget['controllers'] = {
    list: () => this.controllers(),
    set: async (...place) => (await this.#manager?.setEnabled(...place)) ?? false,
    unset: async (...place) => (await this.#manager?.unsetEnabled(...place)) ?? false,
  };
  readonly clock: ClusterClock;
  /** Browsers that show the dashboard. */
  readonly uiSessions: UiSessions;

  constructor(parts: InstanceParts) {
    this.#parts = parts;
    this.clock = new ClusterClock(parts.clock);
    this.uiSessions = new UiSessions({ clock: parts.clock, random: systemRandom(), user: ADMIN_USER });
    const { clock, options, showCertificate } = parts;
    this.faults = createFaults(clock, options.seed, {
      nodes: this.#simulatedNodes,
      groups: () => this.cluster.catalog.groups,
      controllers: this.#switches,
      ...(showCertificate && {
        showExpired: (isExpired) => showCertificate(isExpired ? this.parts.expiredCertificate() : undefined),
      }),
    });
  }

  /** @throws Error for what `StartOptions` says wrongly */
  async assemble(fixtures?: StartFixtures): Promise<Assembly> {
    this.#fixtures = fixtures;
    const { options, clock, random, log, address, outbound, upstreams, own, virtual } = this.#parts;
    for (let index = 0; index < nodesOf(options); index++) this.#simulatedNodes.expect(nodeName(index));
    const extensions: ExtensionServers = async (served) =>
      (await import('./extension-servers.ts')).openExtensionServer(served, { clock, random, log });
    const kubelet = createKubelet(
      typesOf(options.kubernetesVersion).gitVersion,
      this.#simulatedNodes,
      {
        events: options.kubeletEvents ?? 'problems',
        apiServers: { own, extensions },
        answers: this.pods,
        upstreams,
      },
      () => readPodBehaviours(options.podBehaviours ?? []),
      (resource, namespace) => this.cluster.kwokObjects(resource, namespace),
    );
    this.#kubelet = kubelet;
    if (options.podBehaviours) await kubelet.prepare();
    const assembly = await assemble({
      ...assemblyOptionsOf(options, virtual?.name),
      clock,
      random,
      log,
      ...(virtual && { storage: virtual.storage }),
      pki: virtual?.pki,
      connector: kubelet.nodes,
      outbound,
      serverAddress: () => `${address}:${this.#parts.port()}`,
      address,
      pageSessions: this.uiSessions,
      faults: this.faults,
    });
    this.#assembly = assembly;
    this.#state = new InstanceState({
      ...assembly,
      kubelet: kubelet.memory,
      controllers: () => this.#manager,
      startControllers: async (switches) => {
        this.#manager = this.#createManager();
        await this.#manager.resetSwitches(switches);
        if (this.#leadership?.leads ?? true) await this.#beginWork();
      },
      settle: () => this.settle(),
      setClock: (timeMs) => this.clock.set(timeMs),
    });
    this.#savepoints = new Savepoints(this.#state, { clock, controls: this.clock, realClock: systemClock() });
    if (clock instanceof MovableClock) clock.waitFor(() => comeToRest(this.#settling));
    assembly.cluster.begin(['controllers', 'fixtures', ...(fixtures?.parts ?? [])], systemClock());
    return assembly;
  }

  /** Sets everything to work. @throws Error when a name of `controllers` or a fixture is wrong */
  async start(): Promise<void> {
    this.#manager = this.#createManager();
    this.cluster.workQueues = () => this.#manager?.workQueues() ?? [];
    this.cluster.controllerNames = () => this.controllers().map(({ name }) => name);
    checkNames(this.#parts.options.controllers ?? [], this.#manager.list());
    this.#leadership = await this.#electable();
    await (this.#leadership ? this.#leadership.start() : this.#beginWork());
    if (this.#fixtures && !this.#fixtures.isEmpty) {
      await this.settle(START_TIMEOUT_MS);
      this.#empty = this.cluster.storage.capture();
      await this.#fixtures.apply(this.#startTarget);
    }
    await this.settle(START_TIMEOUT_MS);
    // What was applied at the start is nobody's request.
    this.parts.permissions.forget();
    this.#beginning = this.cluster.storage.capture();
    await this.#fixtures?.watch(this.#startTarget, systemClock());
    this.#empty ??= this.#beginning;
  }

  /** A state may be of a cluster that listened elsewhere. */
  #publishAddress(): Promise<void> {
    const at = { address: this.#parts.address, port: this.#parts.port() };
    return publishApiAddress(at, this.cluster.catalog, this.cluster.storage);
  }

  async #beginWork(): Promise<void> {
    await this.#publishAddress();
    await this.#manager?.start();
  }

  /** Where other servers may be, only one has its controllers work, unless all are off. */
  async #electable(): Promise<Leadership | undefined> {
    const { options, virtual, log, url } = this.#parts;
    if (options.storage === undefined || virtual || !this.controllers().some(({ enabled }) => enabled))
      return undefined;
    const { Leadership } = await import('./instance-leadership.ts');
    const end = async (): Promise<void> => {
      const switches = this.#manager?.switches;
      await this.#manager?.end();
      if (this.#resigned) return;
      // Who leads next may be another one: what this one remembers of pods is not so any more when it leads again.
      this.#kubelet?.memory.restart();
      this.#manager = this.#createManager();
      await this.#manager.resetSwitches(switches);
    };
    const { host, etcd: { leaderElection: times } = {} } = options;
    const { cluster, pki } = this.parts;
    const leadership = new Leadership({ cluster, pki, url, host, log, times, begin: () => this.#beginWork(), end });
    cluster.leader = () => leadership.leader();
    return leadership;
  }

  #createManager(): ControllerManager {
    const [kubelet, simulatedNodes] = [this.#kubelet?.controller, this.#simulatedNodes];
    return createManager({ ...this.#parts, assembly: this.parts, kubelet, simulatedNodes });
  }

  /** @throws Error before `assemble()` */
  get parts(): Assembly {
    if (!this.#assembly) throw new Error('the cluster has not been started');
    return this.#assembly;
  }

  get cluster(): Cluster {
    return this.parts.cluster;
  }

  /** What the cluster began with, before its fixtures or with them; undefined until it has started. */
  beginning(what: 'empty' | 'fixtures'): Captured | undefined {
    return what === 'empty' ? this.#empty : this.#beginning;
  }

  get name(): string {
    return this.#parts.virtual?.name ?? 'main';
  }

  get url(): string {
    return this.#parts.url();
  }

  /** @throws Error before `assemble()` */
  get savepoints(): Savepoints {
    if (!this.#savepoints) throw new Error('the cluster has not been started');
    return this.#savepoints;
  }

  get scripts(): PodScripts {
    return this.cluster.scripts;
  }

  get requests(): RequestLog {
    return this.cluster.requests;
  }

  get permissions(): Assembly['permissions'] {
    return this.parts.permissions;
  }

  get kubernetesVersion(): string {
    return this.cluster.catalog.table.gitVersion;
  }

  /** What the routes below `/-/` work on. */
  admin(): AdminTarget {
    const { credentials, authorizer, permissions, metrics } = this.parts;
    return {
      access: { authenticator: credentials, authorizer, openToLoopback: this.#parts.options.insecureAdmin ?? false },
      kubernetesVersion: this.kubernetesVersion,
      kubeconfig: () => this.kubeconfig(),
      reset: () => this.reset(),
      settle: (timeoutMs) => this.settle(timeoutMs),
      clock: this.clock,
      apply: (manifest) => this.apply(manifest),
      fidelity: () => this.cluster.clientRequests.report(),
      controllers: this.#switches,
      metrics,
      faults: this.faults,
      scripts: this.scripts,
      uiSessions: this.uiSessions,
      clusters: this.#parts.clusters?.(),
      savepoints: this.savepoints,
      requests: this.requests,
      permissions,
      why: this.#whyParts,
      lint: (since) => lintJournal(this.cluster, since),
      init: this.#fixtures?.init,
    };
  }

  get #startTarget(): StartTarget {
    return {
      apply: (...manifests) => this.apply(...manifests),
      transport: (user) => this.transport(user),
      catalog: this.cluster.catalog,
      controllers: this.#manager,
      settle: () => this.settle(),
      expect: (objects) => this.#expectNodes(objects),
    };
  }

  #expectNodes(objects: readonly FixtureObject[]): void {
    for (const { object } of objects)
      if (object.kind === 'Node') this.#simulatedNodes.expect(object.metadata.name ?? '');
  }

  async #applyAll(objects: readonly FixtureObject[]): Promise<void> {
    this.#expectNodes(objects);
    await applyFixtures(objects, { transport: this.transport(), catalog: this.cluster.catalog });
  }

  kubeconfig(options: Parameters<ClusterControls['kubeconfig']>[0] = {}): string {
    const { server = this.url, ...who } = kubeconfigOptions(options);
    return userKubeconfig(this.parts.pki, { server, cluster: this.#parts.virtual?.name, ...who });
  }

  transport(user: NamedUser = ADMIN_USER): Transport {
    return new LocalTransport(this.cluster.pipeline, transportUser(user), 'fauxkube', false);
  }

  async apply(...manifests: readonly (string | object)[]): Promise<void> {
    await this.#applyAll(await parseManifests(manifests));
  }

  readonly get: ClusterControls['get'] = (target, place) => this.#finder.get(target, place);
  readonly list: ClusterControls['list'] = (resource, selection) => this.#finder.list(resource, selection);
  readonly resolve: ClusterControls['resolve'] = (resource) => this.#finder.resolve(resource);
  readonly why: ClusterControls['why'] = (target, place) => whyOfTarget(target, place, this.#whyParts);
  readonly lint: ClusterControls['lint'] = ({ since } = {}) => lintJournal(this.cluster, since);

  get #whyParts(): WhyParts {
    const { catalog, storage, journal, pipeline } = this.cluster;
    return { catalog, storage, journal, pipeline, controllersOff: (...asked) => this.#manager?.offFor(...asked) ?? [] };
  }

  get #finder(): ObjectFinder {
    return new ObjectFinder(this.cluster.catalog, this.transport());
  }

  async reset(): Promise<void> {
    // First: what fails might never settle.
    this.faults.clear();
    await this.faults.obeyed();
    await this.clock.reset();
    if (this.#beginning) await this.#state?.follow(this.#beginning, NOTHING_TOLD);
    await this.#fixtures?.afterReset();
    await this.settle();
    this.requests.clear();
  }

  async settle(timeoutMs?: number): Promise<void> {
    const { auditLog } = this.parts;
    await settle(this.#settling, timeoutMs);
    await this.#parts.delivered();
    await auditLog?.flush();
  }

  get #settling(): Settling {
    const { activity, storage } = this.cluster;
    return { activity, storage, clock: this.#parts.clock, realClock: systemClock() };
  }

  controllers(): readonly ControllerState[] {
    return this.#manager?.list() ?? [];
  }

  async setController(
    name: string,
    enabled: boolean | undefined,
    { namespace }: { readonly namespace?: string } = {},
  ): Promise<void> {
    const known = this.controllers().map((controller) => controller.name);
    if (fullName(name, known) === undefined) throw new Error(noSuchController(name, known));
    if (enabled !== undefined) await this.#manager?.setEnabled(name, enabled, namespace);
    else if (namespace !== undefined) await this.#manager?.unsetEnabled(name, namespace);
  }

  ready(): void {
    this.cluster.ready();
  }

  /** Ends controllers: nothing is written any more. */
  stopWork(): void {
    this.clock.stop();
    this.faults.close();
    if (this.#leadership) this.#resigned ??= this.#leadership.stop();
    else this.#manager?.stop();
  }

  /** Ends the cluster, whoever else has to know. */
  stop(): Promise<void> {
    return this.#parts.end?.() ?? this.shutDown();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Ends everything that is the cluster's own, once nobody is let in any more. */
  async shutDown(): Promise<void> {
    this.stopWork();
    await this.#resigned;
    await this.#fixtures?.close();
    this.#assembly?.authorizer.close();
    await this.#assembly?.auditLog?.close();
    await this.#assembly?.cluster.storage.close();
  }
}
