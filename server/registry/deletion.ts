/** What DELETE does to an object: k8s.io/apiserver/pkg/registry/rest/delete.go and Store.Delete. */
import { type Clock, rfc3339 } from '../base/clock.ts';
import { deepEqual, type Frozen, thaw } from '../base/freeze.ts';
import { type About, conflict } from '../kube/api-error.ts';
import type { KubeObject } from '../kube/object.ts';
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
  if (object.metadata.finalizers?.length) return false;
  if (definition.holdsDeletion) return old.metadata.deletionTimestamp !== undefined && !definition.holdsDeletion(object as Frozen<KubeObject>);
  return old.metadata.deletionTimestamp !== undefined && (old.metadata.deletionGracePeriodSeconds ?? 1) === 0;
}

/**
 * @returns the version that is left or was the last, and whether the object is gone
 * @throws StorageError, ApiError 409 for preconditions
 */
export async function deleteObject(target: Target, { options }: DeleteRequest, clock: Clock, dryRun: boolean): Promise<{ object: StoredObject; gone: boolean }> {
  let gone = false;
  const change = async (current: StoredObject): Promise<KubeObject | 'delete'> => {
    checkOptions(options, current.value, target.about);
    const next = marked(current.value, options, target.definition, clock.now());
    gone = next === 'delete';
    return next;
  };
  if (!dryRun) return { object: await target.storage.guaranteedUpdate(target.key, {}, change), gone };
  const current = target.storage.get(target.key);
  if (!current) throw new StorageError('not-found', target.key);
  const next = await change(current);
  const object = next === 'delete' ? current : new StoredObject(current.key, current.revision, next as Frozen<KubeObject>);
  return { object, gone };
}

function checkOptions({ preconditions }: DeleteOptions, { metadata }: Frozen<KubeObject>, about: About): void {
  if (preconditions?.uid !== undefined && preconditions.uid !== metadata.uid) {
    const why = `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`;
    throw conflict(about, metadata.name ?? '', why);
  }
  if (preconditions?.resourceVersion !== undefined && preconditions.resourceVersion !== metadata.resourceVersion) {
    const why = `the ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`;
    throw conflict(about, metadata.name ?? '', why);
  }
}

/** The object marked as being deleted, unchanged when it already was, or `delete` when nothing keeps it. */
function marked(current: Frozen<KubeObject>, options: DeleteOptions, definition: ResourceDefinition, nowMs: number): KubeObject | 'delete' {
  const object = thaw(current) as KubeObject;
  const meta = object.metadata;
  const grace = graceOf(current, options, definition, nowMs);
  if (grace === 'pending') return object;
  const finalizers = collectorFinalizers(current, options, definition);
  if (!deepEqual(finalizers, meta.finalizers ?? [])) meta.finalizers = finalizers;
  const kept = finalizers.length > 0 || (definition.holdsDeletion?.(current) ?? false);
  if (grace) {
    if (grace.seconds === 0 && !kept) return 'delete';
    if (meta.deletionTimestamp === undefined && meta.generation) meta.generation++;
    meta.deletionTimestamp = rfc3339(grace.atMs);
    meta.deletionGracePeriodSeconds = grace.seconds;
  } else {
    if (!kept) return 'delete';
    if (meta.deletionGracePeriodSeconds === undefined && meta.generation) meta.generation++;
    meta.deletionTimestamp ??= rfc3339(nowMs);
    if (!definition.holdsDeletion) meta.deletionGracePeriodSeconds = 0;
    else if (finalizers.length > 0 && !definition.onDeleting) meta.deletionGracePeriodSeconds = 0;
  }
  definition.onDeleting?.(object);
  object.metadata = orderedMeta(meta);
  return object;
}

/**
 * When the object is to go, for kinds that stop gracefully. A second DELETE may only shorten the time; `pending` means
 * that it changes nothing.
 */
function graceOf(current: Frozen<KubeObject>, options: DeleteOptions, definition: ResourceDefinition, nowMs: number): { seconds: number; atMs: number } | 'pending' | undefined {
  if (!definition.graceSeconds) return undefined;
  const { deletionTimestamp, deletionGracePeriodSeconds } = current.metadata;
  const asked = options.gracePeriodSeconds !== undefined && options.gracePeriodSeconds < 0 ? 1 : options.gracePeriodSeconds;
  if (deletionTimestamp !== undefined) {
    if (deletionGracePeriodSeconds === undefined) return undefined;
    if (asked === undefined || asked >= deletionGracePeriodSeconds) return 'pending';
    return { seconds: asked, atMs: Date.parse(deletionTimestamp) + (asked - deletionGracePeriodSeconds) * 1000 };
  }
  const seconds = definition.graceSeconds(current, asked);
  return { seconds, atMs: nowMs + seconds * 1000 };
}

/** The finalizers that make the garbage collector orphan dependents or delete them first, as the request wants. */
function collectorFinalizers(current: Frozen<KubeObject>, options: DeleteOptions, definition: ResourceDefinition): string[] {
  const existing = current.metadata.finalizers ?? [];
  const policy = options.propagationPolicy;
  const orphan =
    options.orphanDependents ??
    (policy !== undefined
      ? policy === 'Orphan'
      : existing.includes(ORPHAN) || (!existing.includes(FOREGROUND) && (definition.orphansByDefault ?? false)));
  const foreground =
    options.orphanDependents === undefined && (policy !== undefined ? policy === 'Foreground' : existing.includes(FOREGROUND) && !orphan);
  const others = existing.filter((finalizer) => finalizer !== ORPHAN && finalizer !== FOREGROUND);
  if (orphan) others.push(ORPHAN);
  if (foreground) others.push(FOREGROUND);
  // The order of what is there already does not change.
  return others.length === existing.length && existing.every((finalizer) => others.includes(finalizer)) ? [...existing] : others;
}
