import { connectionFrom } from '../kube/network/connection-from.ts';
import type { ApiServerDoor } from '../kube/node-connector.ts';
import type { HttpServer } from './server.ts';

/** Lets pods in to a server that listens at an address, without a socket. @param server undefined until it listens */
export function apiServerDoor(address: string, server: () => HttpServer | undefined): ApiServerDoor {
  return {
    isAt: (dialed, port) => dialed === address && port === server()?.port,
    connect(from) {
      const [near, far] = connectionFrom(from);
      const listening = server();
      if (listening) listening.accept(far);
      else near.destroy();
      return near;
    },
  };
}
