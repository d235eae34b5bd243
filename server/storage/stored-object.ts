import type { Frozen } from '../base/freeze.ts';
import type { KubeObject } from '../kube/object.ts';

/**
 * One version of one object: a frozen value and the bytes that were made of it. Bytes are made once for each slot (one
 * slot for each encoding), however many readers and watchers there are.
 */
export class StoredObject {
  readonly key: string;
  readonly revision: number;
  readonly value: Frozen<KubeObject>;
  /** Nearly every object is only ever asked for one encoding; a map for each would cost more than it holds. */
  #slot = '';
  #buffer: Buffer | undefined;
  #others: Map<string, Buffer> | undefined;

  constructor(key: string, revision: number, value: Frozen<KubeObject>) {
    this.key = key;
    this.revision = revision;
    this.value = value;
  }

  /**
   * The bytes of `slot`, made by `encode` the first time.
   *
   * @example
   * object.bytes('json', encodeJson)
   */
  bytes(slot: string, encode: (value: Frozen<KubeObject>) => Buffer): Buffer {
    if (this.#slot === slot && this.#buffer) return this.#buffer;
    const known = this.#others?.get(slot);
    if (known) return known;
    const buffer = encode(this.value);
    if (this.#slot === '') {
      this.#slot = slot;
      this.#buffer = buffer;
    } else {
      this.#others ??= new Map();
      this.#others.set(slot, buffer);
    }
    return buffer;
  }

  /** Drops the bytes of a version that was replaced: only a watcher that resumes may still ask, and can wait for new ones. */
  forgetBytes(): void {
    this.#slot = '';
    this.#buffer = undefined;
    this.#others = undefined;
  }
}

/** The slot of the JSON text of the stored value itself: storage and wire share it. */
export const JSON_SLOT = 'json';

/** JSON of a stored value. Canonical objects print their fields in Go's order. */
export function encodeJson(value: Frozen<KubeObject>): Buffer {
  return Buffer.from(JSON.stringify(value));
}
