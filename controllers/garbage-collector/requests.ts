/** The requests of the garbage collector: pkg/controller/garbagecollector, operations.go and patch.go. */
import { deepEqual, type Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { type KubeObject, keyOf } from '../../server/kube/object.ts';
import type { ResourceId } from '../../server/kube/transport.ts';
import type { Client, DeleteOptions } from '../lib/client.ts';
import { hasFinalizer, type Reference, referencesOf } from './owners.ts';

type Policy = NonNullable<DeleteOptions['propagationPolicy']>;

/** retry.DefaultBackoff.Steps. */
const ATTEMPTS_MAX = 4;

const isNotFound = (error: unknown): boolean => error instanceof ApiError && error.code === 404;
const isConflict = (error: unknown): boolean => error instanceof ApiError && error.reason === 'Conflict';
const isUnsupported = (error: unknown): boolean => error instanceof ApiError && error.code === 415;

/** @returns undefined when it is not there */
export async function read(
  client: Client,
  resource: ResourceId,
  namespace: string,
  name: string,
): Promise<Frozen<KubeObject> | undefined> {
  try {
    return await client.get(resource, { namespace, name });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Deletes an object that is still the one that was looked at. One that is gone already is fine. */
export async function remove(
  client: Client,
  resource: ResourceId,
  object: Frozen<KubeObject>,
  propagationPolicy: Policy,
): Promise<void> {
  const { uid = '', resourceVersion = '' } = object.metadata;
  const key = keyOf(object);
  try {
    await client.delete(resource, key, { uid, resourceVersion, propagationPolicy });
  } catch (error) {
    if (isNotFound(error)) return;
    if (!isConflict(error)) throw error;
    const latest = await read(client, resource, key.namespace, key.name);
    if (!latest || latest.metadata.uid !== uid) return;
    // Changes of anything but the owners do not matter, or an object that changes all the time would never go.
    if (!deepEqual(referencesOf(latest), referencesOf(object))) throw error;
    await client.delete(resource, key, { uid, propagationPolicy });
  }
}

/** Takes owners out of an object. Kinds without strategic merge patches get a merge patch. */
export async function dropOwners(
  client: Client,
  resource: ResourceId,
  object: Frozen<KubeObject>,
  owners: readonly string[],
): Promise<void> {
  const { uid = '' } = object.metadata;
  const ownerReferences = owners.map((owner) => ({ $patch: 'delete', uid: owner }));
  await patchOwners(client, resource, object, { metadata: { uid, ownerReferences } }, (references) =>
    references.filter((reference) => !owners.includes(reference.uid)),
  );
}

/** Makes the references of an object stop blocking, so that a circle of waiting owners can end. */
export async function unblockOwners(client: Client, resource: ResourceId, object: Frozen<KubeObject>): Promise<void> {
  const unblocked = (references: readonly Reference[]): Reference[] =>
    references.map((reference) =>
      reference.blockOwnerDeletion ? { ...reference, blockOwnerDeletion: false } : reference,
    );
  const ownerReferences = unblocked(referencesOf(object)).filter((_, i) => referencesOf(object)[i]?.blockOwnerDeletion);
  const { uid = '' } = object.metadata;
  await patchOwners(client, resource, object, { metadata: { uid, ownerReferences } }, unblocked);
}

async function patchOwners(
  client: Client,
  resource: ResourceId,
  object: Frozen<KubeObject>,
  patch: object,
  change: (references: readonly Reference[]) => Reference[],
): Promise<void> {
  const key = keyOf(object);
  try {
    await client.patch(resource, key, 'strategic', patch);
  } catch (error) {
    if (isNotFound(error)) return;
    if (!isUnsupported(error)) throw error;
    const latest = await read(client, resource, key.namespace, key.name);
    if (!latest) return;
    const { uid = '' } = object.metadata;
    const { resourceVersion = '' } = latest.metadata;
    await client.patch(resource, key, 'merge', {
      metadata: { uid, resourceVersion, ownerReferences: change(referencesOf(latest)) },
    });
  }
}

/** Takes a finalizer off an object, against whoever changes it at the same time. */
export async function dropFinalizer(
  client: Client,
  resource: ResourceId,
  object: Frozen<KubeObject>,
  finalizer: string,
): Promise<void> {
  const key = keyOf(object);
  let current: Frozen<KubeObject> = object;
  for (let attempt = 1; hasFinalizer(current, finalizer); attempt++) {
    const { resourceVersion = '', finalizers = [] } = current.metadata;
    const left = finalizers.filter((other) => other !== finalizer);
    try {
      await client.patch(resource, key, 'merge', {
        metadata: { resourceVersion, finalizers: left.length > 0 ? left : null },
      });
      return;
    } catch (error) {
      if (isNotFound(error)) return;
      if (!isConflict(error) || attempt >= ATTEMPTS_MAX) throw error;
      const latest = await read(client, resource, key.namespace, key.name);
      if (!latest || latest.metadata.uid !== object.metadata.uid) return;
      current = latest;
    }
  }
}
