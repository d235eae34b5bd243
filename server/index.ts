/** fauxkube as a library: a cluster inside a Node process. */
import { createControllers } from '../controllers/index.ts';
import { createKubelet } from '../controllers/kubelet/index.ts';
import { SimulatedNodes } from '../controllers/kubelet/simulated-nodes.ts';
import { createStages } from '../controllers/kubelet/stages/index.ts';
import { ControllerManager } from '../controllers/lib/manager.ts';
import { type ControllerState, fullName } from '../controllers/lib/switches.ts';
import type { AdminTarget } from './admin/target.ts';
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
import { RegisteredHandlers } from './cluster/pod-handlers/pod-handlers.ts';
import type { PodScripts } from './cluster/pod-scripts.ts';
import { START_TIMEOUT_MS, settle } from './cluster/settle.ts';
import { apiServerDoor } from './http/api-server-door.ts';
import { OutboundClient } from './http/outbound/outbound-client.ts';
import { UpstreamServers } from './http/outbound/upstream-servers.ts';
import { ingressPointOf, loopbackUrl } from './http/plain-servers.ts';
import type { ExtensionServers } from './kube/extension-server.ts';
import type { KubeObject, User } from './kube/object.ts';
import type { Transport } from './kube/transport.ts';
import { listen, type Servers } from './listening.ts';
import { expressionWarnings } from './registry/policy-types.ts';
import type { RunningCluster } from './running-cluster.ts';
import { createDeviceMatcher } from './schema/cel/devices/match.ts';
import { builtInTypes } from './schema/type-table.ts';
import { checkOptions } from './start-checks.ts';
import { auditOf, checkNames, isEnabled, noSuchController, type StartOptions } from './start-options.ts';
import type { StoredObject } from './storage/stored-object.ts';

export type { ControllerDefinition, ControllerEnv } from '../controllers/lib/controller.ts';
export type { ControllerState } from '../controllers/lib/switches.ts';
export type {
  PodContext,
  PodHandler,
  PodHandlerOptions,
  PodHandlers,
  PodHandling,
} from './cluster/pod-handlers/pod-handlers.ts';
export type { PodScripts, PodTarget } from './cluster/pod-scripts.ts';
export type { KubeObject, User } from './kube/object.ts';
export type { Transport } from './kube/transport.ts';
export { type OutsideControllers, type OutsideOptions, startControllers } from './outside-controllers.ts';
export type { RunningCluster } from './running-cluster.ts';
export type { StartOptions } from './start-options.ts';

/** The user of the generated kubeconfig. */
const ADMIN = { name: 'kubernetes-admin', groups: ['system:masters'] };
const ADMIN_USER: User = { name: ADMIN.name, groups: [...ADMIN.groups, 'system:authenticated'] };

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
  readonly pods = new RegisteredHandlers();
  readonly #simulatedNodes = new SimulatedNodes();
  /** Servers outside live in real time. */
  readonly #outbound = new OutboundClient(systemClock());
  readonly #upstreams: UpstreamServers;
  #assembly: Assembly | undefined;
  #manager: ControllerManager | undefined;
  #servers: Servers | undefined;
  #beginning: ReadonlyMap<string, StoredObject> = new Map();

  constructor(options: StartOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock();
    this.#upstreams = new UpstreamServers(options.upstreams ?? [], systemClock());
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
      insecureBind = [],
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
      {
        events: this.#options.kubeletEvents ?? 'problems',
        apiServers: { own, extensions },
        answers: this.pods,
        upstreams: this.#upstreams,
      },
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
          ingressPoint: ingressPointOf(
            this.#servers.plain,
            insecureBind.includes('ingress') ? advertised : '127.0.0.1',
          ),
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
    this.#upstreams.close();
    await this.#assembly?.cluster.storage.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** A copy, which the API may fill in. */
const withMetadata = (manifest: object): KubeObject => ({ metadata: {}, ...structuredClone(manifest) });
