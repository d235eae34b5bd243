import type { Duplex } from 'node:stream';
import { LIMITS } from '../../../../server/kube/limits.ts';
import type { PeerAddress } from '../../../../server/kube/node-connector.ts';
import type { Dial } from '../../../../server/kube/pod-answers.ts';

/** The connections of a pod to what answers for it: so many at once, and none beyond the pod's life. */
export class AnsweredConnections {
  readonly #open = new Set<Duplex>();
  #opening = 0;
  #isOver = false;

  /** @throws Error when nobody answers, or when there are too many */
  async open(dial: Dial, from: PeerAddress | undefined): Promise<Duplex> {
    if (this.#open.size + this.#opening >= LIMITS.answeredConnections)
      throw new Error(`the pod has ${LIMITS.answeredConnections} connections, which is all that it may have`);
    this.#opening++;
    try {
      const connection = await dial(from);
      this.#open.add(connection);
      connection.once('close', () => this.#open.delete(connection));
      if (this.#isOver) connection.destroy();
      return connection;
    } finally {
      this.#opening--;
    }
  }

  close(): void {
    this.#isOver = true;
    for (const connection of this.#open) connection.destroy();
  }
}
