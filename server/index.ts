/** fauxkube as a library: a cluster inside a Node process. */
import { createControllers } from '../controllers/index.ts';
import { createKubelet } from '../controllers/kubelet/index.ts';
import { SimulatedNodes } from '../controllers/kubelet/simulated-nodes.ts';
import { createStages } from '../controllers/kubelet/stages/index.ts';
import { ControllerManager } from '../controllers/lib/manager.ts';
import { type ControllerState, fullName } from '../controllers/lib/switches.ts';
import type { AdminTarget } from './admin/routes.ts';
import { systemClock } from './base/clock.ts';
import { createLogger } from './base/log.ts';
import { seededRandom, systemRandom } from './base/random.ts';
import { type Assembly, assemble } from './cluster/assembly.ts';
import { publishApiAddress } from './cluster/bootstrap/api-address.ts';
import { nodeName } from './cluster/bootstrap/objects.ts';
import { applyFixtures } from './cluster/fixtures/apply.ts';
import { type FixtureObject, parseFixture, readFixtures } from './cluster/fixtures/read.ts';
import { kubeconfigText } from './cluster/kubeconfig.ts';
import { LocalTransport } from './cluster/local-transport.ts';
import { readPodBehaviours } from './cluster/pod-behaviours.ts';
import type { PodScripts } from './cluster/pod-scripts.ts';
import { START_TIMEOUT_MS, settle } from './cluster/settle.ts';
import { apiServerDoor } from './http/api-server-door.ts';
import { OutboundClient } from './http/outbound/outbound-client.ts';
import type { ExtensionServers } from './kube/extension-server.ts';
import type { KubeObject, User } from './kube/object.ts';
import type { Transport } from './kube/transport.ts';
import { listen, type Servers } from './listening.ts';
import { expressionWarnings } from './registry/policy-types.ts';
import { createDeviceMatcher } from './schema/cel/devices/match.ts';
import { builtInTypes } from './schema/type-table.ts';
import { checkOptions } from './start-checks.ts';
import { auditOf, checkNames, isEnabled, noSuchController, type StartOptions } from './start-options.ts';
import type { StoredObject } from './storage/stored-object.ts';

export type { ControllerDefinition, ControllerEnv } from '../controllers/lib/controller.ts';
export type { ControllerState } from '../controllers/lib/switches.ts';
export type { PodScripts, PodTarget } from './cluster/pod-scripts.ts';
export type { KubeObject, User } from './kube/object.ts';
export type { Transport } from './kube/transport.ts';
export { type OutsideControllers, type OutsideOptions, startControllers } from './outside-controllers.ts';
export type { StartOptions } from './start-options.ts';

/** The user of the generated kubeconfig. */
const ADMIN = { name: 'kubernetes-admin', groups: ['system:masters'] };
const ADMIN_USER: User = { name: ADMIN.name, groups: [...ADMIN.groups, 'system:authenticated'] };

/** A cluster that runs in this process. Ends with `stop()`, or by itself after `await using`. */
export interface RunningCluster extends AsyncDisposable {
  /** `https://127.0.0.1:6443` */
  readonly url: string;
  readonly httpUrl: string | undefined;
  readonly proxyUrl: string | undefined;
  /** Where the cluster's DNS is asked, by UDP and TCP. */
  readonly dnsPort: number | undefined;
  readonly kubernetesVersion: string;
  /**
   * A kubeconfig of the cluster's administrator, or of a user whom the cluster knows from then on.
   *
   * @example
   * const jane = cluster.kubeconfig({ user: 'jane', groups: ['dev'] });
   */
  kubeconfig(options?: { server?: string; user?: string; groups?: readonly string[] }): string;
  /** A client without a socket, as the administrator or as anybody. */
  transport(user?: User): Transport;
  /** Creates or changes objects: YAML text with any number of documents, or objects. */
  apply(...manifests: readonly (string | object)[]): Promise<void>;
  /** Back to how the cluster was when it became ready, fixtures included. */
  reset(): Promise<void>;
  /** Resolves when no controller has anything to do any more and every watcher knows everything. */
  settle(): Promise<void>;
  /** Every controller, and where it is on. */
  controllers(): readonly ControllerState[];
  /**
   * Switches a controller off or on, everywhere or in one namespace; `undefined` takes the switch of a namespace away.
   * Once it resolves, a controller that was switched off writes nothing any more.
   *
   * @throws Error when there is none of that name
   * @example
   * await cluster.setController('deployment', false, { namespace: 'shop' });
   */
  setController(name: string, enabled: boolean, options?: { readonly namespace?: string }): Promise<void>;
  setController(name: string, enabled: undefined, options: { readonly namespace: string }): Promise<void>;
  /** Has pods write, end, be ready or not, and answer commands as somebody says. */
  readonly scripts: PodScripts;
  /** Makes /readyz say ok, when `holdReady` kept it. */
  ready(): void;
  stop(): Promise<void>;
}

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
  options: StartOptions & { readonly holdReady?: boolean } = {},
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

