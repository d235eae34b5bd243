import type { Backend } from '../../../server/kube/network/backends.ts';

/** Clients that are remembered; beyond that the oldest are forgotten. */
const CLIENTS_MAX = 10_000;

interface Remembered {
  readonly address: string;
  readonly untilMs: number;
}

/** Which endpoint a client was sent to before: `sessionAffinity: ClientIP`. */
export class Affinity {
  readonly #remembered = new Map<string, Remembered>();

  /** The endpoint of last time, if it can still be used and not too much time has passed. */
  find(client: string, backends: readonly Backend[], nowMs: number): Backend | undefined {
    const { address, untilMs = 0 } = this.#remembered.get(client) ?? {};
    return nowMs < untilMs ? backends.find((backend) => backend.address === address) : undefined;
  }

  /** @param client who asks, and for which port of which service */
  remember(client: string, { address }: Backend, untilMs: number): void {
    this.#remembered.delete(client);
    this.#remembered.set(client, { address, untilMs });
    if (this.#remembered.size <= CLIENTS_MAX) return;
    const [oldest] = this.#remembered.keys();
    if (oldest !== undefined) this.#remembered.delete(oldest);
  }
}
