/** What DELETE does to an object: k8s.io/apiserver/pkg/registry/rest/delete.go and Store.Delete. */
import { type Clock, rfc3339 } from '../base/clock.ts';
import { type Frozen, thaw } from '../base/freeze.ts';
import { type About, conflict } from '../kube/api-error.ts';
import type { KubeObject, ObjectMeta } from '../kube/object.ts';
import { type Storage, StorageError } from '../storage/storage.ts';
import { StoredObject } from '../storage/stored-object.ts';
import { orderedMeta } from './object-meta.ts';
import type { DeleteOptions, ResourceDefinition } from './resource.ts';

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

export interface DeleteRequest {
  readonly options: DeleteOptions;
}

interface Target {
  readonly storage: Storage;
  readonly key: string;
  readonly about: About;
  readonly definition: ResourceDefinition;
}

/**
 * Whether a changed object has nothing left that keeps it: it was being deleted without grace, and its last finalizer
 * is gone (ShouldDeleteDuringUpdate).
 */
export function goesNow(object: KubeObject, old: Frozen<KubeObject>, definition: ResourceDefinition): boolean {
  if (object.metadata.finalizers?.length || old.metadata.deletionTimestamp === undefined) return false;
  return !old.metadata.deletionGracePeriodSeconds && !definition.holdsDeletion?.(object as Frozen<KubeObject>);
}

/**
 * @returns the version that is left or was the last, and whether the object is gone
 * @throws StorageError, ApiError 409 for preconditions
 */
export async function deleteObject(
  target: Target,
  { options }: DeleteRequest,
  clock: Clock,
  dryRun: boolean,
): Promise<{ object: StoredObject; gone: boolean }> {
  let outcome: Outcome = 'kept';
  const change = async (current: StoredObject): Promise<KubeObject | 'delete'> => {
    checkOptions(options, current.value, target);
    const next = marked(current.value, options, target.definition, clock.now());
    outcome = next.outcome;
    return outcome === 'gone' ? 'delete' : next.object;
  };
  if (dryRun) {
    const current = target.storage.get(target.key);
    if (!current) throw new StorageError('not-found', target.key);
    const next = await change(current);
    const object =
      next === 'delete' ? current : new StoredObject(current.key, current.revision, next as Frozen<KubeObject>);
    return { object, gone: isGone(outcome) };
  }
  const object = await target.storage.guaranteedUpdate(target.key, {}, change);
  // Upstream stores the marks of a graceful deletion even when there is nothing to wait for: watchers see both writes.
  if (!isMarkedThenGone(outcome)) return { object, gone: isGone(outcome) };
  try {
    return { object: await target.storage.guaranteedUpdate(target.key, {}, async () => 'delete'), gone: true };
  } catch (error) {
    if (error instanceof StorageError && error.code === 'not-found') return { object, gone: true };
    throw error;
  }
}

/** What becomes of an object: `marked-then-gone` is a graceful deletion whose time is over at once. */
type Outcome = 'kept' | 'gone' | 'marked-then-gone';

const isGone = (outcome: Outcome): boolean => outcome !== 'kept';
const isMarkedThenGone = (outcome: Outcome): boolean => outcome === 'marked-then-gone';

function checkOptions(
  { preconditions }: DeleteOptions,
  { metadata }: Frozen<KubeObject>,
  { about, definition }: Target,
): void {
  const { name = '', uid, resourceVersion } = metadata;
  const isOwn = definition.holdsDeletion !== undefined || definition.deletionFinalizer !== undefined;
  // Namespaces and definitions have a deletion of their own, and it words its conflicts in its own way.
  if (preconditions?.uid !== undefined && preconditions.uid !== uid) {
    if (isOwn) throw conflict(pluralOf(definition), name, unmet(definition, 'UID', preconditions.uid, uid));
    const why =
      `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${uid}). The ` +
      `object might have been deleted and then recreated`;
    throw conflict(about, name, why);
  }
  if (preconditions?.resourceVersion !== undefined && preconditions.resourceVersion !== resourceVersion) {
    if (isOwn)
      throw conflict(
        pluralOf(definition),
        name,
        unmet(definition, 'ResourceVersion', preconditions.resourceVersion, resourceVersion),
      );
    const why =
      `the ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match the ` +
      `ResourceVersion in record (${resourceVersion}). The object might have been modified`;
    throw conflict(about, name, why);
  }
}

const unmet = (definition: ResourceDefinition, what: string, asked: string, actual: string | undefined): string =>
  `${definition.holdsDeletion ? 'P' : 'p'}recondition failed: ${what} in precondition: ${asked}, ` +
  `${what} in object meta: ${actual}`;

function pluralOf({ resource }: ResourceDefinition): About {
  const [plural = '', ...group] = resource.split('.');
  return { group: group.join('.'), resource: plural };
}

interface Marked {
  readonly object: KubeObject;
  readonly outcome: Outcome;
}

/** A copy of which the metadata may be changed, and the rest where the kind has something to say there. */
function opened(current: Frozen<KubeObject>, definition: ResourceDefinition): KubeObject {
  if (definition.onDeleting) return thaw<KubeObject>(current);
  return { ...(current as KubeObject), metadata: thaw<ObjectMeta>(current.metadata) };
}

