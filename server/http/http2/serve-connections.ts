import type { Server, TLSSocket } from 'node:tls';
import type { Rounds } from '../../base/rounds.ts';
import { Http2Connection, type Serve } from './connection.ts';

/** Connections of HTTP/2 that are open. */
export interface Http2Connections {
  /** Says that no more requests will be taken: clients send those that were not seen to somebody else, or again. */
  end(): void;
}

/**
 * Takes the connections whose client speaks HTTP/2; others stay Node's.
 *
 * @param rounds in which those are ended that never go on
 */
export function serveHttp2(server: Server, serve: Serve, rounds: Rounds): Http2Connections {
  const open = new Set<Http2Connection>();
  const usual = server.listeners('secureConnection') as ((socket: TLSSocket) => void)[];
  server.removeAllListeners('secureConnection');
  server.on('secureConnection', (socket: TLSSocket) => {
    if (socket.alpnProtocol !== 'h2') {
      for (const take of usual) take.call(server, socket);
      return;
    }
    const connection = new Http2Connection(socket, serve);
    open.add(connection);
    rounds.add(connection);
    socket.once('close', () => {
      open.delete(connection);
      rounds.remove(connection);
    });
  });
  return {
    end() {
      for (const connection of open) connection.end();
    },
  };
}
