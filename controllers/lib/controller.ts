import type { Cancel, Clock } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import type { Logger } from '../../server/base/log.ts';
import type { Random } from '../../server/base/random.ts';
import { type Key, type KubeObject, keyOf, type User } from '../../server/kube/object.ts';
import type { ResourceId } from '../../server/kube/transport.ts';
import type { PodTemplateSpec } from '../../server/kube/types.gen.ts';
import type { Client } from './client.ts';
import type { RecordEvent } from './events.ts';
import type { Change, Lister } from './informer.ts';
import type { Again } from './work-queue.ts';

/** What a controller works with. */
export interface ControllerEnv {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Reads the shared informer of a resource that the definition watches or reads. */
  lister<T extends KubeObject>(resource: ResourceId): Lister<T>;
  /** Calls back for every object of a resource that the definition watches or reads, and for every change. */
  onChange<T extends KubeObject>(resource: ResourceId, handler: (change: Change<T>) => void): Cancel;
  /** The same for a resource that may be served only for some time; told until cancelled. */
  follow<T extends KubeObject>(resource: ResourceId, handler: (change: Change<T>) => void): Cancel;
  /**
   * Whether the switches let the object of a key be worked on; if not, the key is enqueued when they do. Only for
   * controllers with a queue of their own: what is enqueued here was asked for already.
   */
  admits(key: Key): boolean;
  /**
   * Patches an object together with what other controllers have to say of it just now: see
   * {@link JointPatches}. @throws ApiError
   */
  patchJointly(resource: ResourceId, key: Key, patch: Readonly<Record<string, unknown>>): Promise<void>;
  /** The hash that names replica sets and revisions of daemon sets, as the server's version makes it. */
  hashTemplate(template: Frozen<PodTemplateSpec>, collisionCount?: number): string;
  /** A client of another user: kubelets act as their nodes. */
  clientOf(user: User): Client;
  /** Records an Event about an object. */
  readonly event: RecordEvent;
  /** Writes an Event of one's own making, afterwards; nobody waits for it. */
  writeEvent(resource: ResourceId, event: KubeObject): void;
  /** Something is under way that the cluster has not settled without, until the returned function is called. */
  begin(name: string): () => void;
  /** Works on a key again, later. */
  enqueue(key: Key, afterMs?: number): void;
}

/** Which keys want work when an object of `resource` changes. */
export interface Watched {
  readonly resource: ResourceId;
  /** Whether its keys are those of the objects themselves: see {@link self}. */
  readonly isSelf?: boolean;
  /** Called with the object before and after each change. */
  keys(object: Frozen<KubeObject>, env: ControllerEnv): readonly Key[];
  /** Whether two versions have the same keys for sure, so that one of them is enough. */
  readonly haveSameKeys?: (before: Frozen<KubeObject>, now: Frozen<KubeObject>) => boolean;
}

/**
 * What `controllers/<name>/index.ts` exports. A controller is an ordinary client: it reads informers, writes through
 * the API under its own user, and must come to the same result however often and in which order it is called.
 *
 * @example
 * export const controller: ControllerDefinition = {
 *   name: 'root-ca-cert-publisher-controller',
 *   account: 'root-ca-cert-publisher',
 *   watches: [self('v1/namespaces')],
 *   reconcile: publish,
 * };
 */
export interface ControllerDefinition {
  /** Upstream's name, as `--controllers` takes it; `-controller` at the end may be left out there. */
  readonly name: string;
  /** The service account in kube-system that it acts as, and the source of its Events unless that is another name. */
  readonly account: string;
  readonly eventSource?: string;
  /** Upstream's name of its work queue, for metrics; the controller's own unless given. */
  readonly queue?: string;
  /** The program that it is part of in a real cluster: managed fields name it. kube-controller-manager unless given. */
  readonly agent?: string;
  /** Another user than a service account: the scheduler. */
  readonly user?: User;
  readonly watches: readonly Watched[];
  /** A resource without which it has nothing to do; it does not run where the server is too old for it. */
  readonly needs?: ResourceId;
  /** Resources that it reads besides. */
  readonly reads?: readonly ResourceId[];
  /** Keys worked on at once; 10 unless given. */
  readonly workers?: number;
  /** Makes what is so for one key what should be so. Throwing means again, with backoff. */
  reconcile(key: Key, env: ControllerEnv): Promise<Again | undefined>;
  /**
   * Whether an object of a resource (`jobs.batch`) waits for it, for controllers that do not watch it for its own sake
   * (see {@link self}): whoever asks why it is as it is hears that they are off.
   */
  concerns?(resource: string, object: Frozen<KubeObject>): boolean;
  /** What a key means, for controllers whose keys are not those of objects that they watch. */
  objectOf?(key: Key, env: ControllerEnv): Frozen<KubeObject> | undefined;
  /** Called once before the first key; what it returns is called at the end. */
  start?(env: ControllerEnv): Cancel;
}

/** The object's own key. */
export function self(resource: ResourceId): Watched {
  return { resource, isSelf: true, keys: (object) => [keyOf(object)] };
}
