import type { Frozen } from '../base/freeze.ts';
import type { KubeObject } from '../kube/object.ts';
import { jsonText } from './json-text.ts';
import { type Encoded, type Gaps, nextBytes } from './next-bytes.ts';

/** How long an object lives: Events go after an hour without a change. */
export interface Expiry {
  /** Every change starts this time anew, as each write of upstream's takes a new lease. */
  readonly ttlMs: number;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/** Larger ones are few, and would be kept for no more than one write. */
const FOLLOWED_BYTES_MAX = 64 * 1024;
/** Most versions are encoded in the turn that writes them; those that are not keep nothing for long. */
const FOLLOWING_MAX = 64;
const following: StoredObject[] = [];
let newest = 0;

/**
 * One version of one object: a frozen value and the bytes that were made of it. Bytes are made once for each slot (one
 * slot for each encoding), however many readers and watchers there are.
 */
export class StoredObject {
  readonly key: string;
  readonly revision: number;
  readonly value: Frozen<KubeObject>;
  /** Absent when the object stays until somebody deletes it. */
  readonly expiry: Expiry | undefined;
  /** Nearly every object is only ever asked for one encoding; a map for each would cost more than it holds. */
  #slot = '';
  #buffer: Buffer | undefined;
  #others: Map<string, Buffer> | undefined;
  #isReplaced = false;
  /** Of the JSON. */
  #gaps: Gaps | undefined;
  /** What the JSON can be made of. */
  #before: Encoded | undefined;

  constructor(key: string, revision: number, value: Frozen<KubeObject>, expiry?: Expiry) {
    this.key = key;
    this.revision = revision;
    this.value = value;
    this.expiry = expiry;
  }

  /**
   * The bytes of `slot`, made by `encode` the first time.
   *
   * @example
   * object.bytes('json', encodeJson)
   * @param keep whether they stay for the next reader
   */
  bytes(slot: string, encode: (value: Frozen<KubeObject>) => Buffer, keep = true): Buffer {
    const known = this.cachedBytes(slot);
    if (known) return known;
    return this.#kept(slot, encode(this.value), keep);
  }

  /**
   * The JSON of the value itself: storage and wire share it.
   *
   * @param keep whether it stays for the next reader
   */
  json(keep = true): Buffer {
    const known = this.cachedBytes(JSON_SLOT);
    if (known) return known;
    const before = this.#before;
    if (!before) return this.#kept(JSON_SLOT, encodeJson(this.value), keep);
    this.#before = undefined;
    const { bytes, gaps } = nextBytes(this.value, before);
    this.#gaps = gaps;
    return this.#kept(JSON_SLOT, bytes, keep);
  }

  /** Takes over the JSON of the version before, unless it is gone or large. */
  follow(before: StoredObject): void {
    const bytes = before.cachedBytes(JSON_SLOT);
    if (!bytes || bytes.length > FOLLOWED_BYTES_MAX || this.cachedBytes(JSON_SLOT)) return;
    this.#before = { value: before.value, bytes, gaps: before.#gaps };
    before.#gaps = undefined;
    const oldest = following[newest];
    if (oldest) oldest.#before = undefined;
    following[newest] = this;
    newest = (newest + 1) % FOLLOWING_MAX;
  }

  #kept(slot: string, buffer: Buffer, keep: boolean): Buffer {
    // A client may be answered with a version that was replaced meanwhile.
    if (this.#isReplaced || !keep) return buffer;
    if (this.#slot === '') {
      this.#slot = slot;
      this.#buffer = buffer;
    } else {
      this.#others ??= new Map();
      this.#others.set(slot, buffer);
    }
    return buffer;
  }

  /** The bytes of `slot` if somebody asked for them before: for readers that pass by once and should leave nothing. */
  cachedBytes(slot: string): Buffer | undefined {
    return this.#slot === slot && this.#buffer ? this.#buffer : this.#others?.get(slot);
  }

  /**
   * Drops the bytes of a version that was replaced, and keeps none from now on: a watcher that resumes may still ask,
   * and can wait for new ones.
   */
  forgetBytes(): void {
    this.#isReplaced = true;
    this.#slot = '';
    this.#buffer = undefined;
    this.#others = undefined;
    this.#gaps = undefined;
    this.#before = undefined;
  }

  /** The version has come back. */
  rememberBytes(): void {
    this.#isReplaced = false;
  }
}

/** The slot of the JSON text of the stored value itself: storage and wire share it. */
export const JSON_SLOT = 'json';

/** JSON of a stored value. Canonical objects print their fields in Go's order. */
export function encodeJson(value: Frozen<KubeObject>): Buffer {
  return Buffer.from(jsonText(value));
}
