/** The virtual clusters of a process: made, found and ended. */

import { createHash } from 'node:crypto';
import type { VirtualClusterAdmin, VirtualClusterFacts, VirtualClusterWish } from '../admin/clusters.ts';
import { historyOf } from '../assembly-options.ts';
import { createPki, type Pki } from '../auth/certificates.ts';
import { type Clock, rfc3339 } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { didYouMean } from '../base/near-names.ts';
import { type Random, seededRandom, systemRandom } from '../base/random.ts';
import { keysOf } from '../cluster/identity.ts';
import { BEGINNINGS } from '../cluster/savepoints/savepoint.ts';
import { userKubeconfig } from '../cluster/user-kubeconfig.ts';
import { ClusterInstance } from '../cluster-instance.ts';
import { openHttpServer } from '../http/server.ts';
import type { InstanceParts } from '../instance-parts.ts';
import { ApiError, badRequest } from '../kube/api-error.ts';
import { LIMITS } from '../kube/limits.ts';
import { connectionFrom } from '../kube/network/connection-from.ts';
import type { ApiServerDoor } from '../kube/node-connector.ts';
import { callOptions, numberIn, textIn } from '../kube/script-fields.ts';
import { AuditIds } from '../pipeline/audit/audit-ids.ts';
import type { ApiRequest, ApiResponse } from '../pipeline/request.ts';
import { failure } from '../pipeline/stages/recover.ts';
import type { ForkedCluster } from '../running-cluster.ts';
import type { StartOptions } from '../start-options.ts';
import type { Captured } from '../storage/storage.ts';
import { keyIdOfRequest } from './token-key.ts';
import { VirtualCluster } from './virtual-cluster.ts';

/** What the clusters have in common. */
export interface VirtualClustersParts {
  readonly options: StartOptions;
  readonly log: Logger;
  /** The clock of a new cluster; that of the cluster which it begins with, if it is a copy. */
  readonly clock: (of: Clock | undefined) => Clock;
  readonly realClock: Clock;
  /** The cluster that the process was started with. */
  readonly main: () => ClusterInstance;
  readonly shared: Pick<
    InstanceParts,
    'outbound' | 'upstreams' | 'url' | 'address' | 'port' | 'delivered' | 'ingressPoint'
  >;
  /** Answers what has found its cluster. */
  readonly answer: (request: ApiRequest, instance: ClusterInstance) => Promise<ApiResponse>;
}

/** How the cluster is called that the process was started with. */
const MAIN = 'main';
const OF_MAIN = ['fixtures', 'empty'] as const;
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const PREFIX = '/clusters/';
const GENERATED_CHARACTERS = 6;

export class VirtualClusters implements VirtualClusterAdmin {
  readonly #parts: VirtualClustersParts;
  readonly #random: Random;
  readonly #clusters = new Map<string, VirtualCluster>();

  constructor(parts: VirtualClustersParts) {
    this.#parts = parts;
    this.#random = randomOf(parts.options.seed, 'names of virtual clusters');
  }

