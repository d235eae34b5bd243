import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { messageRequest, messageResponse, type RawRequest, type RawResponse } from './exchange.ts';

/** Node gives a connection away when CONNECT comes; to Go's server that is a request like any other. */
export function takeConnects(
  server: Server,
  take: (request: RawRequest, response: RawResponse, url: string) => void,
): void {
  server.on('connect', (message: IncomingMessage, socket: Duplex) => {
    const response = new ServerResponse(message);
    // Node's parser has left this connection for good: the client must not send another request on it.
    response.shouldKeepAlive = false;
    socket.on('error', () => socket.destroy());
    response.assignSocket(message.socket);
    response.once('finish', () => socket.end());
    take(messageRequest(message), messageResponse(response), message.url ?? '');
  });
}
