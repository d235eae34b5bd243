import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2SecureServer } from 'node:http2';
import type { AddressInfo, Server as NetServer } from 'node:net';
import fastify, { type FastifyInstance, type RouteHandlerMethod } from 'fastify';
import { internalError } from '../kube/api-error.ts';
import { LIMITS } from '../kube/limits.ts';
import { encode, prepareEncoding } from '../pipeline/encode/encode.ts';
import type { ApiRequest, ApiResponse } from '../pipeline/request.ts';
import { addIdentifiers, auditIdOf } from './audit-id.ts';
import { compress, mayCompress } from './compress.ts';
import { corsHeaders } from './cors.ts';
import { messageRequest, messageResponse, type RawRequest, type RawResponse } from './exchange.ts';
import { serveStreams } from './http2-streams.ts';
import { IncomingRequest, peerOf } from './incoming-request.ts';
import { refuseMalformed } from './malformed.ts';
import { refusePlainHttp } from './plain-on-tls.ts';
import { type OpenWatches, respond } from './respond.ts';
import { addWebSocketWatch, streamMessages } from './websocket.ts';

/** Answers requests: a cluster's pipeline, with whatever stands before it. */
export type Answer = (request: ApiRequest) => Promise<ApiResponse>;

export interface HttpServerOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Without it the server speaks plain HTTP. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly clientCa: string | string[] };
  /** Origins whose programs in browsers may read answers; `*` for any. */
  readonly corsOrigins?: readonly string[];
  readonly answer: Answer;
  readonly now: () => number;
  /** Names a request whose client gave it no name. */
  readonly auditId: () => string;
  /** Told about faults of our own that no answer could be made of. */
  readonly onFault: (error: unknown, request: ApiRequest) => void;
}

export interface HttpServer {
  readonly port: number;
  /** Ends all watches and connections. */
  close(): Promise<void>;
}

/** Listens and serves until closed. @throws the error of `listen`, such as EADDRINUSE */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
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
  if (options.tls) {
    refusePlainHttp(app.server as unknown as NetServer);
    serveStreams(app.server as unknown as Http2SecureServer, take);
  }
  await app.listen({ host: options.host, port: options.port });
  const { port } = app.server.address() as AddressInfo;
  return {
    port,
    async close() {
      for (const watch of watches) watch.close();
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

function createApp({ tls }: HttpServerOptions): FastifyInstance {
  const common = {
    logger: false,
    bodyLimit: LIMITS.bodyBytes,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    clientErrorHandler: refuseMalformed,
    rewriteUrl: () => '/',
    schemaController: NO_SCHEMAS,
  } as const;
  const maxHeaderSize = LIMITS.headerBytes;
  if (!tls) return fastify({ ...common, http: { maxHeaderSize } }) as unknown as FastifyInstance;
  const { key, cert, clientCa: ca } = tls;
  const https = {
    allowHTTP1: true,
    maxHeaderSize,
    key,
    cert,
    ca,
    requestCert: true,
    rejectUnauthorized: false,
    settings: HTTP2_SETTINGS,
  };
  // Idle sessions cost nothing; a timer for them would be set anew by every frame.
  return fastify({ ...common, http2: true, https, http2SessionTimeout: 0 }) as unknown as FastifyInstance;
}

const noSchemas = (): never => {
  throw new Error('no route has a schema');
};

/** Routes have no schemas; without this Fastify loads a JSON Schema compiler at each start. */
const NO_SCHEMAS = { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } };

/** Go's defaults for servers: 250 streams of one connection at once. */
const HTTP2_SETTINGS = { maxConcurrentStreams: 250, initialWindowSize: 1 << 20 };

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
  options: HttpServerOptions,
  watches: OpenWatches,
): Promise<void> {
  const request = new IncomingRequest(raw, url, peerOf(raw));
  const auditId = auditIdOf(request, options.auditId);
  request.auditId = auditId;
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
