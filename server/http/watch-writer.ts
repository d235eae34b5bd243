import type { Cancel } from '../base/clock.ts';
import type { ApiError } from '../kube/api-error.ts';
import { LIMITS } from '../kube/limits.ts';
import type { FrameEncoder } from '../pipeline/encode/watch-frames.ts';
import type { HangUpScope, WatchEvent, WatchObserver, WatchResponse } from '../pipeline/request.ts';

/** Where frames go: an HTTP response or a WebSocket. */
export interface FrameSink {
  write(frame: Buffer): void;
  /** Bytes that the client has not taken yet. */
  backlog(): number;
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
    if (this.#queue) this.#queue.push(batch);
    else if (batch.length > TURN_EVENTS) this.#writeLarge(batch);
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
    // A client that does not read would make us keep everything for it.
    if (this.#sink.backlog() < LIMITS.watchBacklogBytes) return;
    this.#open = false;
    this.stop();
    this.#sink.abort();
  }

  #writeLarge(batch: readonly WatchEvent[]): void {
    this.#queue = [];
    this.#done = this.#begin?.();
    let at = 0;
    const step = (): void => {
      if (!this.#open) {
        this.#done?.();
        return;
      }
      const parts: Buffer[] = [];
      let bytes = 0;
      const end = Math.min(batch.length, at + TURN_EVENTS);
      while (at < end && bytes < CHUNK_BYTES)
        bytes += this.#frames.initial(batch[at++] as WatchEvent, batch.length, parts);
      this.#sink.write(Buffer.concat(parts));
      if (at < batch.length) setImmediate(step);
      else this.#drainQueue();
    };
    step();
  }

  #drainQueue(): void {
    const queue = this.#queue ?? [];
    this.#queue = undefined;
    this.#done?.();
    for (const work of queue) {
      if (typeof work === 'function') this.#inOrder(work);
      else this.events(work);
    }
  }
}
