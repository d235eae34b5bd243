import type { AddressInfo, Server, Socket } from 'node:net';

/** A server that listens. */
export interface ListeningServer {
  readonly port: number;
  /** Ends it, and every connection that is open. */
  close(): Promise<void>;
}

/** @param port 0 picks a free one. @throws the error of `listen`, such as EADDRINUSE */
export async function listen(server: Server, { host, port }: { host: string; port: number }): Promise<ListeningServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
