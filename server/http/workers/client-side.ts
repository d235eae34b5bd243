/** The exchanges of one worker: what clients send goes to the owner of the state, and what it answers to them. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import type { MessagePort } from 'node:worker_threads';
import { LIMITS } from '../../kube/limits.ts';
import type { RawRequest, RawResponse } from '../exchange.ts';
import { peerOf } from '../peer.ts';
import { type Batch, BODY, FROM_CLIENT, Inbox, Outbox, TO_CLIENT } from './batch.ts';
import { headerLines, headersOf, rawLines } from './header-lines.ts';

/** Bytes of a body that the owner has not read yet; then the client waits. */
const WINDOW_BYTES = 256 * 1024;
/** What a client may be behind before its owner is told. */
const BEHIND_BYTES = LIMITS.watchBacklogBytes >> 4;

/** One that is open. */
interface Open {
  readonly body: Readable;
  readonly channel: Writable;
  /** Of an exchange; none of a tunnel. */
  readonly response: RawResponse | undefined;
  readonly socket: Socket | undefined;
  /** Whether there may be more of the body to come. */
  inPieces: boolean;
  unread: number;
  behind: number;
  ended: boolean;
}

export class ClientSide {
  readonly #outbox: Outbox;
  readonly #open = new Map<number, Open>();
  readonly #connections = new WeakMap<object, number>();
  #lastId = 0;
  #lastConnection = 0;
  /** Whose backlog may have grown. */
  readonly #written = new Set<number>();

  constructor(port: MessagePort) {
    this.#outbox = new Outbox(port);
  }

  /** A request: with its body, if that is known to be no larger than any may be; else the body follows in pieces. */
  take(request: RawRequest, response: RawResponse, url: string): void {
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
    const isUnknown = length === undefined && (encoding !== undefined || request.isOpen);
    if (request.bytes?.length) this.#begin(request, response, url, BODY.whole, request.bytes);
    else if (isUnknown || Number(length ?? 0) > LIMITS.bodyBytes)
      this.#begin(request, response, url, request.isOpen ? BODY.openPieces : BODY.pieces);
    else if (Number(length ?? 0) > 0 && !isEnded(request)) this.#gather(request, response, url);
    else this.#begin(request, response, url, BODY.none);
  }

