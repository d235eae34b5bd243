/** The newest versions of stored objects, as authentication looks them up. */
import type { RegistryEnv } from '../registry/resource.ts';
import type { Storage } from '../storage/storage.ts';

/** `find('pods', key)`: a resource by its name, an object by its key. */
export type ObjectLookup = Pick<RegistryEnv, 'find'>;

/** `list('pods', namespace)`: every object of a resource. */
export type ObjectLists = Pick<RegistryEnv, 'list'>;

const keyOf = (resource: string, namespace: string, name: string): string =>
  namespace === '' ? `${resource}/${name}` : `${resource}/${namespace}/${name}`;

/** The lookup for parts that exist before the registry does. Keys are the ones under which the registry stores. */
export function storedObjects(storage: Pick<Storage, 'get' | 'list'>): ObjectLookup & ObjectLists {
  return {
    find: (resource, { namespace, name }) => storage.get(keyOf(resource, namespace, name)),
    list: (resource, namespace = '') => storage.list(keyOf(resource, namespace, '')).items,
  };
}
