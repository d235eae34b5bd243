/** One cluster with everything that works in it: API, controllers, simulated nodes. It listens nowhere itself. */
import { createControllers } from '../controllers/index.ts';
import { createKubelet } from '../controllers/kubelet/index.ts';
import { SimulatedNodes } from '../controllers/kubelet/simulated-nodes.ts';
import { createStages } from '../controllers/kubelet/stages/index.ts';
import { ControllerManager, serviceAccountUser } from '../controllers/lib/manager.ts';
import { type ControllerState, fullName } from '../controllers/lib/switches.ts';
import type { AdminTarget } from './admin/target.ts';
import type { Clock } from './base/clock.ts';
import type { Logger } from './base/log.ts';
import type { Random } from './base/random.ts';
import { type Assembly, assemble } from './cluster/assembly.ts';
import { publishApiAddress } from './cluster/bootstrap/api-address.ts';
import { nodeName } from './cluster/bootstrap/objects.ts';
import type { Cluster } from './cluster/cluster.ts';
import { applyFixtures } from './cluster/fixtures/apply.ts';
import { type FixtureObject, parseFixture } from './cluster/fixtures/read.ts';
import type { RequestLog } from './cluster/journal/request-log.ts';
import { kubeconfigText } from './cluster/kubeconfig.ts';
import { LocalTransport } from './cluster/local-transport.ts';
import { readPodBehaviours } from './cluster/pod-behaviours.ts';
import { RegisteredHandlers } from './cluster/pod-handlers/pod-handlers.ts';
import type { PodScripts } from './cluster/pod-scripts.ts';
import { START_TIMEOUT_MS, settle } from './cluster/settle.ts';
import type { ExtensionServers } from './kube/extension-server.ts';
import type { ApiServerDoor } from './kube/node-connector.ts';
import type { KubeObject, User } from './kube/object.ts';
import type { Outbound } from './kube/outbound.ts';
import type { Transport } from './kube/transport.ts';
import { expressionWarnings } from './registry/policy-types.ts';
import type { ClusterControls } from './running-cluster.ts';
import { createDeviceMatcher } from './schema/cel/devices/match.ts';
import { builtInTypes } from './schema/type-table.ts';
import { auditOf, checkNames, isEnabled, noSuchController, type StartOptions } from './start-options.ts';
import type { StoredObject } from './storage/stored-object.ts';

type KubeletParts = Parameters<typeof createKubelet>[2];
type ControllerParts = Parameters<typeof createControllers>[0];

/** What a cluster is given by the process it runs in. */
export interface InstanceParts {
  readonly options: StartOptions;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** The way to servers outside. */
  readonly outbound: Outbound;
  readonly upstreams: NonNullable<KubeletParts['upstreams']>;
  /** Where the API is reached: `https://127.0.0.1:6443`. */
  readonly url: () => string;
  /** The address and the port of it, as pods and discovery see it. */
  readonly address: string;
  readonly port: () => number;
  /** How pods get in. */
  readonly own: ApiServerDoor;
  readonly ingressPoint: () => ControllerParts['ingressPoint'];
}

/** The user of the generated kubeconfig. */
const ADMIN = { name: 'kubernetes-admin', groups: ['system:masters'] };
const ADMIN_USER: User = { name: ADMIN.name, groups: [...ADMIN.groups, 'system:authenticated'] };

/**
 * A cluster in the order of its life: `assemble()`, then whoever lets clients in begins to, `start()`, and `stop()`.
 *
 * @example
 * const instance = new ClusterInstance(parts);
 * await instance.assemble();
 * await instance.start(fixtures);
 */
export class ClusterInstance implements ClusterControls {
  readonly #parts: InstanceParts;
  readonly pods = new RegisteredHandlers();
  readonly #simulatedNodes = new SimulatedNodes();
  #kubelet: ReturnType<typeof createKubelet> | undefined;
  #assembly: Assembly | undefined;
  #manager: ControllerManager | undefined;
  #beginning: ReadonlyMap<string, StoredObject> = new Map();

  constructor(parts: InstanceParts) {
    this.#parts = parts;
  }

