/**
 * What the owner of the state and a worker tell each other, many words in one message: a structured clone of one flat
 * array costs a fraction of that of many small objects, and all bytes go along in one piece that is handed over.
 */
import type { MessagePort } from 'node:worker_threads';

/** Words, each followed by its operands. */
export interface Batch {
  readonly words: readonly (string | number)[];
  readonly bytes: Uint8Array | undefined;
}

/** From a worker to the owner: what comes from clients. */
export const FROM_CLIENT = {
  /** connection, what is known of the peer (JSON), a certificate that nobody here has signed (place, length) */
  connection: 0,
  /** connection */
  connectionClosed: 1,
  /** exchange, connection, method, url, headers, raw headers or '', how its body comes, place, length */
  request: 2,
  /** exchange, connection, what was read of it so far: place, length */
  tunnel: 3,
  /** exchange, place, length */
  body: 4,
  /** exchange */
  bodyEnd: 5,
  /** exchange: not all of it came */
  bodyBroken: 6,
  /** exchange */
  closed: 7,
  /** exchange, bytes that have left */
  taken: 8,
  /** exchange, bytes that its client has not taken yet */
  backlog: 9,
  /** number of a question */
  pong: 10,
} as const;

/** From the owner to a worker: what goes to clients. */
export const TO_CLIENT = {
  /** exchange, status, headers, place, length: the whole of an answer; place -1 for one without a body */
  answer: 0,
  /** exchange, status, headers */
  head: 1,
  /** exchange: the head goes before there is a body */
  flush: 2,
  /** exchange, place, length: it is told when it has left */
  write: 3,
  /** exchange, place, length: nobody waits for it */
  frame: 4,
  /** exchange */
  end: 5,
  /** exchange */
  destroy: 6,
  /** exchange, 0 for the answer or 1 for its connection */
  breakOff: 7,
  /** exchange, bytes of the body that were read */
  read: 8,
  /** number of a question */
  ping: 9,
} as const;

/** How the body of a request comes. */
export const BODY = { none: 0, whole: 1, pieces: 2, openPieces: 3 } as const;

/** Gathers words until the turn of the event loop is over. */
export class Outbox {
  readonly #port: Pick<MessagePort, 'postMessage'>;
  #words: (string | number)[] = [];
  #pieces: Buffer[] = [];
  /** Where bytes are that go to several. */
  readonly #places = new Map<Buffer, number>();
  #length = 0;
  readonly #flush = (): void => this.flush();

  constructor(port: Pick<MessagePort, 'postMessage'>) {
    this.#port = port;
  }

  put(...words: (string | number)[]): void {
    if (this.#words.length === 0) setImmediate(this.#flush);
    for (const word of words) this.#words.push(word);
  }

  /** @returns where bytes will be, for the next word */
  place(bytes: Buffer): number {
    const place = this.#length;
    this.#pieces.push(bytes);
    this.#length += bytes.length;
    return place;
  }

  /** The same for bytes that go to several: once for all of them. */
  sharedPlace(bytes: Buffer): number {
    let place = this.#places.get(bytes);
    if (place === undefined) {
      place = this.place(bytes);
      this.#places.set(bytes, place);
    }
    return place;
  }

  flush(): void {
    if (this.#words.length === 0) return;
    const words = this.#words;
    this.#words = [];
    let bytes: Uint8Array | undefined;
    if (this.#length > 0) {
      bytes = new Uint8Array(this.#length);
      let at = 0;
      for (const piece of this.#pieces) {
        bytes.set(piece, at);
        at += piece.length;
      }
      this.#pieces = [];
      this.#places.clear();
      this.#length = 0;
    }
    this.#port.postMessage({ words, bytes } satisfies Batch, bytes ? [bytes.buffer as ArrayBuffer] : []);
  }
}

/** Reads a batch in the order in which it was written. */
export class Inbox {
  readonly #words: readonly (string | number)[];
  readonly #bytes: Buffer;
  #at = 0;
  #place = -1;
  #last: Buffer | undefined;

  constructor({ words, bytes }: Batch) {
    this.#words = words;
    this.#bytes = bytes ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) : Buffer.alloc(0);
  }

  get isOver(): boolean {
    return this.#at >= this.#words.length;
  }

  number(): number {
    return this.#words[this.#at++] as number;
  }

  text(): string {
    return this.#words[this.#at++] as string;
  }

  /** The bytes whose place and length come next; undefined for the place -1. */
  bytes(): Buffer | undefined {
    const place = this.number();
    const length = this.number();
    if (place < 0) return undefined;
    // What goes to many stands in the batch once, and comes many times in a row.
    if (place !== this.#place || this.#last?.length !== length) {
      this.#last = this.#bytes.subarray(place, place + length);
      this.#place = place;
    }
    return this.#last;
  }
}
