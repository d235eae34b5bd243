import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../base/clock.ts';
import { LIMITS } from '../../kube/limits.ts';
import type { Upstream, Upstreams } from '../../kube/pod-answers.ts';
import { upstreamMatcher } from '../../kube/upstream-patterns.ts';
import { hostPort } from './connect.ts';

/** The servers outside of the cluster that behaviours of pods may lead to. */
export class UpstreamServers implements Upstreams {
  readonly #allows: (upstream: Upstream) => boolean;
  readonly #clock: Clock;
  readonly #sockets = new Set<Socket>();

  /**
   * @param patterns those that are allowed; no others are
   * @param clock of the machine: servers outside live in real time
   * @throws Error for what is no pattern
   */
  constructor(patterns: readonly string[], clock: Clock) {
    this.#allows = upstreamMatcher(patterns);
    this.#clock = clock;
  }

  allows(upstream: Upstream): boolean {
    return this.#allows(upstream);
  }

  async connect(upstream: Upstream): Promise<Duplex> {
    if (!this.allows(upstream)) throw new Error(`upstream ${hostPort(upstream.host, upstream.port)} is not allowed`);
    return this.#open(upstream);
  }

  #open({ host, port }: Upstream): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      // Each side may say that it has nothing more to say, and still listen.
      const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
      this.#sockets.add(socket);
      const fail = (why: string): void => {
        socket.destroy();
        reject(new Error(`upstream ${hostPort(host, port)}: ${why}`));
      };
      const cancel = this.#clock.schedule(LIMITS.upstreamConnectMs, () => fail('connection timed out'));
      socket.once('close', () => {
        cancel();
        this.#sockets.delete(socket);
        fail('closed');
      });
      // Stays: a connection that breaks later closes, and nobody else may listen to why.
      socket.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
      socket.once('connect', () => {
        cancel();
        resolve(socket);
      });
    });
  }

  /** Ends every connection. */
  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
