import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Server as TlsServer } from 'node:tls';
import fastify, { type FastifyInstance, type RouteHandlerMethod } from 'fastify';
import { Rounds } from '../base/rounds.ts';
import { internalError } from '../kube/api-error.ts';
import { LIMITS } from '../kube/limits.ts';
import { type CertificateAndKey, type SecureAccept, tlsAcceptor } from '../kube/tls/secure-server.ts';
import type { AuditIds } from '../pipeline/audit/audit-ids.ts';
import { encode, prepareEncoding } from '../pipeline/encode/encode.ts';
import type { ApiRequest, ApiResponse } from '../pipeline/request.ts';
import { addIdentifiers, nameRequest } from './audit-id.ts';
import { compress, mayCompress } from './compress.ts';
import { takeConnects } from './connect-requests.ts';
import {
  CONNECTION_TIMES,
  type ConnectionTimes,
  http1Times,
  lookAtConnections,
  lookNoMore,
} from './connection-times.ts';
import { corsHeaders } from './cors.ts';
import { messageRequest, messageResponse, type RawRequest, type RawResponse } from './exchange.ts';
import { serveHttp2 } from './http2/serve-connections.ts';
import { IncomingRequest } from './incoming-request.ts';
import { refuseMalformed } from './malformed.ts';
import { peerOf } from './peer.ts';
import { refusePlainHttp } from './plain-on-tls.ts';
import { type OpenWatches, respond } from './respond.ts';
import { secureOptions } from './secure-options.ts';
import { addWebSocketWatch, streamMessages } from './websocket.ts';
import type { WorkerGuests } from './workers/worker-link.ts';

/** Answers requests: a cluster's pipeline, with whatever stands before it. */
export type Answer = (request: ApiRequest) => Promise<ApiResponse>;

/** How connections are served, wherever they come from. */
export interface ServingOptions {
  /** Without it the server speaks plain HTTP. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly clientCa: string | string[] };
  /** Origins whose programs in browsers may read answers; `*` for any. */
  readonly corsOrigins?: readonly string[];
  readonly answer: Answer;
  readonly now: () => number;
  /** Names a request whose client gave it no name. */
  readonly auditIds: AuditIds;
  /** Told about faults of our own that no answer could be made of. */
  readonly onFault: (error: unknown, request: ApiRequest) => void;
  /** Those of a kube-apiserver unless given. */
  readonly times?: ConnectionTimes;
}

export interface HttpServerOptions extends ServingOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Threads that have the connections; none unless given. Only of a server with TLS. */
  readonly workers?: number;
  /** Told of a worker that has come to an end, before another one takes its place. */
  readonly onWorkerEnd?: (error: Error) => void;
}

export interface HttpServer {
  readonly port: number;
  /** Shows new TLS connections another certificate; the usual one without. */
  show(certificate: CertificateAndKey | undefined): void;
  /** Takes a connection that comes from inside the process, as if somebody had dialed the port. */
  accept(connection: Duplex): void;
  /** Resolves when what was written has been handed to the sockets. */
  delivered(): Promise<void>;
  /** Ends all watches and connections. */
  close(): Promise<void>;
}

/** Listens and serves until closed. @throws the error of `listen`, such as EADDRINUSE */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { app, guests, ...open } = await openServer(options);
  const { host, port, workers = 0, tls, onWorkerEnd: onEnd = () => undefined } = options;
  if (workers === 0 || !tls) {
    await app.listen({ host, port });
    return { ...open, port: (app.server.address() as AddressInfo).port };
  }
  lookAtConnections(app.server);
  const { startWorkers } = await import('./workers/worker-pool.ts');
  const pool = await startWorkers({ workers, host, port, tls, guests, onEnd });
  return {
    ...open,
    port: pool.port,
    show(certificate) {
      open.show(certificate);
      pool.show({ ...tls, ...certificate });
    },
    delivered: () => pool.delivered(),
    async close() {
      const closed = open.close();
      await Promise.all([closed, pool.close()]);
    },
  };
}

/** Serves connections that are handed to it, and listens nowhere. */
export async function openHttpServer(options: ServingOptions): Promise<Omit<HttpServer, 'port'>> {
  const { app, guests: _guests, ...server } = await openServer(options);
  lookAtConnections(app.server);
  return server;
}

