/** Reads of an earlier state, as of a server that has not heard the news yet. */
import { notFound } from '../../kube/api-error.ts';
import type { Key } from '../../kube/object.ts';
import type { Served } from '../../registry/catalog.ts';
import { StorageError } from '../../storage/storage.ts';
import type { StoredObject } from '../../storage/stored-object.ts';
import type { ApiRequest } from '../request.ts';

/** The revision that a read is answered from; undefined for the newest. Nothing older is told than what is kept. */
export function staleRevision({ staleBy }: ApiRequest, { store }: Served): number | undefined {
  if (staleBy === undefined) return undefined;
  const revision = Math.max(1, store.revision() - staleBy);
  try {
    store.list('', { at: revision, limit: 1 });
    return revision;
  } catch (error) {
    if (error instanceof StorageError && error.code === 'expired') return Number(error.actual);
    throw error;
  }
}

/** @throws ApiError 404 for an object that was not there then */
export function staleObject(key: Key, { store }: Served, at: number): StoredObject {
  const stored = store.list(key.namespace, { at, limit: 1, from: store.keyOf(key) }).items[0];
  if (stored?.key !== store.keyOf(key)) throw notFound(store.about, key.name);
  return stored;
}
