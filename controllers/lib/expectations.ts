import type { Frozen } from '../../server/base/freeze.ts';
import { type Key, type KubeObject, keyOf, keyText } from '../../server/kube/object.ts';
import type { ResourceId } from '../../server/kube/transport.ts';
import type { ControllerEnv } from './controller.ts';

interface Pending {
  /** The informer has to follow the server up to here. */
  revision: number;
  /** Objects that have to be gone, or on their way out; by uid. */
  readonly deleted: Map<string, Key>;
  /** Objects that have to be gone. */
  readonly gone: Map<string, Key>;
}

/** When a controller that waits for its own writes looks again although no change woke it: ExpectationsTimeout. */
export const EXPECTATIONS_TIMEOUT_MS = 5 * 60 * 1000;

/**
 * What a controller wrote for each of its keys and its informers do not show yet. Whoever decides by counting has to
 * wait until they do: an informer that lags must never lead to a second pod for the same gap. This is upstream's
 * ConsistencyStore for writes, and its UIDTrackingControllerExpectations for deletions, whose answer may carry no
 * revision.
 *
 * @example
 * if (!expectations.areMet(key, env)) return { againInMs: EXPECTATIONS_TIMEOUT_MS }; // the informer will wake us
 * expectations.wrote(key, 'v1/pods', await env.client.create('v1/pods', pod));
 */
export class Expectations {
  readonly #pending = new Map<string, Map<ResourceId, Pending>>();

  /** `object` is the server's answer to a create, update or patch that was made on behalf of `key`. */
  wrote(key: Key, resource: ResourceId, object: Frozen<KubeObject>): void {
    const pending = this.#of(key, resource);
    pending.revision = Math.max(pending.revision, Number(object.metadata.resourceVersion) || 0);
  }

  /** `object` was deleted on behalf of `key`, perhaps with a time of grace. */
  deleted(key: Key, resource: ResourceId, object: Frozen<KubeObject>): void {
    this.#of(key, resource).deleted.set(object.metadata.uid ?? '', keyOf(object));
  }

  /**
   * The last finalizer of `object` was removed on behalf of `key`, and nothing else held it: the answer to such a patch
   * carries the revision of before.
   */
  gone(key: Key, resource: ResourceId, object: Frozen<KubeObject>): void {
    this.#of(key, resource).gone.set(object.metadata.uid ?? '', keyOf(object));
  }

  /** Whether the informers show everything that was written on behalf of `key`. */
  areMet(key: Key, env: Pick<ControllerEnv, 'lister'>): boolean {
    const text = keyText(key);
    const byResource = this.#pending.get(text);
    if (!byResource) return true;
    for (const [resource, pending] of byResource) {
      const lister = env.lister(resource);
      if (lister.revision < pending.revision) return false;
      for (const [uid, deleted] of pending.deleted) {
        const object = lister.get(deleted);
        if (object?.metadata.uid === uid && object.metadata.deletionTimestamp === undefined) return false;
        pending.deleted.delete(uid);
      }
      for (const [uid, gone] of pending.gone) {
        if (lister.get(gone)?.metadata.uid === uid) return false;
        pending.gone.delete(uid);
      }
      byResource.delete(resource);
    }
    this.#pending.delete(text);
    return true;
  }

  /** Whether something of this kind was written on behalf of `key` that nobody has seen in the informers yet. */
  awaits(key: Key, resource: ResourceId): boolean {
    return this.#pending.get(keyText(key))?.has(resource) ?? false;
  }

  /** Nothing is expected any more: the object of this key is gone. */
  forget(key: Key): void {
    this.#pending.delete(keyText(key));
  }

  #of(key: Key, resource: ResourceId): Pending {
    const text = keyText(key);
    let byResource = this.#pending.get(text);
    if (!byResource) {
      byResource = new Map();
      this.#pending.set(text, byResource);
    }
    let pending = byResource.get(resource);
    if (!pending) {
      pending = { revision: 0, deleted: new Map(), gone: new Map() };
      byResource.set(resource, pending);
    }
    return pending;
  }
}

const perController = new WeakMap<ControllerEnv, Expectations>();

/** The expectations of one running controller. */
export function expectationsOf(env: ControllerEnv): Expectations {
  let expectations = perController.get(env);
  if (!expectations) {
    expectations = new Expectations();
    perController.set(env, expectations);
  }
  return expectations;
}