/** The object with the marks of a deletion, unchanged when it already has them, and what becomes of it. */
function marked(
  current: Frozen<KubeObject>,
  options: DeleteOptions,
  definition: ResourceDefinition,
  nowMs: number,
): Marked {
  const object = opened(current, definition);
  const meta = object.metadata;
  if (definition.deletionFinalizer !== undefined && meta.deletionTimestamp === undefined) {
    const finalizers = meta.finalizers ?? [];
    const own = definition.deletionFinalizer;
    setFinalizers(meta, finalizers.includes(own) ? finalizers : [...finalizers, own]);
    meta.deletionTimestamp = rfc3339(nowMs);
    definition.onDeleting?.(object);
    object.metadata = orderedMeta(meta);
    return { object, outcome: 'kept' };
  }
  if (definition.holdsDeletion) {
    if (meta.deletionTimestamp === undefined)
      return { object: firstMark(object, options, definition, nowMs), outcome: 'kept' };
    if (definition.holdsDeletion(current)) return { object, outcome: 'kept' };
  }
  const grace = graceOf(current, options, definition, nowMs);
  if (grace === 'pending') return { object, outcome: 'kept' };
  const finalizers = collectorFinalizers(current, options, definition);
  setFinalizers(meta, finalizers);
  if (!grace && finalizers.length === 0) return { object, outcome: 'gone' };
  if (meta.deletionTimestamp === undefined && meta.generation) meta.generation++;
  if (grace) meta.deletionTimestamp = rfc3339(grace.atMs);
  else if (meta.deletionTimestamp === undefined || Date.parse(meta.deletionTimestamp) > nowMs)
    meta.deletionTimestamp = rfc3339(nowMs);
  meta.deletionGracePeriodSeconds = grace?.seconds ?? 0;
  definition.onDeleting?.(object);
  object.metadata = orderedMeta(meta);
  return { object, outcome: grace?.seconds === 0 && finalizers.length === 0 ? 'marked-then-gone' : 'kept' };
}

/** The first request to delete an object that waits for more than finalizers: it says no grace period. */
function firstMark(
  object: KubeObject,
  options: DeleteOptions,
  definition: ResourceDefinition,
  nowMs: number,
): KubeObject {
  const meta = object.metadata;
  const existing = meta.finalizers ?? [];
  const { orphanDependents, propagationPolicy: policy } = options;
  const wanted = {
    [ORPHAN]: orphanDependents ?? (policy === undefined ? existing.includes(ORPHAN) : policy === 'Orphan'),
    // Unlike other kinds, namespaces take `orphanDependents: false` for a wish to wait for dependents.
    [FOREGROUND]:
      orphanDependents !== undefined
        ? !orphanDependents
        : policy === undefined
          ? existing.includes(FOREGROUND)
          : policy === 'Foreground',
  };
  const finalizers = existing.filter((finalizer) => finalizer !== ORPHAN && finalizer !== FOREGROUND);
  for (const [finalizer, isWanted] of Object.entries(wanted)) if (isWanted) finalizers.push(finalizer);
  setFinalizers(meta, finalizers);
  meta.deletionTimestamp = rfc3339(nowMs);
  definition.onDeleting?.(object);
  object.metadata = orderedMeta(meta);
  return object;
}

function setFinalizers(meta: ObjectMeta, finalizers: string[]): void {
  if (finalizers.length > 0) meta.finalizers = finalizers;
  else delete meta.finalizers;
}

/**
 * When the object is to go, for kinds that stop gracefully. A second DELETE may only shorten the time; `pending` means
 * that it changes nothing.
 */
function graceOf(
  current: Frozen<KubeObject>,
  options: DeleteOptions,
  definition: ResourceDefinition,
  nowMs: number,
): { seconds: number; atMs: number } | 'pending' | undefined {
  if (!definition.graceSeconds) return undefined;
  const { deletionTimestamp, deletionGracePeriodSeconds } = current.metadata;
  const asked =
    options.gracePeriodSeconds !== undefined && options.gracePeriodSeconds < 0 ? 1 : options.gracePeriodSeconds;
  if (deletionTimestamp === undefined) {
    const seconds = definition.graceSeconds(current, asked);
    return { seconds, atMs: nowMs + seconds * 1000 };
  }
  if (!deletionGracePeriodSeconds) return undefined;
  if (asked === undefined || asked >= deletionGracePeriodSeconds) return 'pending';
  const atMs = Date.parse(deletionTimestamp) + (asked - deletionGracePeriodSeconds) * 1000;
  // A time that has passed: it goes now, but whoever stops it gracefully still gets to see it.
  return atMs < nowMs ? { seconds: Math.min(asked, 1), atMs: nowMs } : { seconds: asked, atMs };
}

/** The finalizers that make the garbage collector orphan dependents or delete them first, as the request wants. */
function collectorFinalizers(
  current: Frozen<KubeObject>,
  options: DeleteOptions,
  definition: ResourceDefinition,
): string[] {
  const existing = current.metadata.finalizers ?? [];
  const policy = options.propagationPolicy;
  const orphan =
    options.orphanDependents ??
    (policy !== undefined
      ? policy === 'Orphan'
      : existing.includes(ORPHAN) || (!existing.includes(FOREGROUND) && (definition.orphansByDefault ?? false)));
  const foreground =
    options.orphanDependents === undefined &&
    (policy !== undefined ? policy === 'Foreground' : existing.includes(FOREGROUND) && !orphan);
  const others = existing.filter((finalizer) => finalizer !== ORPHAN && finalizer !== FOREGROUND);
  if (orphan) others.push(ORPHAN);
  if (foreground) others.push(FOREGROUND);
  // The order of what is there already does not change.
  return others.length === existing.length && existing.every((finalizer) => others.includes(finalizer))
    ? [...existing]
    : others;
}
