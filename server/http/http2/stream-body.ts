import { Duplex } from 'node:stream';

/** What a stream does for whoever reads its request and writes its answer piece by piece. */
export interface BodySide {
  /** More of the request may come. */
  wantsMore(): void;
  /** @param taken called when there is room for more */
  send(piece: Buffer, taken: () => void): void;
  /** @param ended called when all of the answer has been handed on */
  end(ended: () => void): void;
  /** Nobody reads or writes any more. */
  abandon(): void;
}

/** The bytes of a request and of its answer, for those that are not taken and answered in one go. */
export class StreamBody extends Duplex {
  readonly #side: BodySide;

  constructor(side: BodySide) {
    // Its stream says when it is over: whoever has read the request may still answer.
    super({ allowHalfOpen: true, autoDestroy: false });
    this.#side = side;
    this.on('error', () => undefined); // a client that goes away is no error of ours
  }

  override _read(): void {
    this.#side.wantsMore();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#side.send(chunk, done);
  }

  override _final(done: () => void): void {
    this.#side.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#side.abandon();
    done(error);
  }
}
