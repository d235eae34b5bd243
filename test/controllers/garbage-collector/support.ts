import type { Client } from '../../../controllers/lib/client.ts';
import type { Frozen } from '../../../server/base/freeze.ts';
import { ApiError } from '../../../server/kube/api-error.ts';
import type { KubeObject, OwnerReference } from '../../../server/kube/object.ts';

export const CONFIG_MAPS = 'v1/configmaps';

/** A reference to an object, as its dependents carry it. */
export function refTo(owner: Frozen<KubeObject>, more: Partial<OwnerReference> = {}): OwnerReference {
  const { name = '', uid = '' } = owner.metadata;
  return { apiVersion: owner.apiVersion ?? '', kind: owner.kind ?? '', name, uid, ...more };
}

/** A config map: the smallest thing that can own and be owned. */
export function createMap(
  client: Client,
  name: string,
  ownerReferences: OwnerReference[] = [],
  { namespace = 'default', finalizers }: { namespace?: string; finalizers?: string[] } = {},
): Promise<Frozen<KubeObject>> {
  const owners = ownerReferences.length > 0 ? { ownerReferences } : {};
  return client.create(CONFIG_MAPS, { metadata: { namespace, name, ...owners, ...(finalizers && { finalizers }) } });
}

export async function find(
  client: Client,
  name: string,
  namespace = 'default',
): Promise<Frozen<KubeObject> | undefined> {
  try {
    return await client.get(CONFIG_MAPS, { namespace, name });
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}

/** Names of the config maps that exist, sorted. */
export async function names(client: Client, namespace = 'default'): Promise<string[]> {
  return (await client.list(CONFIG_MAPS, namespace)).map(({ metadata }) => metadata.name ?? '').sort();
}
