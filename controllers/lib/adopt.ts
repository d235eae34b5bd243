/** Owner references with `controller: true`: k8s.io/kubernetes/pkg/controller/controller_ref_manager.go. */
import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import {
  type LabelSelector,
  type LabelSelectorObject,
  type Labels,
  selectorFromLabels,
  selectorFromObject,
  selectorMatches,
} from '../../server/kube/labels.ts';
import { type Key, type KubeObject, keyOf, type OwnerReference } from '../../server/kube/object.ts';
import type { ResourceId } from '../../server/kube/transport.ts';
import type { ControllerEnv, Watched } from './controller.ts';

/** A kind whose objects control others. */
export interface ControllerKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly resource: ResourceId;
}

/** The reference to the controller of an object, if it has one (metav1.GetControllerOf). */
export function controllerRefOf({ metadata }: Frozen<KubeObject>): Frozen<OwnerReference> | undefined {
  for (const reference of metadata.ownerReferences ?? []) if (reference.controller) return reference;
  return undefined;
}

export function isControlledBy(object: Frozen<KubeObject>, owner: Frozen<KubeObject>): boolean {
  return controllerRefOf(object)?.uid === owner.metadata.uid;
}

/** What an object that `owner` controls carries (metav1.NewControllerRef). */
export function controllerRefTo(owner: Frozen<KubeObject>, { apiVersion, kind }: ControllerKind): OwnerReference {
  const { name = '', uid = '' } = owner.metadata;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

const selectors = new WeakMap<object, LabelSelector>();

/** Versions of a workload share what did not change, so that each selector is read once. */
function readOnce<T extends object>(source: T, read: (source: T) => LabelSelector): LabelSelector {
  let selector = selectors.get(source);
  if (!selector) {
    selector = read(source);
    selectors.set(source, selector);
  }
  return selector;
}

/** The selector that a workload carries. */
export function labelSelectorOf(selector: Frozen<LabelSelectorObject>): LabelSelector {
  return readOnce(selector, selectorFromObject);
}

/** The selector that replication controllers and services carry; an empty one selects nothing. */
export function mapSelectorOf(labels: Labels): LabelSelector | undefined {
  const selector = readOnce(labels, selectorFromLabels);
  return selector.length > 0 ? selector : undefined;
}

/** The key of an object's controller; of an object that has none, the keys of all who could adopt it. */
export function ownedOrAdoptable<Owner extends KubeObject>(
  resource: ResourceId,
  { kind, resource: owners }: ControllerKind,
  selectorOf: (owner: Frozen<Owner>) => LabelSelector | undefined,
): Watched {
  return {
    resource,
    // What did not change is shared with the version before.
    haveSameKeys: ({ metadata: before }, { metadata: now }) =>
      before.labels === now.labels && before.ownerReferences === now.ownerReferences,
    keys: (object, env) => {
      const reference = controllerRefOf(object);
      const namespace = object.metadata.namespace ?? '';
      if (reference) return reference.kind === kind ? [{ namespace, name: reference.name }] : [];
      const keys: Key[] = [];
      for (const owner of env.lister<Owner>(owners).list(namespace)) {
        const selector = selectorOf(owner);
        // An empty selector that creeps in shall select nothing, not everything.
        if (selector?.length && selectorMatches(selector, object.metadata.labels)) keys.push(keyOf(owner));
      }
      return keys;
    },
  };
}

export interface Claim<T extends KubeObject> {
  readonly env: ControllerEnv;
  readonly owner: Frozen<KubeObject>;
  readonly kind: ControllerKind;
  /** Of the candidates. */
  readonly resource: ResourceId;
  /** Objects that the owner controls, and those of its namespace that nobody controls; others are left alone. */
  readonly candidates: Iterable<Frozen<T>>;
  readonly matches: (candidate: Frozen<T>) => boolean;
  /** Finalizers that adopted objects get and released ones lose. */
  readonly finalizers?: readonly string[];
  /** Told the new version of every object that was adopted or released. */
  readonly wrote?: (object: Frozen<T>) => void;
}

/**
 * The objects that belong to the owner from now on: those it controls and its selector matches. Matching orphans are
 * adopted, and controlled objects that match no longer are released, unless the owner is being deleted.
 *
 * @throws what went wrong with a patch, after all candidates have been looked at
 */
export async function claim<T extends KubeObject>(request: Claim<T>): Promise<Frozen<T>[]> {
  const { claimed, others } = sorted(request);
  const errors: unknown[] = [];
  let mayAdopt: Promise<void> | undefined;
  for (const candidate of others) {
    try {
      if (controllerRefOf(candidate)) {
        await release(request, candidate);
      } else if (candidate.metadata.deletionTimestamp === undefined) {
        mayAdopt ??= checkOwner(request);
        await mayAdopt;
        claimed.push(await adopt(request, candidate));
      }
    } catch (error) {
      // A candidate that is gone needs nothing.
      if (!(error instanceof ApiError && error.code === 404)) errors.push(error);
    }
  }
  if (errors.length > 0) throw errors.length === 1 ? errors[0] : new AggregateError(errors, errors.join(', '));
  return claimed;
}

/** What the owner has already, which is nearly everything, nearly always; and what it has yet to adopt or release. */
function sorted<T extends KubeObject>({
  owner,
  candidates,
  matches,
}: Claim<T>): {
  readonly claimed: Frozen<T>[];
  readonly others: readonly Frozen<T>[];
} {
  const { uid, deletionTimestamp } = owner.metadata;
  const claimed: Frozen<T>[] = [];
  const others: Frozen<T>[] = [];
  for (const candidate of candidates) {
    const reference = controllerRefOf(candidate);
    if (reference && reference.uid !== uid) continue;
    const isMatch = matches(candidate);
    if (reference && isMatch) claimed.push(candidate);
    else if (deletionTimestamp === undefined && (reference !== undefined || isMatch)) others.push(candidate);
  }
  return { claimed, others };
}

/** Before the first adoption the owner is read past the informer: it may be on its way out (kubernetes#42639). */
async function checkOwner<T extends KubeObject>({ env, owner, kind }: Claim<T>): Promise<void> {
  const { namespace = '', name = '', uid } = owner.metadata;
  const fresh = await env.client.get(kind.resource, keyOf(owner));
  if (fresh.metadata.uid !== uid) {
    throw new Error(`original ${kind.kind} ${namespace}/${name} is gone: got uid ${fresh.metadata.uid}, wanted ${uid}`);
  }
  const { deletionTimestamp } = fresh.metadata;
  if (deletionTimestamp !== undefined)
    throw new Error(`${namespace}/${name} has just been deleted at ${deletionTimestamp}`);
}

async function adopt<T extends KubeObject>(
  { env, owner, kind, resource, finalizers, wrote }: Claim<T>,
  orphan: Frozen<T>,
): Promise<Frozen<T>> {
  const { uid = '' } = orphan.metadata;
  const metadata = { uid, ownerReferences: [controllerRefTo(owner, kind)], ...(finalizers && { finalizers }) };
  const adopted = await env.client.patch<T>(resource, keyOf(orphan), 'strategic', { metadata });
  wrote?.(adopted);
  return adopted;
}

async function release<T extends KubeObject>(
  { env, owner, resource, finalizers, wrote }: Claim<T>,
  controlled: Frozen<T>,
): Promise<void> {
  const ownerReferences = [{ $patch: 'delete', uid: owner.metadata.uid ?? '' }];
  const metadata = {
    uid: controlled.metadata.uid ?? '',
    ownerReferences,
    ...(finalizers && { '$deleteFromPrimitiveList/finalizers': finalizers }),
  };
  try {
    wrote?.(await env.client.patch<T>(resource, keyOf(controlled), 'strategic', { metadata }));
  } catch (error) {
    // 422: there is no such reference, or the object has been replaced by another of the same name.
    if (!(error instanceof ApiError && error.code === 422)) throw error;
  }
}
