/** One worker, as the owner of the state sees it. */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Worker } from 'node:worker_threads';
import type { Peer } from '../../pipeline/request.ts';
import type { RawRequest, RawResponse } from '../exchange.ts';
import { introducePeer } from '../peer.ts';
import { type Batch, BODY, FROM_CLIENT, Inbox, Outbox, TO_CLIENT } from './batch.ts';
import type { WorkerNews, WorkerOrder, WorkerStart } from './connection-worker.ts';
import { RemoteExchange, RemoteStream } from './remote-exchange.ts';
import type { SocketSender } from './socket-channel.ts';

/** Who serves what comes from workers. */
export interface WorkerGuests {
  readonly take: (request: RawRequest, response: RawResponse, url: string) => void;
  /** A connection that has left TLS behind, and begins with an upgrade. */
  readonly tunnel: (connection: Duplex) => void;
}

export class WorkerLink {
  readonly #worker: Worker;
  readonly #sender: SocketSender;
  readonly #guests: WorkerGuests;
  readonly #outbox: Outbox;
  readonly #exchanges = new Map<number, RemoteExchange>();
  readonly #tunnels = new Map<number, RemoteStream>();
  /** What stands for connections, by their numbers. */
  readonly #connections = new Map<number, { readonly peer: Peer }>();
  readonly #questions = new Map<number, () => void>();
  #lastQuestion = 0;
  #lastShown = 0;
  /** Sockets that wait until the worker shows the right certificate. */
  #waiting: Socket[] | undefined;
  #closed: (() => void) | undefined;
  readonly #forget = (id: number): void => void this.#exchanges.delete(id);

  constructor(worker: Worker, sender: SocketSender, guests: WorkerGuests) {
    this.#worker = worker;
    this.#sender = sender;
    this.#guests = guests;
    this.#outbox = new Outbox(worker);
    worker.on('message', (message: Batch | WorkerNews) => {
      if ('news' in message) this.#hear(message);
      else this.#read(message);
    });
  }

  /** Gives it a connection that was accepted. */
  give(socket: Socket): void {
    if (this.#waiting) this.#waiting.push(socket);
    else this.#sender.send(socket);
  }

  show(tls: WorkerStart['tls']): void {
    this.#waiting ??= [];
    this.#order({ order: 'show', tls, number: ++this.#lastShown });
  }

  /** Resolves when all that was said before has been written to its clients. */
  delivered(): Promise<void> {
    return new Promise((resolve) => {
      const number = ++this.#lastQuestion;
      this.#questions.set(number, resolve);
      this.#outbox.put(TO_CLIENT.ping, number);
    });
  }

  /** Ends its connections, and then the worker. */
  async close(): Promise<void> {
    this.#outbox.flush();
    const closed = new Promise<void>((resolve) => {
      this.#closed = resolve;
    });
    this.#order({ order: 'close' });
    await closed;
    this.ended();
    await this.#worker.terminate();
  }

  /** The worker is gone, and all of its connections. */
  ended(): void {
    this.#closed?.();
    this.#sender.close();
    for (const exchange of this.#exchanges.values()) exchange.gone();
    for (const tunnel of this.#tunnels.values()) tunnel.gone();
    for (const answered of this.#questions.values()) answered();
    for (const socket of this.#waiting ?? []) socket.destroy();
    this.#exchanges.clear();
    this.#tunnels.clear();
    this.#questions.clear();
  }

  #order(order: WorkerOrder): void {
    this.#worker.postMessage(order);
  }

  #hear(news: WorkerNews): void {
    if (news.news === 'closed') this.#closed?.();
    // Of several orders the last one counts.
    if (news.news !== 'shown' || news.number !== this.#lastShown) return;
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const socket of waiting) this.#sender.send(socket);
  }

  #read(batch: Batch): void {
    const inbox = new Inbox(batch);
    while (!inbox.isOver) this.#hearWord(inbox);
  }

  #hearWord(inbox: Inbox): void {
    const word = inbox.number();
    const id = inbox.number();
    switch (word) {
      case FROM_CLIENT.request:
        this.#request(id, inbox);
        return;
      case FROM_CLIENT.connection:
        this.#connection(id, inbox);
        return;
      case FROM_CLIENT.connectionClosed:
        this.#connections.delete(id);
        return;
      case FROM_CLIENT.tunnel:
        this.#tunnel(id, inbox);
        return;
      case FROM_CLIENT.body: {
        const bytes = inbox.bytes();
        if (bytes) this.#streamOf(id)?.arrived(bytes);
        return;
      }
      case FROM_CLIENT.bodyEnd:
        this.#streamOf(id)?.push(null);
        return;
      case FROM_CLIENT.bodyBroken:
        this.#streamOf(id)?.destroy(new Error('the client has gone'));
        return;
      case FROM_CLIENT.closed:
        this.#exchanges.get(id)?.gone();
        this.#tunnels.get(id)?.gone();
        this.#exchanges.delete(id);
        this.#tunnels.delete(id);
        return;
      case FROM_CLIENT.taken:
        this.#streamOf(id)?.left(inbox.number());
        return;
      case FROM_CLIENT.backlog:
        this.#exchanges.get(id)?.behind(inbox.number());
        return;
      case FROM_CLIENT.pong:
        this.#questions.get(id)?.();
        this.#questions.delete(id);
        return;
    }
  }

  #streamOf(id: number): RemoteStream | undefined {
    return this.#tunnels.get(id) ?? this.#exchanges.get(id)?.stream;
  }

  #connection(id: number, inbox: Inbox): void {
    const { certificate, ...peer } = JSON.parse(inbox.text()) as Peer & { certificate?: { authority?: string } };
    const shown = inbox.bytes();
    const authority = certificate?.authority as string | undefined;
    const connection = {
      peer: {
        ...peer,
        ...(certificate && { certificate: { ...certificate, authority: () => authority } }),
        ...(shown && { shown: () => shown }),
      } as Peer,
    };
    introducePeer(connection, connection.peer);
    this.#connections.set(id, connection);
  }

  #request(id: number, inbox: Inbox): void {
    const connection = this.#connections.get(inbox.number()) ?? { peer: { address: '' } };
    const method = inbox.text();
    const url = inbox.text();
    const headers = inbox.text();
    const rawHeaders = inbox.text();
    const how = inbox.number();
    const bytes = inbox.bytes() ?? (how === BODY.none ? NOTHING : undefined);
    const isOpen = how === BODY.openPieces;
    const head = { method, headers, rawHeaders, connection, bytes, isOpen };
    const exchange = new RemoteExchange(id, head, this.#outbox, this.#forget);
    this.#exchanges.set(id, exchange);
    this.#guests.take(exchange, exchange, url);
  }

  #tunnel(id: number, inbox: Inbox): void {
    const { peer } = this.#connections.get(inbox.number()) ?? { peer: { address: '' } };
    const stream = new RemoteStream(id, this.#outbox, 0);
    this.#tunnels.set(id, stream);
    introducePeer(stream, peer);
    Object.assign(stream, { encrypted: true, alpnProtocol: 'http/1.1', remoteAddress: peer.address });
    const bytes = inbox.bytes();
    if (bytes) stream.arrived(bytes);
    this.#guests.tunnel(stream);
  }
}

const NOTHING = Buffer.alloc(0);
