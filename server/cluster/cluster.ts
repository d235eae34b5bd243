import { Activity } from '../base/activity.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import type { Frozen } from '../base/freeze.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { KwokObjects } from '../kube/kwok-objects.ts';
import { LIMITS } from '../kube/limits.ts';
import { ClusterDns } from '../kube/network/cluster-dns.ts';
import type { NodeConnector } from '../kube/node-connector.ts';
import type { Key } from '../kube/object.ts';
import { noOutbound, type Outbound } from '../kube/outbound.ts';
import type { Node, Pod } from '../kube/types.gen.ts';
import type { RemoteApi } from '../pipeline/aggregation/aggregation.ts';
import type { Auditor } from '../pipeline/audit/auditor.ts';
import type { Faults } from '../pipeline/faults/faults.ts';
import { ClientRequests } from '../pipeline/fidelity/client-requests.ts';
import { IngressTraffic } from '../pipeline/ingress-traffic.ts';
import { HealthMetrics } from '../pipeline/metrics/health-metrics.ts';
import { RequestMetrics } from '../pipeline/metrics/request-metrics.ts';
import type { WorkQueueFacts } from '../pipeline/metrics/work-queue-metrics.ts';
import { createPipeline, type OtherServers, type Pipeline, type PipelineEnv } from '../pipeline/pipeline.ts';
import { FlowClassifier } from '../pipeline/priority/flow-classifier.ts';
import { ServiceTraffic } from '../pipeline/service-traffic.ts';
import { StoredClusterObjects } from '../pipeline/stored-cluster-objects.ts';
import { Catalog } from '../registry/catalog.ts';
import type { RegistryEnv, ResourceDefinition } from '../registry/resource.ts';
import { builtInTypes, type TypeTable } from '../schema/type-table.ts';
import type { History } from '../storage/history.ts';
import type { LocalStorage } from '../storage/storage.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { Aggregator, type AggregatorParts } from './aggregation/aggregator.ts';
import { Beginning } from './beginning.ts';
import { CustomKinds, DEFINITIONS } from './custom-kinds/custom-kinds.ts';
import { SERVER } from './custom-kinds/server-user.ts';
import { ClusterJournal, type JournalLevel } from './journal/journal.ts';
import { RequestLog } from './journal/request-log.ts';
import { LocalTransport } from './local-transport.ts';
import { MetricsServer } from './metrics-server/metrics-server.ts';
import { PodScripts } from './pod-scripts.ts';
import { ClusterUsage } from './usage/cluster-usage.ts';
import { resourceMetrics } from './usage/kubelet-metrics.ts';
import { kwokMetrics } from './usage/kwok-metrics.ts';

export interface ClusterParts {
  /** The kinds of the version that it is of; the newest unless given. */
  readonly table?: TypeTable;
  /** Where services get their addresses from. */
  readonly serviceBlocks?: RegistryEnv['serviceBlocks'];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly storage: LocalStorage;
  readonly definitions: readonly ResourceDefinition[];
  readonly nodes: NodeConnector;
  readonly admission: PipelineEnv['admission'];
  readonly authenticator: PipelineEnv['authenticator'];
  readonly authorizer: PipelineEnv['authorizer'];
  readonly requestAuthorizer?: PipelineEnv['authorizer'];
  readonly publishedKeys?: PipelineEnv['publishedKeys'];
  /** `127.0.0.1:6443`: what discovery tells clients. */
  readonly serverAddress: () => string;
  /** The way to webhooks that convert custom resources. */
  readonly outbound?: Outbound;
  /** Whether clients are refused what is served approximately. */
  readonly strict?: boolean;
  readonly auditor?: Auditor | undefined;
  /** What somebody wants to go wrong. */
  readonly faults?: Faults | undefined;
  /** How much is kept of requests; `metadata` unless given. */
  readonly journalLevel?: JournalLevel | undefined;
  readonly history?: History | undefined;
  /** The clock of the machine, which those wait by who wait for requests. */
  readonly realClock?: Clock;
  /** How APIs of other servers are reached; without it none is. */
  readonly remotes?: Pick<AggregatorParts, 'outbound' | 'clientCertificate' | 'isProxyHeader'>;
}

const NO_REMOTES = { outbound: noOutbound, clientCertificate: () => undefined, isProxyHeader: () => false };

/** One virtual cluster: storage, catalog and pipeline, with a clock of its own. */
export class Cluster {
  readonly clock: Clock;
  readonly catalog: Catalog;
  readonly pipeline: Pipeline;
  readonly traffic: ServiceTraffic;
  readonly dns: ClusterDns;
  /** The pods of a namespace as they are stored; of all without one. */
  readonly pods: (namespace: string) => readonly Frozen<Pod>[];
  /** Objects of kwok that say how pods behave. */
  readonly kwokObjects: KwokObjects;
  /** How much pods and nodes use. */
  readonly usage: ClusterUsage;
  readonly metricsServer: MetricsServer;
  /** What pods are told to do. */
  readonly scripts: PodScripts;
  readonly ingress: IngressTraffic;
  readonly activity = new Activity();
  /** What clients have asked for through sockets. */
  readonly clientRequests: ClientRequests;
  /** What clients have asked for lately. */
  readonly journal: ClusterJournal;
  readonly requests: RequestLog;
  readonly storage: LocalStorage;
  readonly health = new Map<string, boolean>();
  #beginning: Beginning | undefined;
  /** The server that has the pods run, where that is another one: set by whoever knows. */
  leader: () => RemoteApi | undefined = () => undefined;
  /** What the work queues of the controllers have counted: set by whoever runs some. */
  workQueues: () => readonly WorkQueueFacts[] = () => [];
  /** Names of all controllers, on or off: the same. */
  controllerNames: () => readonly string[] = () => [];

