import type { Server, Socket } from 'node:net';

/** The first byte of a TLS record that begins a handshake. */
const TLS_HANDSHAKE = 0x16;

/** What net/http answers to HTTP on a TLS port, word for word. */
const ANSWER = 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n';

/** Looks at the first byte of each connection, and answers those that speak HTTP instead of TLS as a Go server does. */
export function refusePlainHttp(server: Server): void {
  const listeners = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    socket.once('error', () => socket.destroy());
    socket.once('data', (first: Buffer) => {
      socket.pause();
      if (first[0] === TLS_HANDSHAKE) {
        socket.unshift(first);
        for (const listener of listeners) listener.call(server, socket);
      } else if (/^[A-Z]+ /.test(first.subarray(0, 16).toString('latin1'))) socket.end(ANSWER);
      else socket.destroy();
    });
  });
}