  /** A connection that leaves HTTP: every byte of it goes to the owner from now on, beginning with the request. */
  tunnel(message: IncomingMessage, socket: Socket, head: Buffer): void {
    const { method = 'GET', url = '/', rawHeaders, httpVersion } = message;
    const lines = [`${method} ${url} HTTP/${httpVersion}`];
    for (let i = 0; i < rawHeaders.length; i += 2) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
    const begin = Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]);
    socket.on('error', () => socket.destroy());
    const connection = this.#connectionOf({ connection: socket, socket });
    const id = this.#keep({ body: socket, channel: socket, response: undefined, socket });
    this.#outbox.put(FROM_CLIENT.tunnel, id, connection, this.#outbox.place(begin), begin.length);
    this.#passOn(id);
  }

  read(batch: Batch): void {
    const inbox = new Inbox(batch);
    while (!inbox.isOver) this.#obey(inbox);
    for (const id of this.#written) this.#tellBacklog(id);
    this.#written.clear();
  }

  #keep({ body, channel, response, socket }: Pick<Open, 'body' | 'channel' | 'response' | 'socket'>): number {
    const id = ++this.#lastId;
    this.#open.set(id, { body, channel, response, socket, inPieces: false, unread: 0, behind: 0, ended: false });
    channel.once('close', () => {
      if (this.#open.delete(id)) this.#outbox.put(FROM_CLIENT.closed, id);
    });
    return id;
  }

  #begin(request: RawRequest, response: RawResponse, url: string, how: number, bytes?: Buffer): void {
    if (response.channel.destroyed) return;
    const connection = this.#connectionOf(request);
    const id = this.#keep({
      body: request.body,
      channel: response.channel,
      response,
      socket: undefined,
    });
    const { rawHeaders, headers } = request;
    const lines = headerLines(headers);
    const place = bytes ? this.#outbox.place(bytes) : -1;
    const raw = hasRepeated(rawHeaders, headers) ? rawLines(rawHeaders) : '';
    this.#outbox.put(
      FROM_CLIENT.request,
      id,
      connection,
      request.method,
      url,
      lines,
      raw,
      how,
      place,
      bytes?.length ?? 0,
    );
    if (how === BODY.pieces || how === BODY.openPieces) this.#passOn(id);
  }

  #gather(request: RawRequest, response: RawResponse, url: string): void {
    const chunks: Buffer[] = [];
    const { body } = request;
    body.on('data', (chunk: Buffer) => chunks.push(chunk));
    // A client that leaves in the middle has asked for nothing.
    body.once('error', () => undefined);
    body.once('end', () => {
      const bytes = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
      // HTTP/2 ends the stream of a client that goes away like one that has said everything.
      if (bytes.length < Number(request.headers['content-length'])) response.channel.destroy();
      else this.#begin(request, response, url, BODY.whole, bytes);
    });
  }

  #passOn(id: number): void {
    const open = this.#open.get(id);
    if (!open) return;
    open.inPieces = true;
    open.body.on('data', (chunk: Buffer) => {
      if (!this.#open.has(id) || (open.ended && open.response)) return;
      open.unread += chunk.length;
      this.#outbox.put(FROM_CLIENT.body, id, this.#outbox.place(chunk), chunk.length);
      if (open.unread >= WINDOW_BYTES) open.body.pause();
    });
    open.body.once('end', () => {
      if (this.#open.has(id)) this.#outbox.put(FROM_CLIENT.bodyEnd, id);
    });
    open.body.once('error', () => {
      if (this.#open.has(id)) this.#outbox.put(FROM_CLIENT.bodyBroken, id);
    });
  }

  #connectionOf(request: Pick<RawRequest, 'connection' | 'socket'>): number {
    const known = this.#connections.get(request.connection);
    if (known !== undefined) return known;
    const connection = ++this.#lastConnection;
    this.#connections.set(request.connection, connection);
    const { certificate, shown, ...rest } = peerOf(request as RawRequest);
    const authority = certificate?.authority?.();
    const text = JSON.stringify({ ...rest, ...(certificate && { certificate: { ...certificate, authority } }) });
    const bytes = shown?.();
    const place = bytes ? this.#outbox.place(bytes) : -1;
    this.#outbox.put(FROM_CLIENT.connection, connection, text, place, bytes?.length ?? 0);
    request.socket?.once('close', () => this.#outbox.put(FROM_CLIENT.connectionClosed, connection));
    return connection;
  }

  #obey(inbox: Inbox): void {
    const word = inbox.number();
    const id = inbox.number();
    if (word === TO_CLIENT.ping) {
      this.#outbox.put(FROM_CLIENT.pong, id);
      return;
    }
    const open = this.#open.get(id);
    switch (word) {
      case TO_CLIENT.answer: {
        const status = inbox.number();
        const headers = headersOf(inbox.text());
        const bytes = inbox.bytes();
        this.#open.delete(id);
        if (!open?.response || open.channel.destroyed) return;
        drop(open);
        open.response.writeHead(status, headers);
        if (bytes) open.channel.end(bytes);
        else open.channel.end();
        return;
      }
      case TO_CLIENT.head: {
        const status = inbox.number();
        const headers = headersOf(inbox.text());
        if (open && !open.channel.destroyed) open.response?.writeHead(status, headers);
        return;
      }
      case TO_CLIENT.flush:
        if (open && !open.channel.destroyed) open.response?.flush();
        return;
      case TO_CLIENT.write: {
        const bytes = inbox.bytes();
        if (!open || !bytes) return;
        open.channel.write(bytes, () => {
          if (this.#open.has(id)) this.#outbox.put(FROM_CLIENT.taken, id, bytes.length);
        });
        return;
      }
      case TO_CLIENT.frame: {
        const bytes = inbox.bytes();
        if (!open || !bytes || open.channel.destroyed) return;
        if (!open.channel.write(bytes)) this.#written.add(id);
        return;
      }
      case TO_CLIENT.end:
        if (!open) return;
        open.ended = true;
        if (open.response) drop(open);
        open.channel.end();
        return;
      case TO_CLIENT.destroy:
        if (open) destroy(open);
        return;
      case TO_CLIENT.breakOff: {
        const scope = inbox.number() === 1 ? 'connection' : 'request';
        const { response } = open ?? {};
        if (!response) return;
        if (response.headersSent) response.channel.write(NOTHING, () => response.breakOff(scope));
        else response.breakOff(scope);
        return;
      }
      case TO_CLIENT.read: {
        const bytes = inbox.number();
        if (!open) return;
        open.unread -= bytes;
        if (open.unread < WINDOW_BYTES && open.body.isPaused()) open.body.resume();
        return;
      }
    }
  }

  #tellBacklog(id: number): void {
    const open = this.#open.get(id);
    if (!open) return;
    const { writableLength } = open.channel;
    if (writableLength < BEHIND_BYTES) return;
    if (open.behind === 0)
      void once(open.channel, 'drain').then(
        () => {
          open.behind = 0;
          if (this.#open.has(id)) this.#outbox.put(FROM_CLIENT.backlog, id, 0);
        },
        () => undefined,
      );
    open.behind = writableLength;
    this.#outbox.put(FROM_CLIENT.backlog, id, writableLength);
  }
}

const NOTHING = Buffer.alloc(0);

/** Whether all of it is there, and empty. */
const isEnded = ({ body }: RawRequest): boolean => body.readableEnded;

/** Whoever is answered before all of the body was read need not keep the rest. */
function drop({ body, inPieces }: Open): void {
  if (!inPieces || body.readableEnded || body.destroyed) return;
  body.removeAllListeners('data');
  body.resume();
}

function destroy({ channel, response, socket, ended }: Open): void {
  if (!ended) channel.destroy();
  // What was written still leaves.
  else if (!response) socket?.destroySoon();
}

/** Whether a name comes several times, which only the raw headers tell. */
function hasRepeated(raw: readonly string[], headers: object): boolean {
  let names = 0;
  for (const _name in headers) names++;
  return raw.length !== 2 * names;
}
