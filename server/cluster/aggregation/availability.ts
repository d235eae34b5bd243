/** Whether other API servers can be asked: the `Available` condition (AvailableConditionController, both of them). */
import type { Activity } from '../../base/activity.ts';
import { type Cancel, type Clock, realOf, rfc3339 } from '../../base/clock.ts';
import { deepEqual, type Frozen } from '../../base/freeze.ts';
import type { Logger } from '../../base/log.ts';
import { ApiError } from '../../kube/api-error.ts';
import type { Transport } from '../../kube/transport.ts';
import type { APIService, APIServiceCondition } from '../../kube/types.gen.ts';
import type { ApiService } from '../../pipeline/aggregation/aggregation.ts';
import type { LocalStorage } from '../../storage/storage.ts';
import type { AvailabilityMetrics } from './availability-metrics.ts';
import { checkDiscovery } from './discovery-check.ts';
import { isAvailable, type RemoteServer } from './remote-api.ts';
import { serviceFault } from './service-fault.ts';

const RESOURCE = 'apiregistration.k8s.io/v1/apiservices';

/** Connections may break without any object telling so. */
const RESYNC_MS = 30_000;
const FIRST_RETRY_MS = 5;

/** What a check has found. */
export type Verdict = Pick<APIServiceCondition, 'status' | 'reason' | 'message'>;

export interface AvailabilityParts {
  readonly metrics: AvailabilityMetrics;
  readonly storage: LocalStorage;
  readonly clock: Clock;
  readonly log: Logger;
  readonly activity: Activity;
  readonly transport: Transport;
  /** The APIService of a name, and the server that it tells of. */
  find(name: string): { readonly apiService: ApiService; readonly remote: RemoteServer | undefined } | undefined;
  /** Names of the APIServices that a service is named in. */
  namesOf(service: { readonly namespace: string; readonly name: string }): readonly string[];
}

const LOCAL: Verdict = { status: 'True', reason: 'Local', message: 'Local APIServices are always available' };
const PASSED: Verdict = { status: 'True', reason: 'Passed', message: 'all checks passed' };

export class Availability {
  readonly #parts: AvailabilityParts;
  readonly #queue = new Set<string>();
  readonly #running = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #timers = new Map<string, Cancel>();
  #watches: readonly Cancel[] | undefined;

  constructor(parts: AvailabilityParts) {
    this.#parts = parts;
  }

  /** An APIService has changed, or something that its condition tells about. */
  enqueue(name: string): void {
    this.#queue.add(name);
    if (!this.#running.has(name)) void this.#work(name);
  }

  /** Follows services and their endpoints from now on: nobody needs to before there is a server to reach. */
  followServices(): void {
    if (this.#watches) return;
    const { storage } = this.#parts;
    const follow = (
      prefix: string,
      serviceOf: (name: string, labels: Frozen<Record<string, string>>) => string,
    ): Cancel =>
      storage.watch(
        prefix,
        { after: storage.revision(), lasting: true },
        {
          events: (batch) => {
            for (const { now, before } of batch) {
              for (const value of before ? [now.value, before.value] : [now.value]) {
                const { namespace = '', name = '', labels = {} } = value.metadata;
                for (const found of this.#parts.namesOf({ namespace, name: serviceOf(name, labels) }))
                  this.enqueue(found);
              }
            }
          },
          end: () => undefined,
        },
      );
    this.#watches = [
      follow('services/', (name) => name),
      follow('endpointslices.discovery.k8s.io/', (_name, labels) => labels['kubernetes.io/service-name'] ?? ''),
    ];
  }

  async #work(name: string): Promise<void> {
    const { activity, clock, log } = this.#parts;
    const done = activity.begin(`availability of ${name}`);
    this.#running.add(name);
    try {
      // All that is written in one turn is looked at together.
      await Promise.resolve();
      while (this.#queue.delete(name)) {
        this.#timers.get(name)?.();
        this.#timers.delete(name);
        const again = await this.#sync(name).catch((err: unknown) => {
          log.warn({ err, name }, 'the availability of an API could not be told');
          return 'failed' as const;
        });
        if (again === 'gone') {
          this.#failures.delete(name);
          continue;
        }
        const failures = again === 'failed' ? (this.#failures.get(name) ?? 0) + 1 : 0;
        this.#failures.set(name, failures);
        const delayMs = failures > 0 ? Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), RESYNC_MS) : RESYNC_MS;
        this.#timers.set(
          name,
          realOf(clock).schedule(delayMs, () => this.enqueue(name)),
        );
      }
    } finally {
      this.#running.delete(name);
      done();
    }
  }

  async #sync(name: string): Promise<'gone' | 'done' | 'failed'> {
    const { storage } = this.#parts;
    const found = this.#parts.find(name);
    if (!found) return 'gone';
    const { apiService, remote } = found;
    if (!remote) {
      await this.#tell(apiService, LOCAL);
      return 'gone';
    }
    const fault = serviceFault(apiService, storage);
    if (fault) {
      await this.#tell(apiService, { status: 'False', ...fault });
      return 'done';
    }
    const message = await checkDiscovery(remote);
    await this.#tell(
      apiService,
      message === undefined ? PASSED : { status: 'False', reason: 'FailedDiscoveryCheck', message },
    );
    return message === undefined ? 'done' : 'failed';
  }

  async #tell(apiService: ApiService, verdict: Verdict): Promise<void> {
    const { clock, storage, transport } = this.#parts;
    const { name = '', uid } = apiService.metadata;
    const current = this.#parts.find(name)?.apiService;
    // Meanwhile it may have become another one, which gets a look of its own.
    if (current?.metadata.uid !== uid) return;
    const conditions = withVerdict(apiService.status.conditions ?? [], verdict, rfc3339(clock.now()));
    if (deepEqual(conditions, apiService.status.conditions)) return;
    const body: Frozen<APIService> = { ...apiService, status: { ...apiService.status, conditions } };
    try {
      const key = { namespace: '', name };
      await transport.send({ verb: 'update', resource: RESOURCE, key, subresource: 'status', body });
      if (isAvailable(apiService) && verdict.status !== 'True') this.#parts.metrics.lost(name, verdict.reason ?? '');
      storage.flush();
    } catch (error) {
      // Whoever was faster has it looked at again.
      if (!(error instanceof ApiError && (error.code === 404 || error.code === 409))) throw error;
    }
  }
}

/** The time only changes with the status (SetAPIServiceCondition). */
function withVerdict(
  conditions: readonly Frozen<APIServiceCondition>[],
  verdict: Verdict,
  now: string,
): Frozen<APIServiceCondition>[] {
  const before = conditions.find(({ type }) => type === 'Available');
  const lastTransitionTime = before?.status === verdict.status ? (before.lastTransitionTime ?? now) : now;
  const next = {
    type: 'Available',
    status: verdict.status,
    lastTransitionTime,
    reason: verdict.reason,
    message: verdict.message,
  };
  return before ? conditions.map((each) => (each === before ? (next as never) : each)) : [...conditions, next as never];
}
