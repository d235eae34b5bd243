/** Which of several servers on the same etcd has its controllers, scheduler and kubelets work. */
import { networkInterfaces } from 'node:os';
import { Client } from '../controllers/lib/client.ts';
import { type ElectionTimes, LeaderElection } from '../controllers/lib/leader-election.ts';
import type { KeyAndCertificate, Pki } from './auth/certificates.ts';
import { type Cancel, realOf } from './base/clock.ts';
import { type Frozen, getOwn } from './base/freeze.ts';
import type { Logger } from './base/log.ts';
import { systemRandom } from './base/random.ts';
import { rest } from './base/turn.ts';
import { once } from './cluster/aggregation/own-proxy.ts';
import type { Cluster } from './cluster/cluster.ts';
import { LocalTransport } from './cluster/local-transport.ts';
import type { Lease } from './kube/types.gen.ts';
import { hasEnded, processIdentity } from './own-process.ts';
import type { RemoteApi } from './pipeline/aggregation/aggregation.ts';

/** Not that of kube-controller-manager, nor of `fauxkube controllers`: those do not have pods run. */
const LEASE = { namespace: 'kube-system', name: 'fauxkube-server' };

/** Who a server is when it writes through its own API (user.APIServerUser). */
const USER = { name: 'system:apiserver', groups: ['system:masters'] };

/** Where other servers pass on what is asked of pods. */
const URL_ANNOTATION = 'fauxkube.dev/url';

const SERVER_NAME = 'kubernetes.default.svc';

/** So long is waited for a lease to be let go. */
const RELEASE_MS = 2000;

export interface LeadershipParts {
  readonly cluster: Cluster;
  readonly log: Logger;
  readonly pki: Pki;
  /** Where other servers reach this one. */
  readonly url: () => string;
  /** The address that it listens on, where that was said. */
  readonly host: string | undefined;
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
  /** By which other servers believe this one whom it asks for. */
  readonly #certificate: () => KeyAndCertificate;
  #cancelWatch: Cancel = () => undefined;
  /** What was begun or ended last: one after the other. */
  #turning: Promise<void> = Promise.resolve();
  #leads = false;
  #isStopped = false;

  constructor(parts: LeadershipParts) {
    this.#parts = parts;
    const { name: commonName, groups } = USER;
    this.#certificate = once(() => parts.pki.clientCertificate({ commonName, organizations: groups }));
    this.#election = this.#newElection();
  }

  /** Whether this server's controllers work. */
  get leads(): boolean {
    return this.#leads;
  }

  /** Where requests for pods go that run in another server. */
  leader(): RemoteApi | undefined {
    if (this.#leads) return undefined;
    const lease = this.#parts.cluster.storage.get(this.#key)?.value as Frozen<Lease> | undefined;
    const url = getOwn(lease?.metadata.annotations, URL_ANNOTATION) ?? '';
    // Between two leaders nobody knows anything of pods.
    const isAvailable = Boolean(lease?.spec.holderIdentity) && URL.canParse(url);
    const { pki } = this.#parts;
    // By the name that every server has: the address need not be one of its names.
    const connection = { serverName: SERVER_NAME, caBundle: pki.ca.cert, clientCertificate: this.#certificate() };
    return {
      group: '',
      version: '',
      isAvailable,
      isAlike: true,
      origin: () => url,
      connection: () => connection,
    };
  }

  get #key(): string {
    return this.#parts.cluster.catalog.store('leases.coordination.k8s.io')?.keyOf(LEASE) ?? '';
  }

  /** Resolves when another server is known to lead, or when this one does and everything works. */
  async start(): Promise<void> {
    const { storage } = this.#parts.cluster;
    // Whoever ends lets go of the lease: others need not find out some time later.
    this.#cancelWatch = storage.watch(
      this.#key,
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
      annotations: { [URL_ANNOTATION]: reachable(this.#parts.url(), this.#parts.host) },
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

/** Who listens everywhere is reached from elsewhere at an address of the machine (upstream's ChooseHostInterface). */
function reachable(url: string, host: string | undefined): string {
  if (host !== '0.0.0.0' && host !== '::') return url;
  const outer = Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === 'IPv4' && !address.internal);
  return outer ? url.replace(/\/\/(?:\[[^\]]*\]|[^:/]+)/, `//${outer.address}`) : url;
}
