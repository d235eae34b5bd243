import { WINDOW_MAX } from '../../base/http2/protocol.ts';
import { LIMITS } from '../../kube/limits.ts';

/** Whether more may come of a request, nothing more comes, too much has come, or it was told too large a window. */
export type Discarded = 'more' | 'end' | 'too much' | 'window too large';

/** Requests that have their answers and are not complete: what still comes of them is discarded, up to a limit. */
export class AnsweredEarly {
  /** How many more bytes of each will be discarded, and its window for answers. */
  readonly #rest = new Map<number, { bytes: number; window: number }>();

  /** @returns whether there is room for one more */
  add(id: number, window: number): boolean {
    if (this.#rest.size >= LIMITS.http2Streams) return false;
    this.#rest.set(id, { bytes: LIMITS.bodyBytes, window });
    return true;
  }

  has(id: number): boolean {
    return this.#rest.has(id);
  }

  delete(id: number): void {
    this.#rest.delete(id);
  }

  /** A piece of one of them counts against its limit. */
  discard(id: number, bytes: number, isEnd: boolean): Discarded {
    const rest = this.#rest.get(id);
    if (!rest) return 'end';
    rest.bytes -= bytes;
    if (!isEnd && rest.bytes > 0) return 'more';
    this.#rest.delete(id);
    return isEnd ? 'end' : 'too much';
  }

  /** A window that nobody needs any more, but that has to be one. */
  widen(id: number, bytes: number): Discarded {
    const rest = this.#rest.get(id);
    if (!rest) return 'end';
    rest.window += bytes;
    if (rest.window <= WINDOW_MAX) return 'more';
    this.#rest.delete(id);
    return 'window too large';
  }
}
