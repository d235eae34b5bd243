/** What the answers of one turn are to have, about. */
const TURN_BYTES = 32 * 1024;
/** Answers of which the average is kept: it goes with what a client asks for. */
const REMEMBERED = 1000;

/**
 * How many requests of a connection are taken in one turn of the event loop: as many as make two records of TLS or so.
 * Then what is there of answers leaves, for a connection is written to once a turn, and the client reads it while the
 * next ones are made. Answers to all that a client sends at once would have both wait for each other by turns.
 */
export class Turns {
  #taken = 0;
  #answers = 0;
  #bytes = 0;

  begin(): void {
    this.#taken = 0;
  }

  take(): void {
    this.#taken += 1;
  }

  /** Whether the requests that were taken are enough for this turn. */
  get isFull(): boolean {
    return this.#taken > 0 && this.#taken * this.#bytes >= TURN_BYTES * this.#answers;
  }

  /** @param bytes of the body of an answer that is there as a whole, or of the head of another one */
  answered(bytes: number): void {
    if (this.#answers >= REMEMBERED) {
      this.#answers /= 2;
      this.#bytes /= 2;
    }
    this.#answers += 1;
    this.#bytes += bytes;
  }
}