  list(): readonly VirtualClusterFacts[] {
    return [...this.#clusters.values()].map((cluster) => this.#factsOf(cluster));
  }

  get(name: string): (VirtualClusterFacts & { readonly kubeconfig: string }) | undefined {
    const cluster = this.#clusters.get(name);
    return cluster && this.#told(cluster);
  }

  create(wish: VirtualClusterWish): ReturnType<VirtualClusterAdmin['create']> {
    return this.#told(this.#create(wish));
  }

  /** Makes a cluster that runs at once, for whoever is in the same process. */
  async fork(wish: VirtualClusterWish): Promise<ForkedCluster> {
    const fields = callOptions(wish, 'fork()', ['name', 'from', 'idleMs']);
    return this.#create({
      from: MAIN,
      ...textIn(fields, 'name', 'fork()'),
      ...textIn(fields, 'from', 'fork()'),
      ...numberIn(fields, 'idleMs', 'fork()', { max: Number.MAX_SAFE_INTEGER }),
    }).running();
  }

  #create({ name = this.#newName(), from = OF_MAIN[0], idleMs }: VirtualClusterWish): VirtualCluster {
    if (!LABEL.test(name))
      throw badRequest(`${JSON.stringify(name)} is no DNS label: lower-case letters, digits and "-", 63 at most`);
    if (name !== MAIN && BEGINNINGS.has(name))
      throw badRequest(`"${name}" cannot be the name of a cluster: it means ${BEGINNINGS.get(name)}`);
    if (name === MAIN || this.#clusters.has(name))
      throw new ApiError(409, 'AlreadyExists', `clusters ${JSON.stringify(name)} already exists`, {
        name,
        kind: 'clusters',
      });
    if (this.#clusters.size >= LIMITS.virtualClusters)
      throw badRequest(`there are ${LIMITS.virtualClusters} virtual clusters, which is as many as there may be`);
    const random = randomOf(this.#parts.options.seed, name);
    const clock = this.#parts.clock(this.#clockOf(from));
    const pki = this.#pkiOf(random, name);
    const cluster: VirtualCluster = new VirtualCluster({
      name,
      from,
      state: this.#beginning(from),
      isNew: OF_MAIN.some((known) => known === from),
      pki,
      random,
      clock,
      history: historyOf(this.#parts.options),
      realClock: this.#parts.realClock,
      idleMs: idleMs === 0 ? undefined : idleMs,
      instance: (storage) => this.#instance(cluster, { random, clock, virtual: { name, storage, pki } }),
      onIdle: () => void this.delete(name).catch((err: unknown) => this.#parts.log.warn({ err, name }, 'did not end')),
    });
    this.#clusters.set(name, cluster);
    return cluster;
  }

  async uiToken(name: string): ReturnType<VirtualClusterAdmin['uiToken']> {
    const cluster = this.#clusters.get(name);
    return cluster && (await cluster.running()).uiSessions.issue();
  }

  async delete(name: string): Promise<boolean> {
    const cluster = this.#clusters.get(name);
    if (!cluster) return false;
    this.#clusters.delete(name);
    await cluster.end();
    return true;
  }

  /** Ends all of them. */
  async end(): Promise<void> {
    await Promise.all([...this.#clusters.keys()].map((name) => this.delete(name)));
  }

  /**
   * Hands a request to the cluster that it is for: by the prefix of its path, or else by the credentials of a client
   * whom only that cluster knows.
   *
   * @returns undefined for one that stays with the main cluster
   */
  answer(request: ApiRequest): Promise<ApiResponse> | undefined {
    const isBelow = request.path.startsWith(PREFIX);
    if (this.#clusters.size === 0 && !isBelow) return undefined;
    const cluster = isBelow ? this.#named(request.path) : this.#ofClient(request);
    if (!cluster) return isBelow ? Promise.resolve(failure(noSuchCluster(request.path))) : undefined;
    request.enter?.(isBelow ? cluster.prefix : '', cluster.clients.peer(request.peer));
    return cluster.answer((instance) => this.#parts.answer(request, instance));
  }

  #named(path: string): VirtualCluster | undefined {
    return this.#clusters.get(nameIn(path));
  }

  #ofClient(request: ApiRequest): VirtualCluster | undefined {
    const { shown } = request.peer;
    const keyId = shown ? undefined : keyIdOfRequest(request);
    if (!shown && keyId === undefined) return undefined;
    for (const cluster of this.#clusters.values()) {
      if (shown ? cluster.clients.knows(request.peer) : cluster.tokenKeyId === keyId) return cluster;
    }
    return undefined;
  }

  #newName(): string {
    for (;;) {
      const name = `c-${this.#random.suffix(GENERATED_CHARACTERS)}`;
      if (!this.#clusters.has(name)) return name;
    }
  }

  /** @throws ApiError for a beginning that there is not */
  #beginning(from: string): Captured {
    const main = this.#parts.main();
    const known = OF_MAIN.find((beginning) => beginning === from);
    const state = known ? main.beginning(known) : from === MAIN ? main.cluster.storage.capture() : undefined;
    const other = state ?? main.savepoints.find(from)?.state ?? this.#clusters.get(from)?.capture();
    if (other) return other;
    const savepoints = main.savepoints.list().map(({ name }) => name);
    const names = [...new Set([...BEGINNINGS.keys(), ...savepoints, ...this.#clusters.keys()])];
    throw badRequest(
      `a cluster cannot begin from ${JSON.stringify(from)}: there is no savepoint and no cluster of that name` +
        didYouMean(from, names),
    );
  }

  #clockOf(from: string): Clock | undefined {
    const main = this.#parts.main();
    if (from === MAIN) return main.clock.source;
    return main.savepoints.find(from) ? undefined : this.#clusters.get(from)?.clock;
  }

  /** Clients believe the port's certificate; whom the cluster believes is its own matter. */
  #pkiOf(random: Random, name: string): Pki {
    const { pki } = this.#parts.main().parts;
    const own = createPki({ clock: this.#parts.realClock, random, keys: keysOf(this.#parts.options, name).keys });
    return { ...own, serving: pki.serving, servingCa: pki.servingCa };
  }

  #instance(
    cluster: VirtualCluster,
    own: Required<Pick<InstanceParts, 'random' | 'clock' | 'virtual'>>,
  ): ClusterInstance {
    const { options, log, shared } = this.#parts;
    // Two clusters cannot write to one file, nor keep one directory.
    const {
      auditLogPath: _log,
      auditPolicyFile: _policy,
      auditWebhook: _webhook,
      dataDir: _dir,
      ...inherited
    } = options;
    return new ClusterInstance({
      ...shared,
      ...own,
      options: inherited,
      log,
      url: () => `${shared.url()}${cluster.prefix}`,
      own: this.#doorOf(cluster),
      end: async () => void (await this.delete(cluster.name)),
    });
  }

  /** Pods find the API server of their own cluster where every pod finds it. */
  #doorOf(cluster: VirtualCluster): ApiServerDoor {
    const { shared, log, realClock } = this.#parts;
    let opened: ReturnType<typeof openHttpServer> | undefined;
    const open = (): ReturnType<typeof openHttpServer> => {
      const { key, cert } = cluster.pki.serving;
      return openHttpServer({
        tls: { key, cert, clientCa: cluster.pki.ca.cert },
        answer: async (request) => this.#parts.answer(request, await cluster.running()),
        now: () => realClock.now(),
        auditIds: new AuditIds(this.#random.of(`requests of pods in ${cluster.name}`)),
        onFault: (err, { method, path }) => log.error({ err, method, path }, 'an answer could not be sent'),
      });
    };
    return {
      isAt: (dialed, port) => dialed === shared.address && port === shared.port(),
      connect(from) {
        const [near, far] = connectionFrom(from);
        opened ??= open();
        opened.then(
          (server) => server.accept(far),
          () => near.destroy(),
        );
        return near;
      },
    };
  }

  #factsOf({ name, from, createdMs, isRunning, idleMs, prefix }: VirtualCluster): VirtualClusterFacts {
    return {
      name,
      url: `${this.#parts.shared.url()}${prefix}`,
      from,
      created: rfc3339(createdMs),
      running: isRunning,
      ...(idleMs !== undefined && { idleTimeoutSeconds: idleMs / 1000 }),
    };
  }

  #told(cluster: VirtualCluster): VirtualClusterFacts & { readonly kubeconfig: string } {
    const facts = this.#factsOf(cluster);
    return { ...facts, kubeconfig: userKubeconfig(cluster.pki, { server: facts.url, cluster: cluster.name }) };
  }
}

/** @param path that begins with the prefix */
function nameIn(path: string): string {
  const end = path.indexOf('/', PREFIX.length);
  return path.slice(PREFIX.length, end < 0 ? path.length : end);
}

function noSuchCluster(path: string): ApiError {
  const name = nameIn(path);
  const message = `there is no virtual cluster ${JSON.stringify(name)}; POST /-/clusters makes one`;
  return new ApiError(404, 'NotFound', message, { name, kind: 'clusters' });
}

/** A sequence of its own for each purpose, the same for the same seed. */
function randomOf(seed: number | undefined, purpose: string): Random {
  if (seed === undefined) return systemRandom();
  return seededRandom(createHash('sha256').update(`${seed} ${purpose}`).digest().readUInt32LE());
}
