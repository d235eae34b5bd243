import type { Clock } from '../../../server/base/clock.ts';
import type { PeerAddress, RunningPod } from '../../../server/kube/node-connector.ts';
import type { Key } from '../../../server/kube/object.ts';
import { type Errno, SystemError } from '../runtime/machine/errno.ts';
import type { InformedObjects } from './informed-objects.ts';
import type { Origin } from './origin.ts';
import type { PolicyCheck } from './policy-check.ts';
import type { Arrival, Routes } from './routes.ts';
import { type PodSocket, type TrackedFlow, TrackedFlows } from './tracked-flows.ts';

/** What the network is made of that carries datagrams. */
export interface DatagramWays {
  readonly clock: Clock;
  readonly objects: InformedObjects;
  readonly routes: Routes;
  readonly policies: PolicyCheck;
  readonly running: (key: Key) => RunningPod | undefined;
  /** A port that a node uses for somebody behind it. */
  readonly nextPort: () => number;
}

/** UDP between pods. What nobody may send is lost without a word. */
export class Datagrams {
  readonly #ways: DatagramWays;
  readonly #flows = new TrackedFlows();

  constructor(ways: DatagramWays) {
    this.#ways = ways;
  }

  /** @throws SystemError what a node or a router says of a datagram that cannot arrive (ICMP) */
  async send(origin: Origin, port: number, data: Buffer, to: PeerAddress): Promise<void> {
    const { clock, objects, routes, running } = this.#ways;
    const client: PodSocket = { key: origin.key, port };
    const nowMs = clock.now();
    const asked = this.#flows.answered(client, to, nowMs);
    if (asked) {
      await running(asked.client.key)?.deliver?.(asked.client.port, data, asked.target);
      return;
    }
    const known = this.#flows.sent(client, to, nowMs);
    const route = routes.find(origin, { ...to, protocol: 'UDP' }, nowMs, known?.arrival);
    if (route === 'dropped') return;
    if (route === 'refused') throw new SystemError('ECONNREFUSED');
    if (route === 'unreachable') throw new SystemError('EHOSTUNREACH');
    let code: Errno = objects.nodeAt(route.address) ? 'ECONNREFUSED' : 'EHOSTUNREACH';
    for (const key of route.pods) {
      if (!this.#isAllowed(origin, key, route, known)) return;
      const server = { key, port: route.port };
      const seen = known && isSame(known, route) ? known.seen : this.#seen(origin, port, route);
      const pod = running(key);
      if (!pod?.deliver) continue;
      code = 'ECONNREFUSED';
      this.#flows.remember({ client, target: to, arrival: route, server, seen }, nowMs);
      if (await pod.deliver(route.port, data, seen)) return;
    }
    throw new SystemError(code);
  }

  /** Policies are looked at when a flow begins. */
  #isAllowed(origin: Origin, key: Key, route: Arrival, known: TrackedFlow | undefined): boolean {
    if (known && isSame(known, route)) return true;
    const { policies } = this.#ways;
    return policies.isAllowed(origin, policies.end(key, route.address), route.port, 'UDP');
  }

  #seen({ address }: Origin, port: number, { seenAs }: Arrival): PeerAddress {
    return seenAs === undefined ? { address, port } : { address: seenAs, port: this.#ways.nextPort() };
  }
}

const isSame = ({ arrival }: TrackedFlow, { address, port }: Arrival): boolean =>
  arrival.address === address && arrival.port === port;
