/**
 * Puts one cluster together: identity, storage, users and rules, pipeline, first objects. No sockets, no controllers.
 */

import { type AdmissionPluginChoice, choiceOf } from '../admission/selection.ts';
import type { Credentials } from '../auth/authenticator.ts';
import { Authorizers } from '../auth/authorizers.ts';
import type { KeyAndCertificate, Pki } from '../auth/certificates.ts';
import { storedObjects } from '../auth/stored-objects.ts';
import { ServiceAccountTokens } from '../auth/tokens.ts';
import { type Clock, realOf, systemClock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import { LIMITS } from '../kube/limits.ts';
import type { NodeConnector } from '../kube/node-connector.ts';
import type { User } from '../kube/object.ts';
import { noOutbound, type Outbound } from '../kube/outbound.ts';
import { serviceRanges } from '../kube/service-ranges.ts';
import type { Faults } from '../pipeline/faults/faults.ts';
import type { PageSessions } from '../pipeline/identity.ts';
import type { Catalog } from '../registry/catalog.ts';
import { locator } from '../registry/locate.ts';
import { typesOf } from '../schema/kubernetes-versions.ts';
import type { TypeTable } from '../schema/type-table.ts';
import type { EtcdStorage } from '../storage/etcd/etcd-storage.ts';
import type { History } from '../storage/history.ts';
import { MemoryStorage } from '../storage/memory.ts';
import type { LocalStorage } from '../storage/storage.ts';
import { unusableDirectory } from '../storage/unusable-directory.ts';
import { readAdmissionSettings } from './admission-config/admission-config.ts';
import { once, proxyHeaderTest, withOwnProxy } from './aggregation/own-proxy.ts';
import { type AuditLog, type AuditOptions, openAuditLog } from './audit-log.ts';
import { type AuthenticationOptions, authenticatorsOf } from './authenticators.ts';
import { type AuthorizationOptions, authorizersOf } from './authorization.ts';
import { type InstalledObjects, installObjects } from './bootstrap/install.ts';
import { defaultStorageClass, nodeObjects, ofKnownKinds, ownObjects, recordedObjects } from './bootstrap/objects.ts';
import { authenticationObject, keepAuthenticationPublished } from './bootstrap/published-authentication.ts';
import { Cluster } from './cluster.ts';
import { checkDataVersion, keepDataVersion, upgradeData } from './data-version.ts';
import { admissionOf, definitionsOf } from './definitions.ts';
import type { EtcdOptions } from './etcd/etcd-options.ts';
import { identityOf, type keysOf, sharedIdentity } from './identity.ts';
import type { JournalLevel } from './journal/journal.ts';
import { LocalTransport } from './local-transport.ts';
import { metricsServerObjects } from './metrics-server/objects.ts';
import { withMetricsServer } from './metrics-server/own-server.ts';
import { Permissions } from './permissions/permissions.ts';
import { SimulatedMetrics } from './simulated-metrics.ts';

export interface AssemblyOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** See `StartOptions`. */
  readonly kubernetesVersion?: string | undefined;
  readonly dataDir: string | undefined;
  /** See `StartOptions`. */
  readonly compactAfter?: number | undefined;
  readonly history?: History | undefined;
  /** Instead of a data directory: where everything is kept. A text names servers of etcd. */
  readonly storage?: LocalStorage | string | undefined;
  /** See `StartOptions`. */
  readonly etcd?: EtcdOptions | undefined;
  /** Instead of that of the data directory, or a new one. */
  readonly pki?: Pki | undefined;
  readonly tlsNames: readonly string[];
  /** Where keys come from, and whether other machines reach the server; new ones unless given. */
  readonly identity?: ReturnType<typeof keysOf>;
  /** How users are known, besides by certificate and service account. */
  readonly authentication?: AuthenticationOptions;
  readonly nodes: number;
  /** Whether the controller gives all nodes their pod ranges: they are not the usual ones. */
  readonly leavesPodRanges?: boolean;
  /** Where services get their addresses from; see `StartOptions`. */
  readonly serviceClusterIpRange?: string | undefined;
  /** The default storage class; none unless given. */
  readonly storageClass?: string | undefined;
  readonly connector: NodeConnector;
  /** For calls that the server makes itself, such as those of webhooks; without it none gets out. */
  readonly outbound?: Outbound;
  /** For pauses between such calls. */
  readonly realClock?: Clock;
  /** Known once the server listens. */
  readonly serverAddress: () => string;
  readonly address: string;
  readonly port: number;
  /** Whether clients are refused what is served approximately. */
  readonly strict?: boolean;
  /** Whether what pods use is made up. */
  readonly simulatedMetrics?: boolean;
  /** Browsers that have a session. */
  readonly pageSessions?: PageSessions;
  /** Who decides what users may do. */
  readonly authorization?: AuthorizationOptions;
  /** Whether requests are told of, and where. */
  readonly audit?: AuditOptions | undefined;
  /** What somebody wants to go wrong. */
  readonly faults?: Faults;
  /** How much is kept of requests; `metadata` unless given. */
  readonly journalLevel?: JournalLevel | undefined;
  /** Upstream's default set of admission plugins unless given. */
  readonly admissionPlugins?: AdmissionPluginChoice;
  /** What plugins are told: upstream's AdmissionConfiguration. */
  readonly admissionConfigFile?: string | undefined;
}

