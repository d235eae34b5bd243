/**
 * Lets other API servers serve group versions of this one: follows APIServices, tells whether the servers behind them
 * can be asked, and keeps what they tell about themselves (kube-aggregator).
 */
import type { Activity } from '../../base/activity.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { MetricFamily } from '../../base/metrics-text.ts';
import type { Outbound } from '../../kube/outbound.ts';
import type { Transport } from '../../kube/transport.ts';
import {
  type Aggregation,
  type ApiService,
  type DiscoveredVersion,
  type RemoteApi,
  type RemoteSpecs,
  serviceName,
} from '../../pipeline/aggregation/aggregation.ts';
import type { RequestInfo } from '../../pipeline/request-info.ts';
import type { LocalStorage, StoredEvent } from '../../storage/storage.ts';
import { Availability } from './availability.ts';
import { AvailabilityMetrics } from './availability-metrics.ts';
import { Followed } from './followed.ts';
import { isAvailable, type RemoteParts, RemoteServer } from './remote-api.ts';
import { discover, unknownVersion } from './remote-discovery.ts';
import { noSpecs, specsOf } from './remote-specs.ts';

const BUCKET = 'apiservices.apiregistration.k8s.io/';
/** The core group's: what is served elsewhere then is everything below /api. */
const LEGACY = 'v1.';
/** The group of APIServices themselves is nobody else's. */
const OWN_GROUP = 'apiregistration.k8s.io';

export interface AggregatorParts extends RemoteParts {
  readonly storage: LocalStorage;
  readonly clock: Clock;
  readonly log: Logger;
  readonly activity: Activity;
  /** See {@link Aggregation.isProxyHeader}. */
  isProxyHeader(name: string): boolean;
}

interface Known {
  readonly apiService: ApiService;
  readonly remote: RemoteServer | undefined;
}

export class Aggregator implements Aggregation {
  readonly #parts: AggregatorParts;
  readonly #known = new Map<string, Known>();
  readonly #remotes = new Map<string, RemoteServer>();
  readonly #discovery: Followed<DiscoveredVersion>;
  readonly #specs: Followed<RemoteSpecs>;
  #availability: Availability | undefined;
  readonly #metrics = new AvailabilityMetrics();
  #generation = 0;

  constructor(parts: AggregatorParts) {
    this.#parts = parts;
    const { clock, log, activity } = parts;
    const changed = (): void => {
      this.#generation++;
    };
    const common = { clock, log, activity, changed };
    this.#discovery = new Followed({ ...common, what: 'resources', fetch: discover, missing: unknownVersion });
    this.#specs = new Followed({ ...common, what: 'OpenAPI documents', fetch: specsOf, missing: noSpecs });
  }

  get outbound(): Outbound {
    return this.#parts.outbound;
  }

  get generation(): number {
    return this.#generation;
  }

  get hasRemotes(): boolean {
    return this.#remotes.size > 0;
  }

  isProxyHeader(name: string): boolean {
    return this.#parts.isProxyHeader(name);
  }

  families(): MetricFamily[] {
    return this.#metrics.families(this.services());
  }

  resetMetrics(): void {
    this.#metrics.reset();
  }

  services(): readonly ApiService[] {
    return [...this.#known.values()].map(({ apiService }) => apiService);
  }

  /** Begins with what is stored. @param transport of the server itself */
  start(transport: Transport): void {
    const { storage, clock, log, activity } = this.#parts;
    this.#availability = new Availability({
      storage,
      clock,
      log,
      activity,
      transport,
      metrics: this.#metrics,
      find: (name) => this.#known.get(name),
      namesOf: (service) => this.#namesOf(service),
    });
    for (const { value } of storage.list(BUCKET).items) this.#observe(value as unknown as ApiService);
    storage.watch(
      BUCKET,
      { after: storage.revision(), lasting: true },
      {
        events: (batch) => {
          for (const event of batch) this.#follow(event);
        },
        end: () => undefined,
      },
    );
  }

  remoteFor({ prefix, segments, group, version, isResource }: RequestInfo): RemoteApi | undefined {
    if (isResource) return this.#remotes.get(prefix === 'api' ? LEGACY : serviceName(group, version));
    const [root, first = '', second] = segments;
    if (root === 'api') return this.#remotes.get(LEGACY);
    return root === 'apis' && second !== undefined ? this.#remotes.get(serviceName(first, second)) : undefined;
  }

  discovered(): Promise<ReadonlyMap<string, DiscoveredVersion>> {
    return this.#discovery.all();
  }

  specs(): Promise<ReadonlyMap<string, RemoteSpecs>> {
    return this.#specs.all();
  }

  async remoteOfDocument(document: string): Promise<RemoteApi | undefined> {
    for (const [name, { documents }] of await this.specs()) if (documents.has(document)) return this.#remotes.get(name);
    return undefined;
  }

  #namesOf(service: { readonly namespace: string; readonly name: string }): string[] {
    return [...this.#remotes].flatMap(([name, { apiService }]) => {
      const named = apiService.spec.service;
      return named?.namespace === service.namespace && named.name === service.name ? [name] : [];
    });
  }

  #follow({ type, now }: StoredEvent): void {
    const apiService = now.value as unknown as ApiService;
    if (type !== 'deleted') {
      this.#observe(apiService);
      return;
    }
    const { name = '' } = apiService.metadata;
    this.#known.delete(name);
    this.#remotes.delete(name);
    this.#discovery.forget(name);
    this.#specs.forget(name);
    this.#generation++;
    this.#availability?.enqueue(name);
  }

  #observe(apiService: ApiService): void {
    const { name = '' } = apiService.metadata;
    const { service, group } = apiService.spec;
    const before = this.#known.get(name)?.remote;
    const remote = service && group !== OWN_GROUP ? new RemoteServer(apiService, this.#parts) : undefined;
    this.#known.set(name, { apiService, remote });
    this.#generation++;
    if (remote) {
      this.#remotes.set(name, remote);
      this.#availability?.followServices();
      const isSame = before?.isSameServer(remote) && before.isAvailable === remote.isAvailable;
      if (!isSame) {
        this.#discovery.follow(name, remote);
        this.#specs.follow(name, remote);
      }
    } else if (this.#remotes.delete(name)) {
      this.#discovery.forget(name);
      this.#specs.forget(name);
    }
    if (service || before || !isAvailable(apiService)) this.#availability?.enqueue(name);
  }
}
