/** Sessions over SPDY/3.1, where the client opens every channel: k8s.io/cri-streaming's httpstream.go. */
import type { Duplex } from 'node:stream';
import type { Clock } from '../base/clock.ts';
import type { Status } from '../kube/api-error.ts';
import { LIMITS } from '../kube/limits.ts';
import type { SessionOffer, StreamChannel, StreamSession } from '../kube/stream-session.ts';
import { ended } from './ended.ts';
import { type StatusForm, statusText } from './session-status.ts';
import { SpdyConnection } from './spdy/spdy-connection.ts';
import type { SpdyStream } from './spdy/spdy-stream.ts';

class SpdySession implements StreamSession {
  readonly #connection: SpdyConnection;
  readonly #form: StatusForm;
  readonly #channels = new Map<string, SpdyStream>();
  readonly #awaited: Set<string>;
  readonly #begin: () => void;
  #opened: ((channel: StreamChannel) => void) | undefined;
  #closed: (() => void) | undefined;
  #isClosed = false;

  /**
   * @param awaited the channels without which there is nothing to begin with
   * @param begin called when they are there
   */
  constructor(transport: Duplex, form: StatusForm, awaited: readonly string[], begin: () => void, clock: Clock) {
    this.#form = form;
    this.#awaited = new Set(awaited);
    this.#begin = begin;
    const events = { opened: (stream: SpdyStream) => this.#open(stream), closed: () => this.#close() };
    this.#connection = new SpdyConnection(transport, events, clock);
  }

  /** Ends the session if the client has not opened what it has to. */
  expire(): void {
    if (this.#awaited.size > 0) this.#connection.close();
  }

  channel(name: string): Duplex | undefined {
    return this.#channels.get(name);
  }

  onChannel(opened: (channel: StreamChannel) => void): void {
    this.#opened = opened;
    for (const stream of this.#channels.values()) opened(channelOf(stream));
  }

  onClose(closed: () => void): void {
    this.#closed = closed;
    if (this.#isClosed) closed();
  }

  finish(status: Status): void {
    const error = this.#channels.get('error');
    const text = statusText(status, this.#form);
    if (error && text !== '' && error.writable) error.write(text);
    const channels = [...this.#channels.values()];
    void Promise.all(channels.map((stream) => ended(stream))).then(() => this.#connection.close());
  }

  #open(stream: SpdyStream): void {
    const channel = channelOf(stream);
    // Forwarded connections have channels of the same names; whoever forwards them keeps them.
    if (this.#opened) {
      this.#opened(channel);
      return;
    }
    this.#channels.set(channel.name, stream);
    if (!this.#awaited.delete(channel.name) || this.#awaited.size > 0) return;
    // The last one has to be answered before anything is said on it.
    queueMicrotask(this.#begin);
  }

  #close(): void {
    this.#isClosed = true;
    this.#closed?.();
  }
}

const channelOf = (stream: SpdyStream): StreamChannel => ({
  name: stream.headers.get('streamtype') ?? '',
  id: stream.id,
  headers: stream.headers,
  stream,
});

/** Versions that cannot tell a terminal how large it is. */
const WITHOUT_RESIZE = new Set(['channel.k8s.io', 'v2.channel.k8s.io']);

/** @param protocol what client and server have agreed on: `v4.channel.k8s.io`, `portforward.k8s.io` */
export function startSpdySession(transport: Duplex, offer: SessionOffer, protocol: string, clock: Clock): void {
  const form: StatusForm = protocol === 'v4.channel.k8s.io' ? 'status' : 'text';
  if (offer.kind.type === 'port-forward') {
    const session = new SpdySession(transport, form, [], () => undefined, clock);
    offer.start(session);
    return;
  }
  const wanted = offer.kind.channels.filter((name) => name !== 'resize' || !WITHOUT_RESIZE.has(protocol));
  const begin = (): void => offer.start(session);
  const session: SpdySession = new SpdySession(transport, form, ['error', ...wanted], begin, clock);
  const cancel = clock.schedule(LIMITS.streamCreationMs, () => session.expire());
  transport.once('close', cancel);
}
