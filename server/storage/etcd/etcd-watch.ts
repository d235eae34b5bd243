import type { Cancel, Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { EtcdClient } from './etcd-client.ts';
import type { OpenStream } from './grpc-channel.ts';
import { GRPC, GrpcError } from './grpc-error.ts';
import { type WatchReply, watchReply } from './replies.ts';
import { progressRequest, watchRequest } from './requests.ts';

/** Whoever follows. */
export interface WatchHandler {
  /** Changes in order; or none, and everything up to `reply.revision` has been told. */
  changed(reply: WatchReply): void;
  /** What happened since is not kept any more: everything has to be read anew. @returns where to go on */
  missed(): Promise<number>;
  /** Whether it follows: a connection was lost, or is there again. */
  connected(isConnected: boolean): void;
}

export interface WatchParts {
  readonly client: EtcdClient;
  /** Keys from the first one to before the second one. */
  readonly keys: readonly [begin: string, end: string];
  /** The clock of the machine. */
  readonly clock: Clock;
  readonly log: Logger;
  readonly handler: WatchHandler;
}

const RETRY_FIRST_MS = 50;
const RETRY_MOST_MS = 2000;
/** etcd answers no request for progress while a watch is behind: it is asked again (kube-apiserver's period). */
const PROGRESS_MS = 100;

/** Follows a range of keys for as long as it is not closed, whatever becomes of connections. */
export class EtcdWatch {
  readonly #parts: WatchParts;
  #stream: OpenStream | undefined;
  /** Counts the streams: what one says that was given up does not count. */
  #generation = 0;
  /** Everything up to this one has been told. */
  #revision = 0;
  #retryMs = RETRY_FIRST_MS;
  #cancelRetry: Cancel = () => undefined;
  #cancelProgress: Cancel | undefined;
  #isClosed = false;

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  /** Begins with the changes after a revision. */
  start(after: number): void {
    this.#revision = after;
    void this.#open();
  }

  /** Has etcd say how far it is, until `isReached`. */
  askProgress(isReached: () => boolean): void {
    if (this.#cancelProgress || this.#isClosed) return;
    const ask = (): void => {
      this.#cancelProgress = undefined;
      if (this.#isClosed || isReached()) return;
      this.#stream?.send(progressRequest());
      this.#cancelProgress = this.#parts.clock.schedule(PROGRESS_MS, ask, 'polling');
    };
    ask();
  }

  /** The last request for progress need not have been heard: asks at once the next time. */
  endProgress(): void {
    this.#cancelProgress?.();
    this.#cancelProgress = undefined;
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelRetry();
    this.endProgress();
    this.#stream?.cancel();
  }

  async #open(): Promise<void> {
    const generation = ++this.#generation;
    const isCurrent = (): boolean => generation === this.#generation && !this.#isClosed;
    const { client, keys } = this.#parts;
    try {
      const stream = await client.openWatch({
        message: (bytes) => isCurrent() && this.#reply(watchReply(bytes)),
        end: (error) => isCurrent() && this.#lost(error),
      });
      if (!isCurrent()) return stream.cancel();
      this.#stream = stream;
      stream.send(watchRequest(...keys, this.#revision + 1));
    } catch (error) {
      if (isCurrent()) this.#lost(error);
    }
  }

  #reply(reply: WatchReply): void {
    const { handler, client } = this.#parts;
    if (reply.canceled) {
      // Another watch begins, on a stream of its own.
      this.#generation++;
      this.#stream?.cancel();
      this.#stream = undefined;
      if (reply.compactRevision > 0) void this.#readAnew(reply.compactRevision);
      else {
        if (/no leader/.test(reply.reason)) client.leave();
        if (/auth/.test(reply.reason)) client.renew();
        this.#lost(new GrpcError(GRPC.unavailable, reply.reason || 'etcd ended the watch'));
      }
      return;
    }
    if (reply.created) {
      this.#retryMs = RETRY_FIRST_MS;
      handler.connected(true);
      // What its revision counts may be on its way still.
      return;
    }
    this.#revision = reply.events.at(-1)?.item.modRevision ?? reply.revision;
    handler.changed(reply);
  }

  #lost(error: unknown): void {
    const { log, clock, handler, client } = this.#parts;
    this.#stream = undefined;
    handler.connected(false);
    if (error instanceof GrpcError && error.code === GRPC.unauthenticated) client.renew();
    // Once for each time that it is away.
    const level = this.#retryMs === RETRY_FIRST_MS ? 'warn' : 'debug';
    log[level]({ err: error, retryMs: this.#retryMs }, 'the watch of etcd was lost and begins anew');
    this.#cancelRetry = clock.schedule(this.#retryMs, () => void this.#open(), 'upkeep');
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MOST_MS);
  }

  async #readAnew(compactRevision: number): Promise<void> {
    const { log, handler } = this.#parts;
    log.warn({ after: this.#revision, compactRevision }, 'etcd has forgotten changes: everything is read anew');
    try {
      this.#revision = await handler.missed();
      await this.#open();
    } catch (error) {
      if (!this.#isClosed) this.#lost(error);
    }
  }
}
