import type { Duplex } from 'node:stream';
import { connectionFrom } from '../../../../server/kube/network/connection-from.ts';
import type { PeerAddress } from '../../../../server/kube/node-connector.ts';
import { SystemError } from '../machine/errno.ts';
import type { Accepted } from '../machine/network.ts';

interface Listener {
  readonly container: string;
  readonly accept: (connection: Accepted) => void;
}

/** Who listens on which port of a pod: all of its containers share them. */
export class PodPorts {
  readonly #listeners = new Map<number, Listener>();

  /** @returns how to stop. @throws SystemError `EADDRINUSE` */
  listen(container: string, port: number, accept: Listener['accept']): () => void {
    if (this.#listeners.has(port)) throw new SystemError('EADDRINUSE');
    const listener = { container, accept };
    this.#listeners.set(port, listener);
    return () => {
      if (this.#listeners.get(port) === listener) this.#listeners.delete(port);
    };
  }

  /** @returns the other end of a new connection, or undefined where nobody listens */
  connect(port: number, from: PeerAddress | undefined): Duplex | undefined {
    const listener = this.#listeners.get(port);
    if (!listener) return undefined;
    const [near, far] = connectionFrom(from);
    listener.accept(far);
    return near;
  }

  /** A container has ended: nobody waits until its processes have noticed. */
  release(container: string): void {
    for (const [port, listener] of this.#listeners) if (listener.container === container) this.#listeners.delete(port);
  }
}
