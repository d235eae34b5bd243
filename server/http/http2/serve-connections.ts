import type { Server, TLSSocket } from 'node:tls';
import { Http2Connection, type Serve } from './connection.ts';

/** Takes the connections whose client speaks HTTP/2; others stay Node's. */
export function serveHttp2(server: Server, serve: Serve): void {
  const usual = server.listeners('secureConnection') as ((socket: TLSSocket) => void)[];
  server.removeAllListeners('secureConnection');
  server.on('secureConnection', (socket: TLSSocket) => {
    if (socket.alpnProtocol === 'h2') new Http2Connection(socket, serve);
    else for (const take of usual) take.call(server, socket);
  });
}
