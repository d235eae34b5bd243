/** Which of several processes works: k8s.io/client-go/tools/leaderelection, by a Lease. */
import type { Cancel, Clock } from '../../server/base/clock.ts';
import { rfc3339Micro } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import type { Key } from '../../server/kube/object.ts';
import type { Lease } from '../../server/kube/types.gen.ts';
import type { Client } from './client.ts';

const LEASES = 'coordination.k8s.io/v1/leases';

/** The defaults of upstream's `--leader-elect-…`. */
const LEASE_MS = 15_000;
const RENEW_DEADLINE_MS = 10_000;
const RETRY_MS = 2000;

export interface LeaderElectionOptions {
  readonly client: Client;
  readonly clock: Clock;
  /** Where the lease is. */
  readonly lease: Key;
  /** Who asks: no two processes may have the same. */
  readonly identity: string;
  /** Called once, when nobody else leads. */
  readonly onLead: () => void;
  /** Called once, when somebody else may lead: whoever led has to stop at once. */
  readonly onLost: () => void;
}

/** Asks for a lease until it has it, and renews it. */
export class LeaderElection {
  readonly #options: LeaderElectionOptions;
  /** The holder's last sign of life, by our clock: those of two machines may differ. */
  #seen: { readonly record: string; readonly sinceMs: number } | undefined;
  #renewedMs: number | undefined;
  #timer: Cancel = () => undefined;
  #stopped = false;

  constructor(options: LeaderElectionOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#round();
  }

  /** Ends it. A leader lets go of the lease, so that the next one need not wait. */
  async stop(): Promise<void> {
    const led = this.#renewedMs !== undefined;
    this.#stopped = true;
    this.#timer();
    if (led) await this.#release().catch(() => undefined);
  }

  async #round(): Promise<void> {
    const { clock, onLead, onLost } = this.#options;
    const isHeld = await this.#hold().catch(() => false);
    if (this.#stopped) return;
    if (isHeld) {
      const isNew = this.#renewedMs === undefined;
      this.#renewedMs = clock.now();
      if (isNew) onLead();
    } else if (this.#renewedMs !== undefined && clock.now() - this.#renewedMs >= RENEW_DEADLINE_MS) {
      this.#stopped = true;
      onLost();
      return;
    }
    this.#timer = clock.schedule(RETRY_MS, () => void this.#round());
  }

  /** Takes or renews the lease. @returns false when somebody else has it */
  async #hold(): Promise<boolean> {
    const { client, clock, identity, lease } = this.#options;
    const nowMs = clock.now();
    const renewTime = rfc3339Micro(nowMs);
    const ours = { holderIdentity: identity, leaseDurationSeconds: LEASE_MS / 1000, renewTime };
    const current = await this.#read();
    if (!current) {
      await client.create(LEASES, {
        metadata: { ...lease },
        spec: { ...ours, acquireTime: renewTime, leaseTransitions: 0 },
      } as Lease);
      return true;
    }
    const { spec } = current;
    const { holderIdentity = '', renewTime: renewed = '', leaseTransitions = 0, acquireTime } = spec;
    const record = `${holderIdentity} ${renewed}`;
    if (this.#seen?.record !== record) this.#seen = { record, sinceMs: nowMs };
    const isOurs = holderIdentity === identity;
    const lastsMs = (spec.leaseDurationSeconds ?? 0) * 1000;
    if (!isOurs && holderIdentity !== '' && this.#seen.sinceMs + lastsMs > nowMs) return false;
    await client.update<Lease>(LEASES, {
      ...current,
      spec: {
        ...spec,
        ...ours,
        acquireTime: isOurs ? (acquireTime ?? renewTime) : renewTime,
        leaseTransitions: isOurs ? leaseTransitions : leaseTransitions + 1,
      },
    });
    return true;
  }

  async #read(): Promise<Frozen<Lease> | undefined> {
    const { client, lease } = this.#options;
    try {
      return await client.get<Lease>(LEASES, lease);
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return undefined;
      throw error;
    }
  }

  async #release(): Promise<void> {
    const { client, clock, identity } = this.#options;
    const current = await this.#read();
    if (current?.spec?.holderIdentity !== identity) return;
    const renewTime = rfc3339Micro(clock.now());
    const spec = { ...current.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime, acquireTime: renewTime };
    await client.update<Lease>(LEASES, { ...current, spec });
  }
}
