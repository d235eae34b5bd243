import type { Frozen } from '../../server/base/freeze.ts';
import { type KubeObject, keyOf, keyText } from '../../server/kube/object.ts';
import type { Change } from './informer.ts';

interface Write<T> {
  readonly object: Frozen<T>;
  readonly isDeleted: boolean;
}

/**
 * What a controller wrote and its informer has not shown yet. Who reads through it sees its own writes, and does not
 * repeat them.
 *
 * @example
 * const current = own.latest(key, lister.get(key));
 * own.wrote(await env.client.update('v1/endpoints', next));
 */
export class OwnWrites<T extends KubeObject> {
  readonly #writes = new Map<string, Write<T>>();

  wrote(object: Frozen<T>): void {
    this.#writes.set(nameOf(object), { object, isDeleted: false });
  }

  deleted(object: Frozen<T>): void {
    this.#writes.set(nameOf(object), { object, isDeleted: true });
  }

  /** Takes back what was said about an object whose write failed. */
  forget(object: Frozen<T>): void {
    this.#writes.delete(nameOf(object));
  }

  /**
   * To be told every change that the informer learns of.
   * @returns whether the controller made that change itself
   */
  seen({ before, now }: Change<T>): boolean {
    const object = now ?? before;
    const write = object && this.#writes.get(nameOf(object));
    if (!object || !write) return false;
    if (now && isNewer(write, now)) return true;
    const isSame = write.object.metadata.uid === object.metadata.uid;
    if (now || isSame) this.#writes.delete(nameOf(object));
    return now ? write.object.metadata.resourceVersion === now.metadata.resourceVersion : isSame && write.isDeleted;
  }

  /** The newest version of what the informer has under a key. */
  latest(key: string, listed: Frozen<T> | undefined): Frozen<T> | undefined {
    const write = this.#writes.get(key);
    if (!write || (listed && !isNewer(write, listed))) return listed;
    return write.isDeleted ? undefined : write.object;
  }

  /** The same for a list; what the informer does not have yet follows. */
  merge(listed: readonly Frozen<T>[]): Frozen<T>[] {
    if (this.#writes.size === 0) return [...listed];
    const left = new Map(this.#writes);
    const merged: Frozen<T>[] = [];
    for (const object of listed) {
      left.delete(nameOf(object));
      const latest = this.latest(nameOf(object), object);
      if (latest) merged.push(latest);
    }
    for (const { object, isDeleted } of left.values()) if (!isDeleted) merged.push(object);
    return merged;
  }
}

const nameOf = (object: Frozen<KubeObject>): string => keyText(keyOf(object));

/** Resource versions of one resource are numbers that grow; a deletion is newer than the version that it ended. */
function isNewer({ object, isDeleted }: Write<KubeObject>, listed: Frozen<KubeObject>): boolean {
  if (isDeleted) return object.metadata.uid === listed.metadata.uid;
  return Number(object.metadata.resourceVersion) > Number(listed.metadata.resourceVersion);
}
