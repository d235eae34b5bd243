import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type SecureAccept, type TlsIdentity, tlsAcceptor } from '../../../../server/kube/tls/secure-server.ts';
import { SystemError } from '../machine/errno.ts';
import type { Accepted } from '../machine/network.ts';
import type { Process } from '../machine/process.ts';
import { listenFor } from './listen.ts';

/** One request to a program, and what it answers with. */
export interface HttpCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** As it came, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Who asked: address and port. */
  readonly remote: { readonly address: string; readonly port: number };
  /** What the client sent. @throws SystemError when it is more than a program holds */
  readonly body: () => Promise<Buffer>;
}

/** `10.244.1.7:40000`, `[fd00::7]:40000`. */
export const hostAndPort = ({ address, port }: HttpCall['remote']): string =>
  `${address.includes(':') ? `[${address}]` : address}:${port}`;

export type HttpHandler = (call: HttpCall) => Promise<void> | void;

/** Whoever came through the pod's own door, as port-forward does. */
const LOOPBACK = { address: '127.0.0.1', port: 40_000 } as const;

const BAD_REQUEST =
  'HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request';

async function bodyOf(process: Process, request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const read = async (): Promise<void> => {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > process.machine.limits.programBytes) throw new SystemError('ENOMEM');
      chunks.push(chunk);
    }
  };
  await process.block(read());
  return Buffer.concat(chunks);
}

function callOf(process: Process, request: IncomingMessage, response: ServerResponse): HttpCall {
  const [path = '/', ...query] = (request.url ?? '/').split('?');
  const { remoteAddress = LOOPBACK.address, remotePort = LOOPBACK.port } = request.socket as unknown as Accepted;
  return {
    request,
    response,
    path,
    query: new URLSearchParams(query.join('?')),
    remote: { address: remoteAddress, port: remotePort },
    body: () => bodyOf(process, request),
  };
}

/**
 * Listens on a port for a process: each request is answered in a thread of its own. With the process end its
 * connections.
 *
 * @param tls for HTTPS: what is shown, or who takes connections
 * @throws SystemError when the port is taken
 */
export function serveHttp(process: Process, port: number, handle: HttpHandler, tls?: TlsIdentity | SecureAccept): void {
  const answer = async (call: HttpCall): Promise<void> => {
    try {
      await process.step();
      await handle(call);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      if (!call.response.headersSent) call.response.writeHead(500);
      call.response.end();
    }
  };
  // Nothing times out by the host's clock.
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 }, (request, response) => {
    response.on('error', () => undefined);
    void process.thread(() => answer(callOf(process, request, response)));
  });
  // In Go's words; what was sent so far has to leave before the connection goes.
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end(BAD_REQUEST);
    else socket.destroy();
  });
  const serve = (connection: Duplex): boolean => server.emit('connection', connection);
  const secure = typeof tls === 'object' ? tlsAcceptor(tls) : tls;
  listenFor(process, port, (connection) => (secure ? secure(connection, serve) : serve(connection)));
}

/** What net/http takes for a page: http.DetectContentType. */
const PAGE =
  /^[\t\n\f\r ]*<(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|!--)[ >]/i;

/** What net/http calls an answer whose type nobody tells. */
function sniffedType(text: string): string {
  if (PAGE.test(text)) return 'text/html; charset=utf-8';
  return /^[\t\n\f\r ]*<\?xml/.test(text) ? 'text/xml; charset=utf-8' : 'text/plain; charset=utf-8';
}

/** Answers as Go's servers answer a request that they write a text to. */
export function sendText({ response }: HttpCall, text: string, status = 200, type = sniffedType(text)): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
