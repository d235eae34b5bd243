/** What the garbage collector reads in metadata. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { KubeObject, OwnerReference } from '../../server/kube/object.ts';

export const FOREGROUND = 'foregroundDeletion';
export const ORPHAN = 'orphan';

export type Reference = Frozen<OwnerReference>;

export const referencesOf = ({ metadata }: Frozen<KubeObject>): readonly Reference[] => metadata.ownerReferences ?? [];

export const isDeleting = ({ metadata }: Frozen<KubeObject>): boolean => metadata.deletionTimestamp !== undefined;

export function hasFinalizer({ metadata }: Frozen<KubeObject>, finalizer: string): boolean {
  return metadata.finalizers?.includes(finalizer) ?? false;
}

/** Whether an object is kept until those of its dependents are gone that block its deletion. */
export const waitsForDependents = (object: Frozen<KubeObject>): boolean =>
  isDeleting(object) && hasFinalizer(object, FOREGROUND);

/** Whether an object is kept until its dependents have been released. */
export const waitsForRelease = (object: Frozen<KubeObject>): boolean =>
  isDeleting(object) && hasFinalizer(object, ORPHAN);

/** Owners by uid, and whether the reference keeps a foreground deletion of the owner waiting. */
export function blockingByOwner(references: readonly Reference[]): Map<string, boolean> {
  const blocking = new Map<string, boolean>();
  for (const { uid, blockOwnerDeletion = false } of references)
    blocking.set(uid, blockOwnerDeletion || (blocking.get(uid) ?? false));
  return blocking;
}

/** How upstream prints a reference in Events (objectReference.String). */
export function referenceText({ apiVersion, kind, name, uid }: Reference, namespace: string): string {
  return `[${apiVersion}/${kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}]`;
}
