import type { Socket } from 'node:net';
import { methodNotAllowed } from '../kube/api-error.ts';

/** What Node tells of a request that its parser refuses. */
type ParserError = Error & { code?: string; rawPacket?: unknown };

/** What net/http says about bytes that are no request that it takes, word for word. */
function plain(status: string): string {
  return `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${status}`;
}

/** Go reads any word as a method, and then none of the routes has it; Node's parser only knows registered ones. */
function unknownMethod(): string {
  const body = `${JSON.stringify(methodNotAllowed().status)}\n`;
  return [
    'HTTP/1.1 405 Method Not Allowed',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}

const REQUEST_LINE = /^[\w!#$%&'*+.^`|~-]+ \S+ HTTP\/1\.[01]\r?\n/;

function answerTo({ code, rawPacket }: ParserError): string {
  switch (code) {
    case 'HPE_INVALID_METHOD':
      return REQUEST_LINE.test(Buffer.isBuffer(rawPacket) ? rawPacket.toString('latin1') : '')
        ? unknownMethod()
        : plain('400 Bad Request');
    case 'HPE_HEADER_OVERFLOW':
      return plain('431 Request Header Fields Too Large');
    default:
      return plain('400 Bad Request');
  }
}

/** Whoever took too long has no answer from net/http. */
const SILENT = new Set(['ECONNRESET', 'ERR_HTTP_REQUEST_TIMEOUT', 'ERR_TLS_HANDSHAKE_TIMEOUT']);

/** Answers what the parser refuses, and ends the connection: nobody can tell where the next request would begin. */
export function refuseMalformed(error: ParserError, socket: Socket): void {
  if (SILENT.has(error.code ?? '') || !socket.writable) socket.destroy();
  else socket.end(answerTo(error));
}
