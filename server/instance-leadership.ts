/** Which of several servers on the same etcd has its controllers, scheduler and kubelets work. */
import { Client } from '../controllers/lib/client.ts';
import { type ElectionTimes, LeaderElection } from '../controllers/lib/leader-election.ts';
import { type Cancel, realOf } from './base/clock.ts';
import type { Frozen } from './base/freeze.ts';
import type { Logger } from './base/log.ts';
import { systemRandom } from './base/random.ts';
import { rest } from './base/turn.ts';
import type { Cluster } from './cluster/cluster.ts';
import { LocalTransport } from './cluster/local-transport.ts';
import type { Lease } from './kube/types.gen.ts';
import { hasEnded, processIdentity } from './own-process.ts';

/** Not that of kube-controller-manager, nor of `fauxkube controllers`: those do not have pods run. */
const LEASE = { namespace: 'kube-system', name: 'fauxkube-server' };

/** Who a server is when it writes through its own API (user.APIServerUser). */
const USER = { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] };

/** So long is waited for a lease to be let go. */
const RELEASE_MS = 2000;

export interface LeadershipParts {
  readonly cluster: Cluster;
  readonly log: Logger;
  readonly times?: ElectionTimes | undefined;
  /** Has everything work that only one server may do. */
  readonly begin: () => Promise<void>;
  /** Ends it; at once, whether or not anybody waits. */
  readonly end: () => Promise<void>;
}

/**
 * Takes part in the election for as long as it is not stopped: whoever has lost the lease stands by for it again.
 *
 * @example
 * const leadership = new Leadership({ cluster, log, begin: () => manager.start(), end: () => manager.end() });
 * await leadership.start();
 */
export class Leadership {
  readonly #parts: LeadershipParts;
  readonly #identity = processIdentity(systemRandom());
  #election: LeaderElection;
  #cancelWatch: Cancel = () => undefined;
  /** What was begun or ended last: one after the other. */
  #turning: Promise<void> = Promise.resolve();
  #leads = false;
  #isStopped = false;

  constructor(parts: LeadershipParts) {
    this.#parts = parts;
    this.#election = this.#newElection();
  }

  /** Whether this server's controllers work. */
  get leads(): boolean {
    return this.#leads;
  }

  /** Resolves when another server is known to lead, or when this one does and everything works. */
  async start(): Promise<void> {
    const { storage, catalog } = this.#parts.cluster;
    const key = catalog.store('leases.coordination.k8s.io')?.keyOf(LEASE) ?? '';
    // Whoever ends lets go of the lease: others need not find out some time later.
    this.#cancelWatch = storage.watch(
      key,
      { after: storage.revision(), lasting: true },
      {
        events: (batch) => {
          const last = batch.at(-1);
          const { spec } = (last?.now.value ?? {}) as Partial<Frozen<Lease>>;
          if (last?.type === 'deleted' || !spec?.holderIdentity) void this.#election.check();
        },
        end: () => undefined,
      },
    );
    await this.#election.start();
    await this.#turning;
  }

  /** Ends what works here, and lets another server begin. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelWatch();
    if (this.#leads) this.#turn('end');
    // Where etcd does not answer, the lease ends by itself.
    await Promise.race([this.#turning.then(() => this.#election.stop()), rest(RELEASE_MS)]);
  }

  #newElection(): LeaderElection {
    const { cluster, times, log } = this.#parts;
    return new LeaderElection({
      client: new Client(new LocalTransport(cluster.pipeline, USER, 'kube-apiserver')),
      // That of the cluster may stand still.
      clock: realOf(cluster.clock),
      lease: LEASE,
      identity: this.#identity,
      times,
      hasEnded,
      onLead: () => {
        log.info({ lease: LEASE, identity: this.#identity }, 'the controllers of this server work now');
        this.#turn('begin');
      },
      onLost: () => {
        log.warn({ lease: LEASE }, 'another server may lead: the controllers of this one have stopped');
        this.#turn('end');
        if (this.#isStopped) return;
        this.#election = this.#newElection();
        void this.#election.start();
      },
    });
  }

  #turn(to: 'begin' | 'end'): void {
    const { log } = this.#parts;
    this.#leads = to === 'begin';
    this.#turning = this.#turning
      .then(() => this.#parts[to]())
      .catch((err: unknown) => log.error({ err }, `controllers failed to ${to}`));
  }
}
