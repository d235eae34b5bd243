import type { KubeObject } from '../../kube/object.ts';
import type { StoredObject } from '../stored-object.ts';

/** What is to be written, and what became of it. */
export interface OwnWrite {
  readonly key: string;
  /** Undefined for a deletion. */
  readonly put: { readonly bytes: Buffer; readonly value: KubeObject; readonly ttlMs: number | undefined } | undefined;
  /** Set when etcd has told of it. */
  stored: StoredObject | undefined;
}

/** Writes that are under way: what etcd tells of them need not be read again. */
export class OwnWrites {
  readonly #writes = new Map<string, OwnWrite[]>();
  #count = 0;
  #whenNone: (() => void)[] = [];

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  add(write: OwnWrite): void {
    const others = this.#writes.get(write.key);
    if (others) others.push(write);
    else this.#writes.set(write.key, [write]);
    this.#count++;
  }

  remove(write: OwnWrite): void {
    const left = this.#writes.get(write.key)?.filter((other) => other !== write) ?? [];
    if (left.length > 0) this.#writes.set(write.key, left);
    else this.#writes.delete(write.key);
    this.#count--;
    if (this.#count === 0) for (const call of this.#whenNone.splice(0)) call();
  }

  /** The write that put these bytes under a key. */
  ofPut(key: string, bytes: Buffer): OwnWrite | undefined {
    return this.#writes.get(key)?.find(({ put, stored }) => !stored && put?.bytes.equals(bytes));
  }

  ofDeletion(key: string): OwnWrite | undefined {
    return this.#writes.get(key)?.find(({ put, stored }) => !stored && !put);
  }

  /** Resolves when none is under way. */
  async none(): Promise<void> {
    if (this.#count > 0) await new Promise<void>((resolve) => this.#whenNone.push(resolve));
  }
}
