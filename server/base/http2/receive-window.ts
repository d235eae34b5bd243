import { CODE, ConnectionError } from './protocol.ts';

/** What the other side may send on all streams of a connection together, before it is told of more. */
export class ReceiveWindow {
  readonly #bytes: number;
  #left: number;
  #owed = 0;

  constructor(bytes: number) {
    this.#bytes = bytes;
    this.#left = bytes;
  }

  /**
   * Takes what has come: it is read, or kept within the windows of streams.
   *
   * @returns by how much its window is to be widened: 0 most of the time, for that is done in large steps
   * @throws ConnectionError for more than was allowed
   */
  take(bytes: number): number {
    this.#left -= bytes;
    if (this.#left < 0) throw new ConnectionError(CODE.flowControlError, 'more than the window');
    this.#owed += bytes;
    if (this.#owed < this.#bytes >> 1) return 0;
    const given = this.#owed;
    this.#left += given;
    this.#owed = 0;
    return given;
  }
}