  constructor(parts: ClusterParts) {
    this.clock = parts.clock;
    this.storage = parts.storage;
    const registry: RegistryEnv = {
      clock: parts.clock,
      random: parts.random,
      ...(parts.serviceBlocks && { serviceBlocks: parts.serviceBlocks }),
      find: (resource: string, key: Key) => this.catalog.store(resource)?.find(key),
      list: (resource: string, namespace = ''): readonly StoredObject[] =>
        this.catalog.store(resource)?.list(namespace).items ?? [],
      controllerNames: () => this.controllerNames(),
    };
    const { activity } = this;
    const customKinds = new CustomKinds({ storage: parts.storage, clock: parts.clock, log: parts.log, activity });
    const definitions = parts.definitions.map((definition) =>
      definition.resource === DEFINITIONS ? customKinds.followed(definition) : definition,
    );
    const webhooks = {
      outbound: parts.outbound ?? noOutbound,
      services: {
        address: (key: Key, port: number) => this.traffic.address(key, port),
        connection: (key: Key, port: number) => this.traffic.connection(key, port),
      },
      random: parts.random.of('webhooks'),
      begin: (name: string) => activity.begin(name),
    };
    this.catalog = new Catalog(parts.table ?? builtInTypes(), definitions, parts.storage, registry, webhooks);
    const objects = new StoredClusterObjects(registry, parts.nodes);
    this.traffic = new ServiceTraffic(registry, parts.nodes, objects);
    this.dns = new ClusterDns(objects);
    this.pods = (namespace) => registry.list('pods', namespace).map(({ value }) => value as unknown as Frozen<Pod>);
    this.scripts = new PodScripts({ nodes: parts.nodes, pods: this.pods });
    const listed = <T>(resource: string, namespace?: string): T[] =>
      registry.list(resource, namespace).map(({ value }) => value as unknown as T);
    const kwokObjects: KwokObjects = (resource, namespace) => listed(resource, namespace);
    this.kwokObjects = kwokObjects;
    const node = (name: string): Frozen<Node> | undefined =>
      registry.find('nodes', { namespace: '', name })?.value as Frozen<Node> | undefined;
    const { clock, random, log } = parts;
    this.usage = new ClusterUsage({ clock, random, log, nodes: parts.nodes, pods: this.pods, node, kwokObjects });
    const nodes = (): Frozen<Node>[] => listed('nodes');
    this.metricsServer = new MetricsServer({ clock, usage: this.usage, pods: this.pods, nodes });
    this.ingress = new IngressTraffic(registry, this.traffic);
    const aggregator = new Aggregator({
      ...(parts.remotes ?? NO_REMOTES),
      storage: parts.storage,
      clock: parts.clock,
      log: parts.log,
      activity,
      services: this.traffic,
    });
    this.clientRequests = new ClientRequests(parts.strict ?? false);
    const { realClock = systemClock(), journalLevel: level = 'metadata', history } = parts;
    const revision = (): number => parts.storage.revision();
    this.journal = new ClusterJournal({ clock, realClock, level, revision, ownMs: history?.ageMs });
    this.requests = new RequestLog(this.journal, realClock, () => this.pipeline);
    this.pipeline = createPipeline({
      catalog: this.catalog,
      registry,
      admission: parts.admission,
      authenticator: parts.authenticator,
      authorizer: parts.authorizer,
      ...(parts.requestAuthorizer && { requestAuthorizer: parts.requestAuthorizer }),
      ...(parts.publishedKeys && { publishedKeys: parts.publishedKeys }),
      traffic: this.traffic,
      nodes: parts.nodes,
      nodePage: async (name, path) => {
        const found = node(name);
        if (!found || !parts.nodes.manages?.(name)) return undefined;
        await this.usage.prepare();
        if (path === '/metrics/resource') return resourceMetrics(name, this.usage);
        return kwokMetrics(path, found, this.usage, kwokObjects);
      },
      log: parts.log,
      requests: new RequestMetrics(parts.clock),
      clientRequests: this.clientRequests,
      checks: new HealthMetrics(),
      flows: new FlowClassifier(parts.storage),
      clock: parts.clock,
      ...(parts.auditor && { auditor: parts.auditor }),
      ...(parts.faults && { faults: parts.faults }),
      journal: this.journal,
      aggregation: aggregator,
      workQueues: () => this.workQueues(),
      health: () => this.health,
      readySoon: () => this.#beginning?.soonOver(LIMITS.readySoonMs),
      ...(parts.storage.isHealthy && {
        storesAnswer: (timeoutMs) => parts.storage.isHealthy?.(timeoutMs) ?? Promise.resolve(true),
      }),
      ...(parts.storage.fresh && {
        others: othersOf(parts.storage),
        leader: () => this.leader(),
      }),
      flush: () => parts.storage.flush(),
      begin: (name) => activity.begin(name),
      serverAddress: parts.serverAddress,
    });
    const transport = new LocalTransport(this.pipeline, SERVER, 'kube-apiserver');
    customKinds.start({ catalog: this.catalog, transport });
    aggregator.start(transport);
  }

  /** Lets /readyz say no until `ready()`, for reasons with these names. */
  begin(parts: readonly string[], realClock: Clock): void {
    for (const part of parts) this.health.set(part, false);
    this.#beginning = new Beginning(realClock);
  }

  ready(): void {
    for (const part of this.health.keys()) this.health.set(part, true);
    this.#beginning?.end();
  }
}

function othersOf(storage: LocalStorage): OtherServers {
  return {
    revision: () => storage.revision(),
    learn: async (since) => {
      try {
        await storage.fresh?.();
      } catch {
        return false;
      }
      return storage.revision() > since;
    },
  };
}
