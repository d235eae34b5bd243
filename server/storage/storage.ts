import type { Cancel } from '../base/clock.ts';
import type { Frozen } from '../base/freeze.ts';
import type { KubeObject } from '../kube/object.ts';
import type { StoredObject } from './stored-object.ts';

/**
 * What is kept, by key and revision. A key is `<bucket>/<name>` or `<bucket>/<namespace>/<name>`; a bucket holds the
 * objects of one resource. Nothing here knows kinds.
 *
 * Contract, tested by `test/contract/storage.test.ts` against every implementation:
 * - One revision counter; every write adds one. `metadata.resourceVersion` of a stored value is its revision.
 * - A write that changes nothing writes nothing and wakes nobody.
 * - Values come back frozen. The object passed to a write belongs to the storage from then on.
 * - A watcher gets every event after its revision once and in order, or is told that it cannot.
 */
export interface Storage {
  /** The newest revision. */
  revision(): number;
  /** The newest version. */
  get(key: string): StoredObject | undefined;
  /**
   * Objects whose keys begin with `prefix`, in order of keys.
   * @throws StorageError `expired` or `too-new` for a revision that cannot be read
   */
  list(prefix: string, options?: ListRequest): StoredPage;
  /**
   * Events of keys that begin with `prefix`; the empty one is that of every bucket.
   * @param sink is called from then on, never before `watch` returns
   * @throws StorageError `expired` when events after the revision are not kept any more
   */
  watch(prefix: string, options: WatchRequest, sink: WatchSink): Cancel;
  /** @throws StorageError `exists` */
  create(key: string, value: KubeObject, options?: { ttlMs?: number }): Promise<StoredObject>;
  /**
   * Changes an object. `change` runs again with the newest version when another write came first, and may return
   * `delete`.
   * @throws StorageError `not-found`, `uid-differs`, `revision-differs`; and whatever `change` throws
   */
  guaranteedUpdate(key: string, expect: Preconditions, change: Change): Promise<StoredObject>;
  /** Ends all watches and makes everything acknowledged durable. */
  close(): Promise<void>;
  /** What a write would keep, as a read would show it; the same value where there is no such method. */
  rehearse?(value: KubeObject): Promise<KubeObject>;
  /** Looks anew at what a key holds, where something outside decides how it is shown. */
  refresh?(key: string): Promise<void>;
  /**
   * Where others write too: resolves when reads know everything that was written before the call, or everything up to
   * `revision`, if that is given and further on than they are. There is no such method where nobody else writes.
   * @throws ApiError when that cannot be found out
   */
  readonly fresh?: ((revision?: number) => Promise<void>) | undefined;
  /**
   * Where what happened is kept elsewhere, too: resolves when `watch` and `list` know everything that happened after a
   * revision, or cannot come to know it. There is nothing to wait for where it is undefined.
   */
  readonly recall?: ((revision: number) => Promise<void> | undefined) | undefined;
  /**
   * Where others write too: has things that only one object may have, such as an address, for as long as the write of
   * that object takes. Who has them then reads anew whether they still are free.
   *
   * @returns undefined when somebody else has one of them
   */
  claim?(names: readonly string[]): Promise<Release | undefined>;
  /** Whether what keeps everything answers within a time; it does where there is no such method. */
  isHealthy?(timeoutMs: number): Promise<boolean>;
  /** Resolves when watchers have been handed what happened so far; undefined when they have. */
  delivering?(): Promise<unknown> | undefined;
}

/** Lets go of what was claimed; where nobody knows whether it was written, it is free some time later. */
export type Release = (isKnown: boolean) => void;

/** A storage whose state is in this process: what tools beside the API may do with it. */
export interface LocalStorage extends Storage {
  /** Hands pending events to watchers now. */
  flush(): void;
  /** Whether every write so far is kept and every watcher has been handed every event. */
  readonly delivered: boolean;
  /** Makes revisions up to this one unreadable, as a compaction of etcd does. */
  compact(revision: number): void;
  /** What there is at this moment, whatever is written afterwards. It costs nothing until then. */
  capture(): Captured;
  /** What happened to one key, oldest first, as far as it is kept. */
  history(key: string): readonly DatedEvent[];
  /** Every object there is, bucket by bucket, in the order in which buckets got their first object. */
  all(): Iterable<StoredObject>;
  /**
   * Makes the content equal to `state` by ordinary writes, which watchers see. Objects keep their uids; those that
   * change get new revisions.
   */
  restore(state: Captured): Promise<void>;
  /**
   * Makes the content exactly that of `state` in one step: objects have the values, uids and resourceVersions of then,
   * and the revision goes on. Watches end and nobody can resume, but for lasting ones: they are told the differences
   * before anybody else reads. Resolves when it is durable.
   *
   * @throws Error when it cannot be kept; nothing is changed then
   */
  replace(state: Captured): Promise<void>;
}

