import type { Server, Socket } from 'node:net';
import type { Awaited, Rounds } from '../base/rounds.ts';
import { onlyTls } from '../kube/tls/secure-server.ts';

/**
 * Looks at the first byte of each connection, and answers those that speak HTTP instead of TLS as a Go server does.
 *
 * @param waitMs how long it waits for that byte; the handshake has a time of its own
 */
export function refusePlainHttp(server: Server, rounds: Rounds, waitMs: number): void {
  const listeners = server.listeners('connection') as ((socket: Socket) => void)[];
  const looks = rounds.within(waitMs);
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    let looked = 0;
    const silent: Awaited = {
      look: () => {
        looked += 1;
        if (looked >= looks) socket.destroy();
      },
    };
    rounds.add(silent);
    socket.once('close', () => rounds.remove(silent));
    onlyTls(socket, (taken) => {
      rounds.remove(silent);
      for (const listener of listeners) listener.call(server, taken);
    });
  });
}
