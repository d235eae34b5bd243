/** The leases by which nodes say that they are there. */
import { type Cancel, rfc3339Micro } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { nextTurn } from '../../server/base/turn.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import type { User } from '../../server/kube/object.ts';
import type { Lease, Node } from '../../server/kube/types.gen.ts';
import type { Client } from '../lib/client.ts';
import type { ControllerEnv } from '../lib/controller.ts';

export const LEASES = 'coordination.k8s.io/v1/leases';
export const LEASE_NAMESPACE = 'kube-node-lease';

/** kubelet's defaults: a lease of 40 s, renewed every 10 s. */
const LEASE_SECONDS = 40;
const RENEW_MS = 10_000;
/** With so many nodes, twice as long: still half of a lease, and well within the grace period of nodes. */
const MANY_NODES = 1000;
/** More nodes than this take turns, so that they do not hold up everybody else all at once. */
const NODES_AT_ONCE = 100;
const SLICES = 20;
/** A lease that is younger than this share of the interval can wait for its node's next turn. */
const YOUNG_SHARE = 0.5;
/** Renewals in one turn of the event loop. */
const NODES_IN_TURN = 16;

export const nodeUser = (node: string): User => ({
  name: `system:node:${node}`,
  groups: ['system:nodes', 'system:authenticated'],
});

const leaseOf = (name: string, env: ControllerEnv): Frozen<Lease> | undefined =>
  env.lister<Lease>(LEASES).get({ namespace: LEASE_NAMESPACE, name });

/** Whether time is being moved on. */
const isMoved = ({ clock }: ControllerEnv): boolean => clock.horizonMs !== undefined && clock.horizonMs > clock.now();

/** Now; or, while time is being moved, the end of that: a node that is there renews its lease once for all the way. */
const arrivalMs = ({ clock }: ControllerEnv): number => Math.max(clock.now(), clock.horizonMs ?? 0);

export class Heartbeats {
  readonly #runs: (node: string) => boolean;
  readonly #clients = new Map<string, Client>();
  #slice = 0;

  constructor(runs: (node: string) => boolean) {
    this.#runs = runs;
  }

  /** Renews the leases of all nodes from now on: one timer for all of them. */
  start(env: ControllerEnv): Cancel {
    let cancel: Cancel = () => undefined;
    let isEnded = false;
    const schedule = (): void => {
      const nodes = env.lister<Node>('v1/nodes').list();
      const slices = nodes.length > NODES_AT_ONCE ? SLICES : 1;
      const intervalMs = nodes.length > MANY_NODES ? 2 * RENEW_MS : RENEW_MS;
      const beat = (): void => {
        const isMove = isMoved(env);
        schedule();
        // The next one comes after the move: it waits for this one, which is that of all nodes.
        const done = isMove ? env.begin('heartbeats') : (): void => undefined;
        const renewed = isMove ? renewAll(1, 0) : renewAll(slices, slices > 1 ? intervalMs * YOUNG_SHARE : 0);
        void renewed.finally(done);
      };
      cancel = env.clock.schedule(intervalMs / slices, beat, 'polling');
    };
    const renewAll = async (slices: number, youngMs: number): Promise<void> => {
      const nodes = env.lister<Node>('v1/nodes').list();
      const nowMs = arrivalMs(env);
      const renewTime = rfc3339Micro(nowMs);
      const youngest = rfc3339Micro(nowMs - youngMs);
      const slice = this.#slice++ % slices;
      for (let i = slice, done = 1; i < nodes.length && !isEnded; i += slices, done++) {
        const node = nodes[i];
        const name = node?.metadata.name ?? '';
        const isYoung = youngMs > 0 && (leaseOf(name, env)?.spec?.renewTime ?? '') > youngest;
        if (node && !isYoung && this.#runs(name)) await this.#tryRenew(node, renewTime, env);
        if (done % NODES_IN_TURN === 0) await nextTurn();
      }
    };
    schedule();
    return () => {
      isEnded = true;
      cancel();
      this.#clients.clear();
    };
  }

  /** Renews the lease of one node, or makes it. @throws ApiError */
  async renew(
    { metadata: { name = '', uid = '' } }: Frozen<Node>,
    env: ControllerEnv,
    renewTime: string = rfc3339Micro(arrivalMs(env)),
  ): Promise<void> {
    const client = this.#clientOf(name, env);
    const lease = leaseOf(name, env);
    if (lease) {
      await client.update(LEASES, { ...lease, spec: { ...lease.spec, renewTime } });
      return;
    }
    const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name, uid }];
    const spec = { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime };
    await client.create(LEASES, { metadata: { name, namespace: LEASE_NAMESPACE, ownerReferences }, spec });
  }

  forget(name: string): void {
    this.#clients.delete(name);
  }

  async #tryRenew(node: Frozen<Node>, renewTime: string, env: ControllerEnv): Promise<void> {
    try {
      await this.renew(node, env, renewTime);
    } catch (err) {
      const isOrdinary = err instanceof ApiError && (err.code === 404 || err.code === 409);
      if (!isOrdinary) env.log.debug({ node: node.metadata.name, err }, 'its lease was not renewed');
    }
  }

  #clientOf(name: string, env: ControllerEnv): Client {
    let client = this.#clients.get(name);
    if (!client) {
      client = env.clientOf(nodeUser(name));
      this.#clients.set(name, client);
    }
    return client;
  }
}