/** What a storage held at one moment: another one can begin with it. */
export interface Captured {
  readonly revision: number;
  readonly size: number;
  get(key: string): StoredObject | undefined;
  /** Every object, bucket by bucket, in the order of {@link LocalStorage.all}. */
  all(): Iterable<StoredObject>;
}

/** `delete` removes the object; the event and the answer then carry the version that was there. */
export type Change = (current: StoredObject) => Promise<KubeObject | 'delete'>;

export interface Preconditions {
  readonly uid?: string;
  readonly resourceVersion?: string;
}

export type Predicate = (value: Frozen<KubeObject>) => boolean;

/** What an index is asked for: one that was defined, or that of a label, which comes into being with the question. */
export type Select =
  | { readonly index: string; readonly value: string }
  | { readonly label: string; readonly value: string };

export interface ListRequest {
  /** Read the state of this revision instead of the newest. */
  readonly at?: number;
  readonly limit?: number;
  /** Keys from this one on. */
  readonly from?: string;
  /** Narrows the search to what an index holds for a value; `where` still decides. */
  readonly select?: Select;
  readonly where?: Predicate;
}

export interface StoredPage {
  readonly items: readonly StoredObject[];
  readonly revision: number;
  /** The key after the last item, when there is more, whether or not a predicate would leave it. */
  readonly next?: string;
  /** How many items follow; unknown when a predicate would have to look at them. */
  readonly remaining?: number;
  /** Of a page: how many there are now in all pages, about. */
  readonly total?: number;
}

export interface WatchRequest {
  /** The first event is that of the next revision. */
  readonly after: number;
  readonly where?: Predicate;
  /** Goes on when the content is replaced: for parts of the server itself, which read once and then only follow. */
  readonly lasting?: boolean;
}

export interface StoredEvent {
  readonly type: 'created' | 'updated' | 'deleted';
  /** The version after the event; of a deletion, the last version with the revision of the deletion. */
  readonly now: StoredObject;
  readonly before?: StoredObject;
}

/** An event, and when it happened. */
export interface DatedEvent {
  readonly event: StoredEvent;
  /** Milliseconds since 1970, on the clock of the machine. */
  readonly atMs: number;
  /** How much more the cluster's clock showed. */
  readonly aheadMs: number;
  /** It happened before the storage was opened: nobody knows when. */
  readonly isRecalled?: true;
}

export interface WatchSink {
  events(batch: readonly StoredEvent[]): void;
  end(reason: 'closed'): void;
}

export type StorageErrorCode = 'exists' | 'not-found' | 'uid-differs' | 'revision-differs' | 'expired' | 'too-new';

/** Turned into answers of the API by the registry. */
export class StorageError extends Error {
  readonly code: StorageErrorCode;
  /** Of `uid-differs` and `revision-differs`: what is there. */
  readonly actual: string | undefined;

  constructor(code: StorageErrorCode, key: string, actual?: string) {
    super(`storage: ${code}: ${key}`);
    this.name = 'StorageError';
    this.code = code;
    this.actual = actual;
  }
}

/** Whoever writes while the server ends is told so: nothing is kept any more. */
export class StorageClosedError extends Error {
  constructor() {
    super('the storage is closed');
    this.name = 'StorageClosedError';
  }
}

/** A write that the disk did not take. Whoever keeps it has told of it in the log. */
export class LostWriteError extends Error {
  override readonly cause: NodeJS.ErrnoException;

  constructor(cause: NodeJS.ErrnoException) {
    super(`the write could not be kept: ${cause.message}`);
    this.name = 'LostWriteError';
    this.cause = cause;
  }

  /** Of the system: `ENOSPC`. */
  get code(): string | undefined {
    return this.cause.code;
  }
}

/** The part of a key or prefix before the first slash. */
export function bucketOf(key: string): string {
  const slash = key.indexOf('/');
  return slash < 0 ? key : key.slice(0, slash);
}

/** @throws StorageError when the current version is not the one that the caller wants to change */
export function checkPreconditions(current: StoredObject, expect: Preconditions): void {
  const { uid } = current.value.metadata;
  if (expect.uid !== undefined && expect.uid !== uid) throw new StorageError('uid-differs', current.key, uid);
  if (expect.resourceVersion !== undefined && expect.resourceVersion !== String(current.revision)) {
    throw new StorageError('revision-differs', current.key, String(current.revision));
  }
}
