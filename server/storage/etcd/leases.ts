import type { Clock } from '../../base/clock.ts';
import type { EtcdClient } from './etcd-client.ts';
import type { LeaseId } from './requests.ts';

/** An object may live so much longer: so long a lease is used for new ones (kube-apiserver's lease manager). */
const REUSE_MS = 60_000;
/** As many objects share one lease: etcd removes all of them at once (leaseMaxAttachedObjectCount). */
const OBJECTS_MAX = 1000;

/** When the objects of a lease go, and how long each of them was to live. */
export interface LeaseTime {
  readonly ttlMs: number;
  readonly endMs: number;
}

/** As many leases are remembered. */
const KNOWN_MAX = 10_000;

interface Lease {
  readonly id: Promise<LeaseId>;
  /** Objects that have to live longer get another one. */
  readonly endMs: number;
  objects: number;
}

/**
 * Leases for objects that live for a time only. An object that is written later shares the lease of those before, as
 * long as that lasts.
 */
export class Leases {
  readonly #client: EtcdClient;
  readonly #clock: Clock;
  /** The newest lease for each time to live. */
  readonly #newest = new Map<number, Lease>();
  /** What is known of leases, oldest first: a lease lasts for an hour or so, and a new one comes each minute. */
  readonly #times = new Map<LeaseId, LeaseTime | undefined>();

  /** @param clock of the machine: etcd has no other */
  constructor(client: EtcdClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  async leaseFor(ttlMs: number): Promise<LeaseId> {
    const nowMs = this.#clock.now();
    const known = this.#newest.get(ttlMs);
    if (known && known.endMs >= nowMs + ttlMs && known.objects < OBJECTS_MAX) {
      known.objects++;
      return known.id;
    }
    const seconds = Math.ceil((ttlMs + REUSE_MS) / 1000);
    const lease: Lease = { id: this.#client.grantLease(seconds), endMs: nowMs + seconds * 1000, objects: 1 };
    this.#newest.set(ttlMs, lease);
    try {
      const id = await lease.id;
      this.#remember(id, { ttlMs, endMs: lease.endMs });
      return id;
    } catch (error) {
      if (this.#newest.get(ttlMs) === lease) this.#newest.delete(ttlMs);
      throw error;
    }
  }

  /** The next object gets another lease: etcd does not know this one any more. */
  forget(): void {
    this.#newest.clear();
  }

  isKnown(id: LeaseId): boolean {
    return this.#times.has(id);
  }

  /** Of a lease that is known; undefined for one that has gone. */
  timeOf(id: LeaseId): LeaseTime | undefined {
    return this.#times.get(id);
  }

  /** Objects of a lease that nothing is known of go when etcd says so. */
  ignore(id: LeaseId): void {
    this.#remember(id, undefined);
  }

  /** Asks etcd about a lease that somebody else was granted. */
  async learn(id: LeaseId): Promise<void> {
    const { left, granted } = await this.#client.leaseTime(id);
    this.#remember(id, left < 0 ? undefined : { ttlMs: ttlMsOf(granted), endMs: this.#clock.now() + left * 1000 });
  }

  #remember(id: LeaseId, time: LeaseTime | undefined): void {
    this.#times.set(id, time);
    if (this.#times.size <= KNOWN_MAX) return;
    for (const oldest of this.#times.keys()) {
      this.#times.delete(oldest);
      return;
    }
  }
}

/** How long an object lives that has a lease of so many seconds: what leases have besides is taken off. */
function ttlMsOf(grantedSeconds: number): number {
  const grantedMs = grantedSeconds * 1000;
  return grantedMs > 2 * REUSE_MS ? grantedMs - REUSE_MS : grantedMs;
}