async function openServer(
  options: ServingOptions,
): Promise<Omit<HttpServer, 'port'> & { readonly app: FastifyInstance; readonly guests: WorkerGuests }> {
  const watches: OpenWatches = new Set();
  const app = createApp(options);
  await addWebSocketWatch(app, options, watches);
  const connections = new Set<{ destroy(): void }>();
  app.server.on('connection', (socket: { destroy(): void; once(event: 'close', run: () => void): void }) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  const take = (request: RawRequest, response: RawResponse, url: string): void =>
    void serve(request, response, url, options, watches);
  // Path, method and body are ours to read: Fastify's router would decode the one, know too few of the others, and
  // refuse content types in words of its own.
  app.addHook('onRequest', async (request, reply) => {
    if (request.ws) return;
    reply.hijack();
    take(
      messageRequest(request.raw as IncomingMessage),
      messageResponse(reply.raw as ServerResponse),
      request.originalUrl,
    );
  });
  app.route({
    method: 'GET',
    url: '/',
    handler: unreachable,
    wsHandler: (socket, request) => streamMessages(socket, request.raw, watches),
  });
  await app.ready();
  takeConnects(app.server, take);
  const { times = CONNECTION_TIMES } = options;
  const rounds = new Rounds(times.clock, times.lookMs);
  if (options.tls) refusePlainHttp(app.server as unknown as NetServer, rounds, times.headMs);
  const http2 = options.tls && serveHttp2(app.server as unknown as TlsServer, take, rounds);
  let accept = acceptor(app.server, options);
  const keep = (connection: Duplex): void => {
    connections.add(connection);
    connection.once('close', () => connections.delete(connection));
  };
  const guests: WorkerGuests = {
    take,
    tunnel(connection) {
      keep(connection);
      // Where a connection speaks HTTP/1.1, Node writes what that needs to the server of its socket.
      Object.assign(connection, { server: app.server });
      app.server.emit('secureConnection', connection);
    },
  };
  return {
    app,
    guests,
    delivered: async () => undefined,
    accept(connection) {
      keep(connection);
      accept(connection);
    },
    show(certificate) {
      if (!options.tls) return;
      const tls = { ...options.tls, ...certificate };
      (app.server as unknown as TlsServer).setSecureContext({ key: tls.key, cert: tls.cert, ca: tls.clientCa });
      accept = acceptor(app.server, { tls });
    },
    async close() {
      for (const watch of watches) watch.close();
      http2?.end();
      lookNoMore(app.server);
      const closed = app.close();
      // What is written gets a turn to leave; idle connections would keep the server open.
      setImmediate(() =>
        setImmediate(() => {
          for (const socket of connections) socket.destroy();
        }),
      );
      await closed;
    },
  };
}

/** Node's server would not know who is at the other end of what is no socket. */
function acceptor(server: EventEmitter, { tls }: Pick<ServingOptions, 'tls'>): (connection: Duplex) => void {
  if (!tls) return (connection) => void server.emit('connection', connection);
  let accept: SecureAccept | undefined;
  return (connection) => {
    accept ??= tlsAcceptor({ ...tls, protocols: ['h2', 'http/1.1'] });
    accept(connection, (socket) => {
      // Where a connection turns out to speak HTTP/1.1, Node writes what that needs to the server of its socket.
      Object.assign(socket, { server });
      server.emit('secureConnection', socket);
    });
  };
}

function createApp({ tls, times = CONNECTION_TIMES }: Pick<ServingOptions, 'tls' | 'times'>): FastifyInstance {
  const common = {
    logger: false,
    bodyLimit: LIMITS.bodyBytes,
    forceCloseConnections: true,
    keepAliveTimeout: times.idleMs,
    exposeHeadRoutes: false,
    clientErrorHandler: refuseMalformed,
    rewriteUrl: () => '/',
    schemaController: NO_SCHEMAS,
  } as const;
  const maxHeaderSize = LIMITS.headerBytes;
  if (!tls) return fastify({ ...common, http: { maxHeaderSize, ...http1Times(times) } }) as unknown as FastifyInstance;
  return fastify({ ...common, https: secureOptions(tls, times) }) as unknown as FastifyInstance;
}

const noSchemas = (): never => {
  throw new Error('no route has a schema');
};

/** Routes have no schemas; without this Fastify loads a JSON Schema compiler at each start. */
const NO_SCHEMAS = { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } };

/** net/http refuses such a path before anybody sees it. */
const MALFORMED_ESCAPE = /%(?![0-9a-fA-F]{2})/;

const BAD_REQUEST: ApiResponse = {
  type: 'bytes',
  status: 400,
  mediaType: 'text/plain; charset=utf-8',
  body: '400 Bad Request',
};

/** Requests that are not answered by the hook below are upgrades, which have a handler of their own. */
const unreachable: RouteHandlerMethod = () => {
  throw new Error('a request came past the hook that answers it');
};

/** The plainest of answers: nothing that could have failed is used again. */
function tellFault(response: RawResponse, error: Error, auditId: string): void {
  response.writeHead(500, { 'content-type': 'application/json', 'audit-id': auditId });
  response.channel.end(JSON.stringify(internalError(error.message).status));
}

async function serve(
  raw: RawRequest,
  response: RawResponse,
  url: string,
  options: ServingOptions,
  watches: OpenWatches,
): Promise<void> {
  if (url === '*' && raw.method === 'OPTIONS') {
    // net/http answers it before anybody else sees it.
    response.writeHead(200, { 'content-length': '0' });
    response.channel.end();
    return;
  }
  const request = new IncomingRequest(raw, url, peerOf(raw));
  const auditId = nameRequest(request, options.auditIds);
  const cors = options.corsOrigins && corsHeaders(request.header('origin'), options.corsOrigins);
  if (cors && request.method === 'OPTIONS') {
    response.writeHead(204, { ...cors, 'audit-id': auditId });
    response.channel.end();
    return;
  }
  try {
    const answer = MALFORMED_ESCAPE.test(request.path) ? BAD_REQUEST : await options.answer(request);
    // Nearly every answer is JSON, which needs no turn of its own.
    const loading = prepareEncoding(request);
    if (loading) await loading;
    const wire = encode(request, answer, options.now);
    if (cors) Object.assign(wire.headers, cors);
    addIdentifiers(wire.headers, request, auditId);
    const sent = mayCompress(answer, wire, request.header('accept-encoding')) ? await compress(wire) : wire;
    await respond(response, sent, watches, request.method === 'HEAD');
  } catch (error) {
    options.onFault(error, request);
    // Whatever was written of the answer is not the whole of it: the client must not take it for one.
    if (response.headersSent) response.channel.destroy();
    else tellFault(response, error as Error, auditId);
  }
}
