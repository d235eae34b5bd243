import { LIMITS } from '../../kube/limits.ts';

/** What is waited for of a client. */
export type Phase = 'preface' | 'first frame' | 'request' | 'answer' | 'goodbye' | 'end';

/** No answer is waited for too long: watches have none that ends. Nor is the rest of a body, as upstream. */
const PATIENCE_MS: Readonly<Record<Phase, number>> = {
  preface: LIMITS.http2PrefaceMs,
  'first frame': LIMITS.http2FirstFrameMs,
  request: LIMITS.idleMs,
  answer: Number.POSITIVE_INFINITY,
  goodbye: LIMITS.http2GoodbyeMs,
  end: LIMITS.http2GoodbyeMs,
};

/** Counts for how many looks a connection has been waiting for the same thing: requests pay nothing for that. */
export class Patience {
  #phase: Phase | undefined;
  #lastId = 0;
  #waitedMs = 0;

  /**
   * @param lastId of the last stream: one may have come and gone since the last look
   * @returns whether the client has had its time
   */
  isOver(phase: Phase, lastId: number): boolean {
    if (phase === this.#phase && lastId === this.#lastId) this.#waitedMs += LIMITS.lookMs;
    else {
      this.#phase = phase;
      this.#lastId = lastId;
      this.#waitedMs = 0;
    }
    return this.#waitedMs >= PATIENCE_MS[phase];
  }
}
