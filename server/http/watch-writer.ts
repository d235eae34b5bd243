import { type Cancel, systemClock } from '../base/clock.ts';
import { nextTurn } from '../base/turn.ts';
import type { ApiError } from '../kube/api-error.ts';
import { LIMITS } from '../kube/limits.ts';
import { joinedPieces, type Piece } from '../pipeline/encode/json.ts';
import type { FrameEncoder } from '../pipeline/encode/watch-frames.ts';
import type { HangUpScope, WatchEvent, WatchObserver, WatchResponse } from '../pipeline/request.ts';

/** Where frames go: an HTTP response or a WebSocket. */
export interface FrameSink {
  write(frame: Buffer): void;
  /** Whether frames that follow each other may be written as one; otherwise each is a message. */
  readonly joins: boolean;
  /** Bytes that the client has not taken yet. */
  backlog(): number;
  /** Resolves when the client takes more, or has gone; undefined when it does already. */
  drained(): Promise<void> | undefined;
  end(): void;
  /** Ends at once, without what is still to be written. */
  abort(): void;
  /** Breaks off after what was written and a part of a frame. */
  breakOff(scope: HangUpScope, part: Buffer): void;
}

/** Events encoded in one go; more take several turns of the event loop. */
const TURN_EVENTS = 250;
const CHUNK_BYTES = 256 * 1024;
const NOTHING = Buffer.alloc(0);
/** For how long, in real time, a cluster that settles waits for a client that takes nothing. */
const PATIENCE_MS = 1000;

type Queued = readonly WatchEvent[] | (() => void);

/**
 * Writes one watch to its client: in order, in pieces when there is much, and not without bound to one that does not
 * read.
 */
export class WatchWriter implements WatchObserver {
  readonly #frames: FrameEncoder;
  readonly #sink: FrameSink;
  /** Work that waits because a large batch is still going out. */
  #queue: Queued[] | undefined;
  /** About how many bytes the events in the queue have. */
  #queuedBytes = 0;
  /** What an event of the large batch has, on the average. */
  #eventBytes = 0;
  readonly #begin: WatchResponse['begin'];
  #done: (() => void) | undefined;
  #open = true;
  stop: Cancel = () => undefined;

  /** @param begin is told when there is more to write than goes in one turn of the event loop */
  constructor(frames: FrameEncoder, sink: FrameSink, begin?: WatchResponse['begin']) {
    this.#frames = frames;
    this.#sink = sink;
    this.#begin = begin;
  }

  events(batch: readonly WatchEvent[]): void {
    if (!this.#open) return;
    if (this.#queue) this.#enqueue(this.#queue, batch);
    else if (batch.length > TURN_EVENTS) void this.#writeLarge(batch);
    else this.#write(batch);
  }

  bookmark(revision: number, initialEnd: boolean): void {
    this.#inOrder(() => this.#sink.write(this.#frames.bookmark(revision, initialEnd)));
  }

  error(error: ApiError): void {
    this.#inOrder(() => this.#sink.write(this.#frames.error(error)));
  }

  end(): void {
    this.#inOrder(() => {
      this.#open = false;
      this.#sink.end();
    });
  }

  breakOff(scope: HangUpScope, event?: WatchEvent): void {
    this.#inOrder(() => {
      this.#open = false;
      const frame = event ? this.#frames.event(event) : NOTHING;
      this.#sink.breakOff(scope, frame.subarray(0, frame.length >> 1));
    });
  }

  /** The client has gone, or the server stops. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#done?.();
    this.stop();
    this.#sink.end();
  }

  #inOrder(run: () => void): void {
    if (!this.#open) return;
    if (this.#queue) this.#queue.push(run);
    else run();
  }

  #write(batch: readonly WatchEvent[]): void {
    for (const event of batch) this.#sink.write(this.#frames.event(event));
    this.#endIfSlow();
  }

  /** A client that does not read would make us keep everything for it. */
  #endIfSlow(): void {
    if (this.#sink.backlog() + this.#queuedBytes < LIMITS.watchBacklogBytes) return;
    this.#open = false;
    this.#done?.();
    this.stop();
    this.#sink.abort();
  }

  #enqueue(queue: Queued[], batch: readonly WatchEvent[]): void {
    queue.push(batch);
    this.#queuedBytes += batch.length * this.#eventBytes;
    this.#endIfSlow();
  }

  /** Writes a large batch, and then what has come meanwhile: as much at once as the client takes. */
  async #writeLarge(batch: readonly WatchEvent[]): Promise<void> {
    const queue: Queued[] = [batch];
    this.#queue = queue;
    this.#done = this.#begin?.();
    // What comes while this goes on is appended, and its turn comes.
    for (const work of queue) {
      if (typeof work !== 'function') await this.#writeInPieces(work);
      else if (this.#open) work();
      if (!this.#open) break;
    }
    this.#queue = undefined;
    this.#done?.();
  }

  async #writeInPieces(batch: readonly WatchEvent[]): Promise<void> {
    const isFirst = this.#eventBytes === 0;
    if (!isFirst) this.#queuedBytes = Math.max(0, this.#queuedBytes - batch.length * this.#eventBytes);
    for (let at = 0; at < batch.length && this.#open; ) {
      const next = this.#writePiece(batch, at);
      if (isFirst) this.#eventBytes ||= next.bytes / (next.at - at);
      at = next.at;
      await (this.#waitForClient() ?? nextTurn());
    }
  }

  #writePiece(batch: readonly WatchEvent[], from: number): { readonly at: number; readonly bytes: number } {
    const end = Math.min(batch.length, from + TURN_EVENTS);
    let parts: Piece[] = [];
    let [at, bytes] = [from, 0];
    while (at < end && bytes < CHUNK_BYTES) {
      bytes += this.#frames.initial(batch[at++] as WatchEvent, batch.length, parts);
      if (this.#sink.joins) continue;
      this.#sink.write(joinedPieces(parts));
      parts = [];
    }
    if (parts.length > 0) this.#sink.write(joinedPieces(parts));
    return { at, bytes };
  }

  #waitForClient(): Promise<void> | undefined {
    const drained = this.#sink.drained();
    if (!drained) return undefined;
    const cancel = systemClock().schedule(PATIENCE_MS, () => this.#done?.());
    return drained.then(cancel);
  }
}