export interface Assembly {
  readonly cluster: Cluster;
  readonly pki: Pki;
  readonly tokens: ServiceAccountTokens;
  readonly credentials: Credentials;
  /** Decides by roles and bindings, whoever is held to less. */
  readonly authorizer: Authorizers;
  /** What users have used, and who is held to that. */
  readonly permissions: Permissions;
  readonly auditLog: AuditLog | undefined;
  readonly metrics: SimulatedMetrics | undefined;
  /** What every cluster begins with. */
  readonly installed: InstalledObjects;
  /** Makes those of it that are not there. */
  readonly install: () => Promise<InstalledObjects>;
  /** What the server would show if nobody had renewed its certificate. */
  expiredCertificate(): KeyAndCertificate;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Who the server itself is when it writes through its own API (user.APIServerUser). */
const OWN_USER: User = { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] };

interface Opened {
  readonly storage: LocalStorage;
  readonly upgrade?: (catalog: Catalog) => Promise<void>;
  /** Where other servers may be: what all of them share. */
  readonly share?: EtcdStorage['share'];
}

async function openStorage(options: AssemblyOptions, table: TypeTable): Promise<Opened> {
  const { dataDir, storage, clock, log, history, etcd = {} } = options;
  if (typeof storage === 'string') {
    const { openEtcd } = await import('./etcd/open-etcd.ts');
    const opened = await openEtcd({ storage, options: etcd, table, clock, log, history });
    return { storage: opened, share: (...shared) => opened.share(...shared) };
  }
  if (storage) return { storage };
  if (dataDir === undefined) return { storage: new MemoryStorage({ clock, history }) };
  try {
    return await openDirectory(dataDir, options, table);
  } catch (error) {
    throw unusableDirectory(dataDir, error);
  }
}

async function openDirectory(
  dataDir: string,
  { compactAfter: lines = LIMITS.journalLines, clock, log, history }: AssemblyOptions,
  table: TypeTable,
): Promise<Opened> {
  const isOlder = await checkDataVersion(dataDir, table);
  const compactAfter = { lines, bytes: LIMITS.journalBytes };
  const { PersistentStorage } = await import('../storage/persistent.ts');
  const storage = await PersistentStorage.open({
    directory: dataDir,
    locate: locator(table),
    clock,
    log,
    history,
    compactAfter,
  });
  if (isOlder) return { storage, upgrade: (catalog) => upgradeData(dataDir, catalog, storage) };
  keepDataVersion(dataDir, table);
  return { storage };
}

