/** Which of several processes works: k8s.io/client-go/tools/leaderelection, by a Lease. */
import type { Cancel, Clock } from '../../server/base/clock.ts';
import { rfc3339Micro } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import type { Key } from '../../server/kube/object.ts';
import type { Lease } from '../../server/kube/types.gen.ts';
import type { Client } from './client.ts';

const LEASES = 'coordination.k8s.io/v1/leases';

export interface ElectionTimes {
  /** Whoever has not renewed its lease for so long leads no more. */
  readonly leaseMs: number;
  /** Whoever could not renew it for so long gives up. */
  readonly renewMs: number;
  /** How often it is renewed, or looked at. */
  readonly retryMs: number;
}

/** The defaults of upstream's `--leader-elect-…`. */
const TIMES: ElectionTimes = { leaseMs: 15_000, renewMs: 10_000, retryMs: 2000 };

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
  /** What a leader tells of itself, besides. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Upstream's unless given. */
  readonly times?: ElectionTimes | undefined;
  /** Whether a holder is known to have ended: its lease is free then. Nobody is unless given. */
  readonly hasEnded?: (identity: string, spec: Frozen<Lease>['spec']) => boolean;
}

/** Asks for a lease until it has it, and renews it. */
export class LeaderElection {
  readonly #options: LeaderElectionOptions;
  readonly #times: ElectionTimes;
  /** The holder's last sign of life, by our clock: those of two machines may differ. */
  #seen: { readonly record: string; readonly sinceMs: number } | undefined;
  #leads = false;
  #timer: Cancel = () => undefined;
  #deadline: Cancel = () => undefined;
  #round: Promise<void> | undefined;
  #stopped = false;

  constructor(options: LeaderElectionOptions) {
    this.#options = options;
    this.#times = options.times ?? TIMES;
  }

  /** Resolves when it is known whether somebody else leads. */
  start(): Promise<void> {
    return this.check();
  }

  /** Looks at the lease now: something may have happened to it. */
  async check(): Promise<void> {
    if (this.#stopped) return;
    this.#timer();
    // One that has read the lease already may not know.
    await this.#round;
    this.#round ??= this.#once().finally(() => {
      this.#round = undefined;
      if (this.#stopped) return;
      this.#timer();
      this.#timer = this.#options.clock.schedule(this.#times.retryMs, () => void this.check(), 'upkeep');
    });
    await this.#round;
  }

  /** Ends it. A leader lets go of the lease, so that the next one need not wait. */
  async stop(): Promise<void> {
    const led = this.#leads;
    this.#end();
    await this.#round;
    if (led) await this.#release().catch(() => undefined);
  }

  async #once(): Promise<void> {
    const { clock, onLead } = this.#options;
    // What is renewed lasts from when it was asked for.
    const sinceMs = clock.now();
    const isHeld = await this.#hold().catch(() => false);
    if (this.#stopped || !isHeld) return;
    this.#deadline();
    const leftMs = sinceMs + this.#times.renewMs - clock.now();
    this.#deadline = clock.schedule(Math.max(0, leftMs), () => this.#lose(), 'upkeep');
    if (this.#leads) return;
    this.#leads = true;
    onLead();
  }

  /** Whether or not the last request is still under way. */
  #lose(): void {
    this.#end();
    this.#options.onLost();
  }

  #end(): void {
    this.#stopped = true;
    this.#leads = false;
    this.#timer();
    this.#deadline();
  }

  /** Takes or renews the lease. @returns false when somebody else has it */
  async #hold(): Promise<boolean> {
    const { client, clock, identity, lease, hasEnded, annotations } = this.#options;
    const nowMs = clock.now();
    const renewTime = rfc3339Micro(nowMs);
    const ours = { holderIdentity: identity, leaseDurationSeconds: Math.ceil(this.#times.leaseMs / 1000), renewTime };
    const current = await this.#read();
    if (!current) {
      await client.create(LEASES, {
        metadata: { ...lease, ...(annotations && { annotations }) },
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
    const isHeld = !isOurs && holderIdentity !== '' && this.#seen.sinceMs + lastsMs > nowMs;
    if (isHeld && !hasEnded?.(holderIdentity, spec)) return false;
    await client.update<Lease>(LEASES, {
      ...current,
      ...(annotations && {
        metadata: { ...current.metadata, annotations: { ...current.metadata.annotations, ...annotations } },
      }),
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
