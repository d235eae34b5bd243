import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { constants, type Http2SecureServer, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { HangUpScope } from '../pipeline/request.ts';
import type { RawRequest, RawResponse } from './exchange.ts';

/** A stream as the request that it brings. */
class StreamRequest implements RawRequest {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: ServerHttp2Stream;
  readonly isOpen: boolean;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, rawHeaders: readonly string[], isOpen: boolean) {
    this.body = stream;
    this.isOpen = isOpen;
    this.headers = headers;
    this.rawHeaders = rawHeaders;
    this.method = String(headers[':method'] ?? 'GET');
  }

  get connection(): object {
    return this.body.session ?? this.body;
  }

  get socket(): Socket | undefined {
    return this.body.session?.socket;
  }
}

/** A stream as the response that goes back. */
class StreamResponse implements RawResponse {
  readonly channel: ServerHttp2Stream;

  constructor(stream: ServerHttp2Stream) {
    this.channel = stream;
  }

  get headersSent(): boolean {
    return this.channel.headersSent;
  }

  writeHead(status: number, headers: OutgoingHttpHeaders): void {
    if (this.channel.destroyed) return;
    // The headers are this response's own: a copy of them would cost as much as sending them.
    headers[':status'] = status;
    this.channel.respond(headers);
  }

  flush(): void {
    // HTTP/2 sends the head as it is.
  }

  breakOff(scope: HangUpScope): void {
    const { channel } = this;
    const { session } = channel;
    // Node ends a stream before it resets it: without a length, the client would take the part for the whole.
    channel._final = (done) => done();
    // Nobody may destroy the socket of a session, but it may end by itself: no GOAWAY goes before.
    if (scope === 'connection' && session && !session.destroyed) session.socket.destroySoon();
    // What Go's server sends for a handler that aborts.
    else channel.close(constants.NGHTTP2_INTERNAL_ERROR);
  }
}

const destroyNow = (stream: ServerHttp2Stream, error?: Error): ServerHttp2Stream =>
  Duplex.prototype.destroy.call(stream, error) as ServerHttp2Stream;

/** Streams that are over, whose last write Node has not noted yet. */
let over: ServerHttp2Stream[] = [];

function destroyAll(): void {
  const streams = over;
  over = [];
  for (const stream of streams) destroyNow(stream);
}

/**
 * Destroys a stream once its last write has been noted, a turn of the event loop later. Node does so before, and then
 * makes an error with a stack for whoever waits for the end of the stream, which nobody does: four percent of the
 * processor time of a request.
 */
function destroyWhenNoted(this: ServerHttp2Stream, error?: Error): ServerHttp2Stream {
  if (error || this.writableLength === 0) return destroyNow(this, error);
  if (over.push(this) === 1) setImmediate(destroyAll);
  return this;
}

type Serve = (request: RawRequest, response: RawResponse, url: string) => void;

/**
 * Takes HTTP/2 streams as they come. Node would wrap each into two objects that look like HTTP/1.1, and Fastify into
 * two more: for a GET whose bytes are there already, that is a third of the work.
 */
export function serveStreams(server: Http2SecureServer, serve: Serve): void {
  const take = (
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    flags: number,
    rawHeaders: readonly string[],
  ): void => {
    stream.on('error', () => undefined); // a client that goes away is no error of ours
    stream.destroy = destroyWhenNoted;
    // Whoever is answered before all of the body was read need not keep it.
    const isOpen = (flags & constants.NGHTTP2_FLAG_END_STREAM) === 0;
    if (isOpen) stream.once('finish', () => stream.resume());
    if (headers.expect === '100-continue') stream.additionalHeaders({ ':status': 100 });
    const url = String(headers[':path'] ?? '/');
    serve(new StreamRequest(stream, headers, rawHeaders, isOpen), new StreamResponse(stream), url);
  };
  server.removeAllListeners('stream');
  server.on('stream', take);
}