/** @throws Error when the data directory cannot be used or users cannot be known as the options say */
export async function assemble(options: AssemblyOptions): Promise<Assembly> {
  const { clock, random, log } = options;
  const table = typesOf(options.kubernetesVersion);
  const { storage, upgrade, share } = await openStorage(options, table);
  const ranges = serviceRanges(options.serviceClusterIpRange);
  const names = [...options.tlsNames, ranges.apiAddress];
  // TLS goes by the clock of the machine, whatever time it is in the cluster.
  const { dataDir } = options;
  const identity = { clock: realOf(clock), random, names, dataDir, ...options.identity };
  const shared = dataDir === undefined && share ? sharedIdentity(identity, share) : undefined;
  const pki = options.pki ?? (await shared) ?? identityOf(identity);
  const tokens = new ServiceAccountTokens({
    key: pki.tokenKey,
    ...(options.identity && { sign: options.identity.keys.signToken }),
    clock,
    random: random.of('tokens'),
    objects: storedObjects(storage),
    markUsed: async ({ metadata: { namespace = '', name = '' } }, body) => {
      const transport = new LocalTransport(cluster.pipeline, OWN_USER, 'kube-apiserver');
      const key = { namespace, name };
      const marked = transport.send({ verb: 'patch', resource: 'v1/secrets', key, patchType: 'merge', body });
      await marked.catch((err: unknown) => log.debug({ err, key }, 'the use of a token was not written down'));
    },
  });
  const { outbound = noOutbound, realClock = systemClock() } = options;
  const { pageSessions } = options;
  const objectsOf = storedObjects(storage);
  const parts = { tokens, objects: objectsOf, clientCa: pki.ca.cert, clock, log, outbound, pageSessions };
  const credentials = await authenticatorsOf(options.authentication ?? {}, parts);
  const auditLog = options.audit && (await openAuditLog(options.audit, { clock, random, log, outbound, realClock }));
  const frontProxy = withOwnProxy(options.authentication?.frontProxy, pki.frontProxyCa.cert);
  const chain = await authorizersOf(options.authorization ?? {}, { outbound, clock, realClock, log });
  const authorizer = new Authorizers({ chain, policy: storage, objects: storedObjects(storage) });
  const permissions = new Permissions(authorizer);
  const { enforced, besides } = permissions;
  const choice = choiceOf(options.admissionPlugins ?? { enable: [], disable: [] }, table.minor);
  const settings = readAdmissionSettings(options.admissionConfigFile, choice, { outbound, clock: realClock });
  const outside = options.simulatedMetrics ? withMetricsServer(outbound, () => cluster.metricsServer) : outbound;
  const cluster: Cluster = new Cluster({
    table,
    serviceBlocks: ranges.blocks,
    clock,
    random,
    log,
    storage,
    definitions: definitionsOf({ credentials, authorizer: enforced, besides, tokens }),
    nodes: options.connector,
    admission: admissionOf({
      storage,
      random,
      clock,
      authorizer: besides,
      choice,
      settings,
      provision: async (name) => {
        const transport = new LocalTransport(cluster.pipeline, OWN_USER, 'kube-apiserver');
        const body = { metadata: { name } };
        await transport.send({ verb: 'create', resource: 'v1/namespaces', key: { namespace: '', name }, body });
      },
      catalog: () => cluster.catalog,
      outbound,
      services: {
        address: (key, port) => cluster.traffic.address(key, port),
        connection: (key, port) => cluster.traffic.connection(key, port),
      },
    }),
    ...(options.outbound && { outbound: options.outbound }),
    authenticator: credentials,
    authorizer: besides,
    requestAuthorizer: enforced,
    remotes: {
      outbound: outside,
      clientCertificate: once(() => pki.proxyCertificate()),
      isProxyHeader: proxyHeaderTest(frontProxy),
    },
    publishedKeys: { issuer: tokens.issuer, keys: () => [tokens.publicKey()] },
    serverAddress: options.serverAddress,
    strict: options.strict ?? false,
    auditor: auditLog?.auditor,
    faults: options.faults,
    journalLevel: options.journalLevel,
    history: options.history,
    realClock,
  });
  permissions.follow(cluster.journal);
  const { nodes, leavesPodRanges = false, address, port, storageClass } = options;
  const published = { clientCa: pki.ca.cert, frontProxy };
  // Objects are made anew each time: what is stored is frozen.
  const install = (): Promise<InstalledObjects> => {
    const nowMs = clock.now();
    const first = { nowMs, nodes, leavesPodRanges, serviceRanges: ranges, address, port };
    const own = ofKnownKinds([...ownObjects(first), authenticationObject(published)], table);
    const plain = [
      ...nodeObjects(first),
      ...(storageClass === undefined ? [] : [defaultStorageClass(storageClass)]),
      ...(options.simulatedMetrics ? ofKnownKinds(metricsServerObjects(address, ranges), table) : []),
    ];
    const objects = { canonical: recordedObjects(nowMs, ranges, table), own, plain };
    return installObjects(objects, cluster.catalog, storage, random, nowMs);
  };
  const begin = async (): Promise<InstalledObjects> => {
    await upgrade?.(cluster.catalog);
    const all = await install();
    await keepAuthenticationPublished(published, cluster.catalog, storage);
    return all;
  };
  const installed = await begin().catch((error: unknown) => {
    throw dataDir === undefined ? error : unusableDirectory(dataDir, error);
  });
  // Whoever asks for the time before the first request is told that it is gone, as after a compaction; unless others
  // have written then.
  if (!storage.recall) storage.compact(storage.revision());
  const metrics = options.simulatedMetrics
    ? new SimulatedMetrics({ clock, pods: cluster.pods, usage: cluster.usage })
    : undefined;
  const expiredCertificate = (): KeyAndCertificate => {
    // By the clock of clients, too.
    const endMs = Math.min(clock.now(), realClock.now()) - DAY_MS;
    return pki.servingCertificate(names, { notBeforeMs: endMs - DAY_MS, notAfterMs: endMs });
  };
  return {
    cluster,
    pki,
    tokens,
    credentials,
    authorizer,
    permissions,
    auditLog,
    metrics,
    expiredCertificate,
    installed,
    install,
  };
}
