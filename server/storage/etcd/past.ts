import type { Logger } from '../../base/log.ts';
import { rest } from '../../base/turn.ts';
import type { KubeObject } from '../../kube/object.ts';
import { atRevision, type EventLog } from '../event-log.ts';
import { reuse } from '../reuse.ts';
import type { StoredEvent } from '../storage.ts';
import type { StoredObject } from '../stored-object.ts';
import { type ReaderParts, storedOf } from './contents.ts';
import { endOf } from './format.ts';
import { type KeyValue, type WatchEvent, type WatchReply, watchReply } from './replies.ts';
import { progressRequest, watchRequest } from './requests.ts';

export interface PastParts extends ReaderParts {
  readonly log: EventLog;
  readonly errors: Logger;
  /** What is there now. */
  readonly known: (key: string) => StoredObject | undefined;
  readonly timeoutMs: number;
}

/** etcd answers no request for progress while a watch is behind. */
const PROGRESS_MS = 50;

/**
 * What happened before the log of events begins. etcd keeps it until it is compacted; it is only asked for when
 * somebody comes with a revision of then, so that a server starts no slower for it.
 */
export class Past {
  readonly #parts: PastParts;
  /** etcd has nothing of before, or nobody is to be told of it. */
  #forgotten = 0;
  #recalling: Promise<void> | undefined;

  constructor(parts: PastParts) {
    this.#parts = parts;
  }

  /** Nobody goes back to before a revision. */
  forget(revision: number): void {
    this.#forgotten = Math.max(this.#forgotten, revision);
  }

  /** Has the log begin with what happened after a revision, if that is kept. */
  async recall(revision: number): Promise<void> {
    const { log, errors } = this.#parts;
    for (;;) {
      const until = log.oldest;
      if (revision >= until || revision < this.#forgotten) return;
      // More than a log keeps would be gone before anybody sees it.
      if (until - revision > log.room) return;
      // Another one who waits may have asked for less.
      this.#recalling ??= this.#read(revision, until).finally(() => {
        this.#recalling = undefined;
      });
      try {
        await this.#recalling;
      } catch (error) {
        errors.warn({ err: error, revision }, 'etcd does not tell what happened after a revision');
        return;
      }
    }
  }

  async #read(revision: number, until: number): Promise<void> {
    const { log } = this.#parts;
    const changes = await this.#changes(revision, until);
    // Its beginning may have been forgotten meanwhile, because it was old.
    if (!changes || log.oldest !== until) return;
    log.recall(revision, this.#events(changes));
  }

  /** @returns undefined when etcd has forgotten some of them */
  async #changes(after: number, until: number): Promise<readonly WatchEvent[] | undefined> {
    const { client, format, timeoutMs } = this.#parts;
    const changes: WatchEvent[] = [];
    let settle: (outcome: 'complete' | 'forgotten' | Error) => void = () => undefined;
    const settled = new Promise<'complete' | 'forgotten' | Error>((resolve) => {
      settle = resolve;
    });
    const read = (reply: WatchReply): void => {
      if (reply.canceled) {
        if (reply.compactRevision > 0) this.forget(reply.compactRevision);
        settle(reply.compactRevision > 0 ? 'forgotten' : new Error(reply.reason));
      }
      for (const change of reply.events) {
        if (change.item.modRevision > until) {
          settle('complete');
          return;
        }
        if (lacksBefore(change)) {
          this.forget(change.item.modRevision);
          settle('forgotten');
        }
        changes.push(change);
      }
      // A reply without changes tells how far it is.
      if (!reply.created && reply.events.length === 0 && reply.revision >= until) settle('complete');
    };
    const stream = await client.openWatch({ message: (bytes) => read(watchReply(bytes)), end: settle });
    stream.send(watchRequest(format.root, endOf(format.root), after + 1, true));
    let isOver = false;
    const ask = async (): Promise<void> => {
      for (let leftMs = timeoutMs; !isOver && leftMs > 0; leftMs -= PROGRESS_MS) {
        stream.send(progressRequest());
        await rest(PROGRESS_MS);
      }
      settle(new Error('etcd takes too long'));
    };
    void ask();
    const outcome = await settled;
    isOver = true;
    stream.cancel();
    if (outcome instanceof Error) throw outcome;
    return outcome === 'complete' ? changes : undefined;
  }

  #events(changes: readonly WatchEvent[]): StoredEvent[] {
    const { format } = this.#parts;
    /** By key: what a change has left there. */
    const last = new Map<string, StoredObject>();
    return changes.flatMap(({ item, isDeletion, before: old }): StoredEvent[] => {
      const key = format.keyOf(item.key);
      if (key === undefined) return [];
      const before = old && this.#stored(key, old, last.get(key));
      const now = isDeletion ? undefined : this.#stored(key, item, before);
      if (now) last.set(key, now);
      if (now) return [before ? { type: 'updated', now, before } : { type: 'created', now }];
      return before ? [{ type: 'deleted', now: atRevision(before, item.modRevision), before }] : [];
    });
  }

  /** @returns undefined for what cannot be read: it counts as gone, as it did when it was written */
  #stored(key: string, item: KeyValue, alike: StoredObject | undefined): StoredObject | undefined {
    if (alike?.revision === item.modRevision) return alike;
    const known = this.#parts.known(key);
    if (known?.revision === item.modRevision) return known;
    try {
      const value = this.#parts.format.decode(key, item.value);
      const shared = (known ?? alike)?.value;
      return storedOf(key, item, shared ? reuse<KubeObject>(value, shared) : value, this.#parts);
    } catch {
      return undefined;
    }
  }
}

/** The first revision that is kept has lost what was before it. */
const lacksBefore = ({ isDeletion, item, before }: WatchEvent): boolean =>
  before === undefined && (isDeletion || item.version > 1);