class Launch implements RunningCluster {
  readonly #options: StartOptions;
  readonly #clock: ReturnType<typeof systemClock>;
  readonly #simulatedNodes = new SimulatedNodes();
  /** Servers outside live in real time. */
  readonly #outbound = new OutboundClient(systemClock());
  #assembly: Assembly | undefined;
  #manager: ControllerManager | undefined;
  #servers: Servers | undefined;
  #beginning: ReadonlyMap<string, StoredObject> = new Map();

  constructor(options: StartOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock();
  }

  async run(): Promise<void> {
    const {
      host = '127.0.0.1',
      port = 0,
      nodes = 2,
      seed,
      logLevel = 'warn',
      tlsNames = [],
      dataDir,
      tokenFile,
      authentication,
      authorization,
      authorizationModes,
    } = this.#options;
    const fixtures = await readFixtures(this.#options.fixtures ?? []);
    const random = seed === undefined ? systemRandom() : seededRandom(seed);
    const log = createLogger(logLevel);
    for (let index = 0; index < nodes; index++) this.#simulatedNodes.expect(nodeName(index));
    const advertised = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
    const own = apiServerDoor(advertised, () => this.#servers?.https);
    const extensions: ExtensionServers = async (served) =>
      (await import('./extension-servers.ts')).openExtensionServer(served, { clock: this.#clock, random, log });
    const kubelet = createKubelet(
      builtInTypes().gitVersion,
      this.#simulatedNodes,
      { events: this.#options.kubeletEvents ?? 'problems', apiServers: { own, extensions } },
      () => readPodBehaviours(this.#options.podBehaviours ?? []),
      (resource, namespace) => this.#parts.cluster.kwokObjects(resource, namespace),
    );
    if (this.#options.podBehaviours) await kubelet.prepare();
    const assembly = await assemble({
      clock: this.#clock,
      random,
      log,
      dataDir,
      tlsNames,
      authentication: { ...authentication, ...(tokenFile !== undefined && { tokenFile }) },
      nodes,
      leavesPodRanges: this.#options.clusterCidr !== undefined || this.#options.nodeCidrMaskSizeIpv4 !== undefined,
      serviceClusterIpRange: this.#options.serviceClusterIpRange,
      storageClass: this.#options.storageClass,
      connector: kubelet.nodes,
      outbound: this.#outbound,
      serverAddress: () => `${advertised}:${this.#servers?.https.port ?? port}`,
      address: advertised,
      port,
      strict: this.#options.strict ?? false,
      simulatedMetrics: this.#options.simulatedMetrics ?? false,
      authorization: { ...authorization, ...(authorizationModes && { modes: authorizationModes }) },
      audit: auditOf(this.#options),
      admissionPlugins: {
        enable: this.#options.enableAdmissionPlugins ?? [],
        disable: this.#options.disableAdmissionPlugins ?? [],
      },
      admissionConfigFile: this.#options.admissionControlConfigFile,
    });
    this.#assembly = assembly;
    const { cluster, pki, tokens, metrics } = assembly;
    for (const part of ['controllers', 'fixtures'] as const) cluster.health.set(part, false);
    this.#servers = await listen(this.#options, assembly, { clock: this.#clock, log, admin: () => this.#admin() });
    await publishApiAddress({ address: advertised, port: this.#servers.https.port }, cluster.catalog, cluster.storage);
    this.#manager = new ControllerManager({
      definitions: [
        ...createControllers({
          caCertificate: pki.ca.cert,
          issueToken: (account, secretName) => tokens.issueLegacy(account, secretName),
          loadBalancerCidr: this.#options.loadBalancerCidr,
          matchDevice: createDeviceMatcher(),
          metrics,
          signCertificate: pki.signRequest,
          checkPolicy: (policy) => expressionWarnings(policy, cluster.catalog),
          podRanges: this.#options,
        }),
        kubelet.controller,
        createStages(this.#simulatedNodes),
        ...(this.#options.extraControllers ?? []),
      ],
      transport: (user, agent) => new LocalTransport(cluster.pipeline, user, agent),
      clock: this.#clock,
      random,
      activity: cluster.activity,
      log,
      enabled: (name) => isEnabled(name, this.#enabledControllers),
    });
    cluster.workQueues = () => this.#manager?.workQueues() ?? [];
    checkNames(this.#options.controllers ?? [], this.#manager.list());
    await this.#manager.start();
    await this.#applyAll(fixtures);
    await this.settle(START_TIMEOUT_MS);
    this.#beginning = new Map([...cluster.storage.all()].map((object) => [object.key, object]));
  }

  /** Whoever lets nodes in by token wants tokens to end, and `cluster-info` to be signed with them. */
  get #enabledControllers(): readonly string[] {
    const { controllers = [], authentication } = this.#options;
    const isAll = controllers.every((entry) => entry.startsWith('-')) || controllers.includes('*');
    if (!authentication?.enableBootstrapTokenAuth || !isAll) return controllers;
    return [...controllers, '*', 'bootstrap-signer', 'token-cleaner'];
  }

  get #parts(): Assembly {
    if (!this.#assembly) throw new Error('the cluster has not been started');
    return this.#assembly;
  }

  get #listening(): Servers {
    if (!this.#servers) throw new Error('the cluster does not listen');
    return this.#servers;
  }

  #admin(): AdminTarget {
    const { credentials, authorizer } = this.#parts;
    return {
      access: { authenticator: credentials, authorizer, openToLoopback: this.#options.insecureAdmin ?? false },
      kubeconfig: () => this.kubeconfig(),
      reset: () => this.reset(),
      fidelity: () => this.#parts.cluster.clientRequests.report(),
      controllers: {
        list: () => this.controllers(),
        set: async (name, enabled, namespace) => (await this.#manager?.setEnabled(name, enabled, namespace)) ?? false,
        unset: async (name, namespace) => (await this.#manager?.unsetEnabled(name, namespace)) ?? false,
      },
      metrics: this.#parts.metrics,
      scripts: this.scripts,
    };
  }

  async #applyAll(objects: readonly FixtureObject[]): Promise<void> {
    for (const { object } of objects)
      if (object.kind === 'Node') this.#simulatedNodes.expect(object.metadata.name ?? '');
    await applyFixtures(objects, { transport: this.transport(), catalog: this.#parts.cluster.catalog });
  }

  get url(): string {
    const { host = '127.0.0.1' } = this.#options;
    const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
    return `https://${name}:${this.#listening.https.port}`;
  }

  get httpUrl(): string | undefined {
    const port = this.#listening.plain.http?.port;
    return port === undefined ? undefined : `http://127.0.0.1:${port}`;
  }

  get proxyUrl(): string | undefined {
    const port = this.#listening.plain.proxy?.port;
    return port === undefined ? undefined : `http://127.0.0.1:${port}`;
  }

  get dnsPort(): number | undefined {
    return this.#listening.plain.dns?.port;
  }

  get scripts(): PodScripts {
    return this.#parts.cluster.scripts;
  }

  get kubernetesVersion(): string {
    return this.#parts.cluster.catalog.table.gitVersion;
  }

  kubeconfig({ server = this.url, user, groups = [] }: Parameters<RunningCluster['kubeconfig']>[0] = {}): string {
    const { pki } = this.#parts;
    const subject = user === undefined ? ADMIN : { name: user, groups };
    const { key, cert } = pki.clientCertificate({ commonName: subject.name, organizations: subject.groups });
    return kubeconfigText({
      server,
      caCertificate: pki.ca.cert,
      certificate: cert,
      key,
      ...(user !== undefined && { user, context: `${user}@fauxkube` }),
    });
  }

  transport(user: User = ADMIN_USER): Transport {
    return new LocalTransport(this.#parts.cluster.pipeline, user, 'fauxkube');
  }

  async apply(...manifests: readonly (string | object)[]): Promise<void> {
    const objects = await Promise.all(
      manifests.map(async (manifest, index) =>
        typeof manifest === 'string'
          ? parseFixture(manifest, `manifest ${index + 1}`)
          : [{ object: withMetadata(manifest), file: `manifest ${index + 1}`, line: 1 }],
      ),
    );
    await this.#applyAll(objects.flat());
  }

  async reset(): Promise<void> {
    await this.settle();
    this.#parts.metrics?.forget();
    this.scripts.forget();
    await this.#parts.cluster.storage.restore(this.#beginning);
    await this.#manager?.resetSwitches();
    await this.settle();
  }

  async settle(timeoutMs?: number): Promise<void> {
    const { cluster, auditLog } = this.#parts;
    await settle(cluster.activity, cluster.storage, this.#clock, timeoutMs);
    await auditLog?.flush();
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
    const { health } = this.#parts.cluster;
    for (const name of health.keys()) health.set(name, true);
  }

  async stop(): Promise<void> {
    this.#manager?.stop();
    const { https, plain } = this.#servers ?? {};
    await Promise.all([https?.close(), plain?.close()]);
    this.#assembly?.authorizer.close();
    await this.#assembly?.auditLog?.close();
    this.#outbound.close();
    await this.#assembly?.cluster.storage.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** A copy, which the API may fill in. */
const withMetadata = (manifest: object): KubeObject => ({ metadata: {}, ...structuredClone(manifest) });
