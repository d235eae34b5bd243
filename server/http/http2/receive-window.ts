import { LIMITS } from '../../kube/limits.ts';
import { CODE, ConnectionError } from './protocol.ts';

/** What a client may send on all streams of a connection together, before it is told of more. */
export class ReceiveWindow {
  #left = LIMITS.http2WindowBytes;
  #owed = 0;

  /**
   * Takes what has come: it is read, or kept within the windows of streams.
   *
   * @returns by how much the client's window is to be widened: 0 most of the time, for that is done in large steps
   * @throws ConnectionError for more than was allowed
   */
  take(bytes: number): number {
    this.#left -= bytes;
    if (this.#left < 0) throw new ConnectionError(CODE.flowControlError, 'more than the window');
    this.#owed += bytes;
    if (this.#owed < LIMITS.http2WindowBytes >> 1) return 0;
    const given = this.#owed;
    this.#left += given;
    this.#owed = 0;
    return given;
  }
}
