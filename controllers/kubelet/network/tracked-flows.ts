import type { PeerAddress } from '../../../server/kube/node-connector.ts';
import { type Key, keyText } from '../../../server/kube/object.ts';
import type { Arrival } from './routes.ts';

/** For how long a kernel remembers datagrams: net.netfilter.nf_conntrack_udp_timeout and …_stream. */
const UNANSWERED_MS = 30_000;
const ANSWERED_MS = 120_000;

/** Flows that are remembered; beyond that the oldest are forgotten. */
const FLOWS_MAX = 10_000;

/** A socket of a pod. */
export interface PodSocket {
  readonly key: Key;
  readonly port: number;
}

/** Datagrams from a socket to an address, and where they arrive. */
export interface TrackedFlow {
  readonly client: PodSocket;
  /** What the client sends to. */
  readonly target: PeerAddress;
  readonly arrival: Arrival;
  readonly server: PodSocket;
  /** Whom the server sees. */
  readonly seen: PeerAddress;
}

interface Remembered {
  readonly flow: TrackedFlow;
  untilMs: number;
  isAnswered: boolean;
}

const sentKey = ({ key, port }: PodSocket, to: PeerAddress): string =>
  `${keyText(key)} ${port} ${to.address} ${to.port}`;

/** Which datagrams belong together, so that answers find back through the address of a service: nf_conntrack. */
export class TrackedFlows {
  readonly #bySent = new Map<string, Remembered>();
  readonly #byAnswer = new Map<string, Remembered>();

  /** Where the last datagram from a socket to an address went. */
  sent(client: PodSocket, target: PeerAddress, nowMs: number): TrackedFlow | undefined {
    return this.#fresh(this.#bySent.get(sentKey(client, target)), nowMs)?.flow;
  }

  /** The flow that a datagram is an answer in. */
  answered(server: PodSocket, seen: PeerAddress, nowMs: number): TrackedFlow | undefined {
    const remembered = this.#fresh(this.#byAnswer.get(sentKey(server, seen)), nowMs);
    if (!remembered) return undefined;
    remembered.isAnswered = true;
    remembered.untilMs = nowMs + ANSWERED_MS;
    return remembered.flow;
  }

  /** A datagram goes this way. */
  remember(flow: TrackedFlow, nowMs: number): void {
    const key = sentKey(flow.client, flow.target);
    const before = this.#bySent.get(key);
    const isAnswered = before?.flow.arrival.address === flow.arrival.address && before.isAnswered;
    this.#forget(before);
    const remembered = { flow, isAnswered, untilMs: nowMs + (isAnswered ? ANSWERED_MS : UNANSWERED_MS) };
    this.#bySent.set(key, remembered);
    this.#byAnswer.set(sentKey(flow.server, flow.seen), remembered);
    if (this.#bySent.size <= FLOWS_MAX) return;
    const [oldest] = this.#bySent.values();
    this.#forget(oldest);
  }

  #fresh(remembered: Remembered | undefined, nowMs: number): Remembered | undefined {
    if (!remembered || nowMs < remembered.untilMs) return remembered;
    this.#forget(remembered);
    return undefined;
  }

  #forget(remembered: Remembered | undefined): void {
    if (!remembered) return;
    const { client, target, server, seen } = remembered.flow;
    this.#bySent.delete(sentKey(client, target));
    const answers = sentKey(server, seen);
    if (this.#byAnswer.get(answers) === remembered) this.#byAnswer.delete(answers);
  }
}
