import type { Frozen } from '../../server/base/freeze.ts';
import { type Key, type KubeObject, keyOf } from '../../server/kube/object.ts';
import type { ResourceId } from '../../server/kube/transport.ts';
import type { StatefulSet } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { STATEFUL_SET } from '../lib/controller-revision.ts';
import { type Expectations, expectationsOf } from '../lib/expectations.ts';

export const SETS = STATEFUL_SET.resource;
export const REVISIONS = 'apps/v1/controllerrevisions';
export const CLAIMS = 'v1/persistentvolumeclaims';

/**
 * One pass over one stateful set. Everything that a pass writes goes through here, so that the next pass waits until
 * the informers show it.
 */
export class Pass {
  readonly env: ControllerEnv;
  readonly key: Key;
  readonly set: Frozen<StatefulSet>;
  /** The time that everything in this pass is judged by. */
  readonly nowMs: number;
  /** How many pods this pass deleted for an update: the informer does not show it yet. */
  updating = 0;
  readonly #expectations: Expectations;

  constructor(env: ControllerEnv, set: Frozen<StatefulSet>) {
    this.env = env;
    this.key = keyOf(set);
    this.set = set;
    this.nowMs = env.clock.now();
    this.#expectations = expectationsOf(env);
  }

  /** Whether one pod follows the other; otherwise all come and go at once. */
  get isOrdered(): boolean {
    return this.set.spec.podManagementPolicy !== 'Parallel';
  }

  event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.env.event(this.set, type, reason, message);
  }

  /** @throws ApiError */
  async create<T extends KubeObject>(resource: ResourceId, object: KubeObject): Promise<Frozen<T>> {
    return this.wrote(resource, await this.env.client.create<T>(resource, object));
  }

  /** @throws ApiError */
  async update<T extends KubeObject>(
    resource: ResourceId,
    object: Frozen<T>,
    subresource?: string,
  ): Promise<Frozen<T>> {
    return this.wrote(resource, await this.env.client.update<T>(resource, object, subresource));
  }

  /** @throws ApiError */
  async delete(resource: ResourceId, object: Frozen<KubeObject>): Promise<void> {
    await this.env.client.delete(resource, keyOf(object));
    this.#expectations.deleted(this.key, resource, object);
  }

  /** Notes what was written; `object` is the server's answer. */
  wrote<T extends KubeObject>(resource: ResourceId, object: Frozen<T>): Frozen<T> {
    this.#expectations.wrote(this.key, resource, object);
    return object;
  }
}