  /** @throws Error for what `StartOptions` says wrongly */
  async assemble(): Promise<Assembly> {
    const { options, clock, random, log, address, outbound, upstreams, own } = this.#parts;
    const { nodes = 2, tokenFile, authentication, authorization, authorizationModes } = options;
    for (let index = 0; index < nodes; index++) this.#simulatedNodes.expect(nodeName(index));
    const extensions: ExtensionServers = async (served) =>
      (await import('./extension-servers.ts')).openExtensionServer(served, { clock, random, log });
    const kubelet = createKubelet(
      builtInTypes().gitVersion,
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
      clock,
      random,
      log,
      dataDir: options.dataDir,
      tlsNames: options.tlsNames ?? [],
      authentication: { ...authentication, ...(tokenFile !== undefined && { tokenFile }) },
      nodes,
      leavesPodRanges: options.clusterCidr !== undefined || options.nodeCidrMaskSizeIpv4 !== undefined,
      serviceClusterIpRange: options.serviceClusterIpRange,
      storageClass: options.storageClass,
      connector: kubelet.nodes,
      outbound,
      serverAddress: () => `${address}:${this.#parts.port()}`,
      address,
      port: options.port ?? 0,
      strict: options.strict ?? false,
      simulatedMetrics: options.simulatedMetrics ?? false,
      authorization: { ...authorization, ...(authorizationModes && { modes: authorizationModes }) },
      audit: auditOf(options),
      journalLevel: options.journalLevel,
      admissionPlugins: {
        enable: options.enableAdmissionPlugins ?? [],
        disable: options.disableAdmissionPlugins ?? [],
      },
      admissionConfigFile: options.admissionControlConfigFile,
    });
    this.#assembly = assembly;
    for (const part of ['controllers', 'fixtures'] as const) assembly.cluster.health.set(part, false);
    return assembly;
  }

  /** Sets everything to work. @throws Error when a name of `controllers` or a fixture is wrong */
  async start(fixtures: readonly FixtureObject[]): Promise<void> {
    const { options, address, clock, random, log, port, ingressPoint } = this.#parts;
    const { cluster, pki, tokens, metrics } = this.parts;
    await publishApiAddress({ address, port: port() }, cluster.catalog, cluster.storage);
    const kubelet = this.#kubelet?.controller;
    const { extraControllers = [] } = options;
    const guests = new Set(extraControllers.map(({ user, account }) => (user ?? serviceAccountUser(account)).name));
    this.#manager = new ControllerManager({
      definitions: [
        ...createControllers({
          caCertificate: pki.ca.cert,
          ingressPoint: ingressPoint(),
          issueToken: (account, secretName) => tokens.issueLegacy(account, secretName),
          loadBalancerCidr: options.loadBalancerCidr,
          matchDevice: createDeviceMatcher(),
          metrics,
          signCertificate: pki.signRequest,
          checkPolicy: (policy) => expressionWarnings(policy, cluster.catalog),
          podRanges: options,
        }),
        ...(kubelet ? [kubelet] : []),
        createStages(this.#simulatedNodes),
        ...extraControllers,
      ],
      transport: (user, agent) => new LocalTransport(cluster.pipeline, user, agent, !guests.has(user.name)),
      clock,
      random,
      activity: cluster.activity,
      log,
      enabled: (name) => isEnabled(name, this.#enabledControllers),
    });
    cluster.workQueues = () => this.#manager?.workQueues() ?? [];
    checkNames(options.controllers ?? [], this.#manager.list());
    await this.#manager.start();
    await this.#applyAll(fixtures);
    await this.settle(START_TIMEOUT_MS);
    // What was applied at the start is nobody's request.
    this.parts.permissions.forget();
    this.#beginning = new Map([...cluster.storage.all()].map((object) => [object.key, object]));
  }

  /** Whoever lets nodes in by token wants tokens to end, and `cluster-info` to be signed with them. */
  get #enabledControllers(): readonly string[] {
    const { controllers = [], authentication } = this.#parts.options;
    const isAll = controllers.every((entry) => entry.startsWith('-')) || controllers.includes('*');
    if (!authentication?.enableBootstrapTokenAuth || !isAll) return controllers;
    return [...controllers, '*', 'bootstrap-signer', 'token-cleaner'];
  }

  /** @throws Error before `assemble()` */
  get parts(): Assembly {
    if (!this.#assembly) throw new Error('the cluster has not been started');
    return this.#assembly;
  }

  get cluster(): Cluster {
    return this.parts.cluster;
  }

  get scripts(): PodScripts {
    return this.cluster.scripts;
  }

  get requests(): RequestLog {
    return this.cluster.requests;
  }

  get kubernetesVersion(): string {
    return this.cluster.catalog.table.gitVersion;
  }

  /** What the routes below `/-/` work on. */
  admin(): AdminTarget {
    const { credentials, authorizer, permissions, metrics } = this.parts;
    return {
      access: { authenticator: credentials, authorizer, openToLoopback: this.#parts.options.insecureAdmin ?? false },
      kubeconfig: () => this.kubeconfig(),
      reset: () => this.reset(),
      fidelity: () => this.cluster.clientRequests.report(),
      controllers: {
        list: () => this.controllers(),
        set: async (name, enabled, namespace) => (await this.#manager?.setEnabled(name, enabled, namespace)) ?? false,
        unset: async (name, namespace) => (await this.#manager?.unsetEnabled(name, namespace)) ?? false,
      },
      metrics,
      scripts: this.scripts,
      requests: this.requests,
      permissions,
      why: this.cluster,
      lint: async (since) => (await import('./cluster/lint/lint.ts')).lint(this.cluster, since),
    };
  }

  async #applyAll(objects: readonly FixtureObject[]): Promise<void> {
    for (const { object } of objects)
      if (object.kind === 'Node') this.#simulatedNodes.expect(object.metadata.name ?? '');
    await applyFixtures(objects, { transport: this.transport(), catalog: this.cluster.catalog });
  }

  kubeconfig({
    server = this.#parts.url(),
    user,
    groups = [],
  }: Parameters<ClusterControls['kubeconfig']>[0] = {}): string {
    const { pki } = this.parts;
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
    return new LocalTransport(this.cluster.pipeline, user, 'fauxkube', false);
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
    this.parts.metrics?.forget();
    this.scripts.forget();
    await this.cluster.storage.restore(this.#beginning);
    await this.#manager?.resetSwitches();
    await this.settle();
    this.requests.clear();
  }

  async settle(timeoutMs?: number): Promise<void> {
    const { cluster, auditLog } = this.parts;
    await settle(cluster.activity, cluster.storage, this.#parts.clock, timeoutMs);
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
    const { health } = this.cluster;
    for (const name of health.keys()) health.set(name, true);
  }

  /** Ends controllers: nothing is written any more. */
  stopWork(): void {
    this.#manager?.stop();
  }

  /** Ends the rest, once nobody is let in any more. */
  async stop(): Promise<void> {
    this.stopWork();
    this.#assembly?.authorizer.close();
    await this.#assembly?.auditLog?.close();
    await this.#assembly?.cluster.storage.close();
  }
}

/** A copy, which the API may fill in. */
const withMetadata = (manifest: object): KubeObject => ({ metadata: {}, ...structuredClone(manifest) });
