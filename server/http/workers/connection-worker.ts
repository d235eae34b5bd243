/** What runs in a worker: TLS, HTTP, and the bytes of both. Whoever owns the state answers. */
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { Server as NetServer, Socket } from 'node:net';
import type { Server as TlsServer } from 'node:tls';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { Rounds } from '../../base/rounds.ts';
import type { CertificateAndKey } from '../../kube/tls/secure-server.ts';
import { takeConnects } from '../connect-requests.ts';
import { CONNECTION_TIMES, lookAtConnections } from '../connection-times.ts';
import { messageRequest, messageResponse } from '../exchange.ts';
import type { Serve } from '../http2/connection.ts';
import { serveHttp2 } from '../http2/serve-connections.ts';
import { refuseMalformed } from '../malformed.ts';
import { refusePlainHttp } from '../plain-on-tls.ts';
import { secureOptions } from '../secure-options.ts';
import type { Batch } from './batch.ts';
import { ClientSide } from './client-side.ts';
import { receiveSockets } from './socket-channel.ts';

/** What a worker is given at its start. */
export interface WorkerStart {
  readonly path: string;
  readonly tls: CertificateAndKey & { readonly clientCa: string | string[] };
}

/** What it is told besides batches. */
export type WorkerOrder =
  | { readonly order: 'show'; readonly tls: WorkerStart['tls']; readonly number: number }
  | { readonly order: 'close' };

/** What it tells besides batches. */
export type WorkerNews =
  | { readonly news: 'ready' }
  | { readonly news: 'shown'; readonly number: number }
  | { readonly news: 'closed' };

function start(port: MessagePort, { path, tls }: WorkerStart): void {
  const side = new ClientSide(port);
  const server = createServer(secureOptions(tls));
  const connections = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  server.on('request', (message, response) => {
    // Requests of HTTP/2 come as streams.
    const { url } = message;
    side.take(messageRequest(message), messageResponse(response), url ?? '/');
  });
  server.on('upgrade', (message: IncomingMessage, socket: Socket, head: Buffer) => side.tunnel(message, socket, head));
  server.on('clientError', refuseMalformed);
  const take: Serve = (request, response, url) => side.take(request, response, url);
  takeConnects(server, take);
  const { clock, lookMs, headMs } = CONNECTION_TIMES;
  const rounds = new Rounds(clock, lookMs);
  refusePlainHttp(server as unknown as NetServer, rounds, headMs);
  const http2 = serveHttp2(server as unknown as TlsServer, take, rounds);
  lookAtConnections(server);
  const tell = (news: WorkerNews): void => port.postMessage(news);
  port.on('message', (message: Batch | WorkerOrder) => {
    if (!('order' in message)) side.read(message);
    else if (message.order === 'show') {
      const { key, cert, clientCa: ca } = message.tls;
      (server as unknown as TlsServer).setSecureContext({ key, cert, ca });
      tell({ news: 'shown', number: message.number });
    } else {
      http2.end();
      // What is written gets a turn to leave.
      setImmediate(() =>
        setImmediate(() => {
          for (const connection of connections) connection.destroy();
          setImmediate(() => tell({ news: 'closed' }));
        }),
      );
    }
  });
  receiveSockets(path, (socket) => void server.emit('connection', socket)).then(
    () => tell({ news: 'ready' }),
    (error: unknown) =>
      setImmediate(() => {
        throw error;
      }),
  );
}

if (parentPort) start(parentPort, workerData as WorkerStart);
