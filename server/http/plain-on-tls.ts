import type { Server, Socket } from 'node:net';
import { onlyTls } from '../kube/tls/secure-server.ts';

/** Looks at the first byte of each connection, and answers those that speak HTTP instead of TLS as a Go server does. */
export function refusePlainHttp(server: Server): void {
  const listeners = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) =>
    onlyTls(socket, (taken) => {
      for (const listener of listeners) listener.call(server, taken);
    }),
  );
}
