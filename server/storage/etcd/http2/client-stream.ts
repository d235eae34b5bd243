/** Whoever has asked for something. */
export interface StreamHandler {
  /**
   * The head of an answer, or what comes behind its body.
   *
   * @param list names and values alternately
   * @returns whether the rest is of use
   */
  fields(list: readonly string[]): boolean;
  /** A part of the body. @returns whether the rest is of use */
  data(bytes: Buffer): boolean;
  /**
   * Nothing more comes. Not called after the stream was canceled.
   *
   * @param why for whoever misses something: the connection is lost, or the server has given up
   * @param isUnsent whether the server cannot have looked at the request
   */
  end(why: string, isUnsent: boolean): void;
}

/** A request and its answer, on one stream of a connection. */
export class ClientStream {
  /** 0 until it has begun: the server takes so many at once only. */
  id = 0;
  readonly block: Buffer;
  readonly handler: StreamHandler;
  /** How much the server takes of it. */
  sendWindow = 0;
  /** What is to be sent. */
  readonly #pieces: Buffer[] = [];
  pendingBytes = 0;
  /** Whether nothing follows what is to be sent. */
  isEnding = false;
  hasSentEnd = false;
  hasHead = false;
  /** Whether nobody waits for anything of it any more. */
  isOver = false;
  /** What has come and the server has not been told of. */
  #owed = 0;

  /** @param block the head of the request */
  constructor(block: Buffer, handler: StreamHandler) {
    this.block = block;
    this.handler = handler;
  }

  add(piece: Buffer, isEnd: boolean): void {
    this.#pieces.push(piece);
    this.pendingBytes += piece.length;
    this.isEnding = isEnd;
  }

  /** The next bytes to send, which are there: as many as there is room for, or fewer. */
  take(room: number): Buffer {
    const first = this.#pieces[0] as Buffer; // as the caller has seen
    const piece = first.length <= room ? first : first.subarray(0, room);
    if (piece === first) this.#pieces.shift();
    else this.#pieces[0] = first.subarray(room);
    this.pendingBytes -= piece.length;
    return piece;
  }

  /** Whether all that there will ever be to send is one piece of at most so many bytes. */
  isShort(bytes: number): boolean {
    return this.isEnding && this.pendingBytes <= bytes && this.#pieces.length === 1;
  }

  /**
   * Counts what has come.
   *
   * @param windowBytes what the server was allowed at first
   * @returns by how much its window is to be widened: 0 most of the time
   */
  arrived(bytes: number, windowBytes: number): number {
    this.#owed += bytes;
    if (this.#owed < windowBytes >> 1) return 0;
    const given = this.#owed;
    this.#owed = 0;
    return given;
  }
}
