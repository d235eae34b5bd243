import type { AddressInfo, Server, Socket } from 'node:net';

/** A server that listens on a free port of loopback. */
export interface LoopbackServer {
  readonly port: number;
  /** How many connections there have been. */
  readonly connections: () => number;
  /** Ends every connection and the server; once more does no harm. */
  readonly close: () => Promise<void>;
}

/** @example const { port, close } = await listenOnLoopback(createServer(answer)); */
export async function listenOnLoopback(server: Server): Promise<LoopbackServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
