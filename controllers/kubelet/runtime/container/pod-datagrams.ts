import type { PeerAddress } from '../../../../server/kube/node-connector.ts';
import { SystemError } from '../machine/errno.ts';
import type { DatagramHandler, DatagramSocket } from '../machine/network.ts';
import type { PodUplink } from './pod-network.ts';

interface Bound {
  readonly container: string;
  readonly handler: DatagramHandler;
}

/** Who has a socket for datagrams at which port of a pod: all of its containers share them. */
export class PodDatagrams {
  readonly #bound = new Map<number, Bound>();

  /** @param port 0 takes one that is free. @throws SystemError `EADDRINUSE` */
  bind(container: string, port: number, handler: DatagramHandler, network: PodUplink): DatagramSocket {
    let number = port === 0 ? network.clientPort() : port;
    while (port === 0 && this.#bound.has(number)) number = network.clientPort();
    if (this.#bound.has(number)) throw new SystemError('EADDRINUSE');
    const bound = { container, handler };
    this.#bound.set(number, bound);
    return {
      port: number,
      async send(data, to) {
        try {
          await network.send(number, data, to);
        } catch (error) {
          if (!(error instanceof SystemError)) throw error;
          handler.failed(error);
        }
      },
      close: () => {
        if (this.#bound.get(number) === bound) this.#bound.delete(number);
      },
    };
  }

  /** @returns whether anybody has a socket there */
  deliver(port: number, data: Buffer, from: PeerAddress): boolean {
    const bound = this.#bound.get(port);
    bound?.handler.received(data, from);
    return bound !== undefined;
  }

  /** A container has ended: nobody waits until its processes have noticed. */
  release(container: string): void {
    for (const [port, bound] of this.#bound) if (bound.container === container) this.#bound.delete(port);
  }
}
