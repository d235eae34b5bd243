import { getOwn } from '../base/freeze.ts';
import {
  type About,
  type ApiError,
  alreadyExists,
  conflict,
  expired,
  notFound,
  OBJECT_MODIFIED,
  ApiError as Thrown,
} from '../kube/api-error.ts';
import type { Key } from '../kube/object.ts';
import { StorageError } from '../storage/storage.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { onceConverted } from './custom/conversion/unconverted.ts';

/** The message of a watch or list at a revision that is gone (etcd's, as kube-apiserver passes it on). */
export const REVISION_GONE = 'The resourceVersion for the provided list is too old.';

/** The 400 of an object in another namespace than that of the URL. */
export const OTHER_NAMESPACE = 'the namespace of the provided object does not match the namespace sent on the request';

/** Resources that upstream keeps under another name (SpecialDefaultResourcePrefixes). */
const STORED_UNDER: Readonly<Record<string, string>> = {
  endpoints: 'services/endpoints',
  ingresses: 'ingress',
  nodes: 'minions',
  replicationcontrollers: 'controllers',
  services: 'services/specs',
};

/** A conflict that only the storage finds: etcd3's error, which upstream passes on whole. */
function storageConflict(about: About, key: Key, detail: string): ApiError {
  const path = ['/registry', getOwn(STORED_UNDER, about.resource) ?? about.resource, key.namespace, key.name]
    .filter((part) => part !== '')
    .join('/');
  return conflict(
    about,
    key.name,
    `StorageError: invalid object, Code: 4, Key: ${path}, ResourceVersion: 0, AdditionalErrorMsg: ${detail}`,
  );
}

/** The conflict of an update that names another uid. */
export const uidConflict = (about: About, key: Key, asked: string, actual: string): ApiError =>
  storageConflict(about, key, `Precondition failed: UID in precondition: ${asked}, UID in object meta: ${actual}`);

/** The conflict of a binding that names another resourceVersion. */
export const revisionConflict = (about: About, key: Key, asked: string, actual: string): ApiError => {
  const [ofAsked, ofActual] = [`in precondition: ${asked}`, `in object meta: ${actual}`];
  return storageConflict(about, key, `Precondition failed: ResourceVersion ${ofAsked}, ResourceVersion ${ofActual}`);
};

/** The conflict of a DELETE that is only for objects which cannot be read any more: ours always can. */
export const unsafeDeletion = (about: About, key: Key): ApiError =>
  storageConflict(about, key, 'unsafe deletion is not allowed because the object is decodable from storage');

/** A failed write or read of storage, in the words of the API. Other errors come back as they are. */
export function apiErrorOf(
  error: unknown,
  about: About,
  key: Key,
  expect: { uid?: string; resourceVersion?: string } = {},
): unknown {
  if (!(error instanceof StorageError)) return error;
  switch (error.code) {
    case 'exists':
      return alreadyExists(about, key.name);
    case 'not-found':
      return notFound(about, key.name);
    case 'uid-differs':
      return uidConflict(about, key, expect.uid ?? '', error.actual ?? '');
    case 'revision-differs':
      return conflict(about, key.name, OBJECT_MODIFIED);
    case 'expired':
      return expired(REVISION_GONE);
    case 'too-new':
      return tooNew(expect.resourceVersion ?? '', error.actual ?? '');
  }
}

/** A resourceVersion from the future: 504, so that clients ask again (storage.NewTooLargeResourceVersionError). */
export function tooNew(asked: string, current: string): ApiError {
  return new Thrown(504, 'Timeout', `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

/**
 * A name that is taken by an object on its way out: waiting would help, and the message says so.
 *
 * @param find what has the name
 */
export async function tellDeletion(error: unknown, find: () => StoredObject | undefined): Promise<unknown> {
  if (!(error instanceof Thrown && error.reason === 'AlreadyExists')) return error;
  const taken = await onceConverted(find).catch(() => undefined);
  if (taken?.value.metadata.deletionTimestamp === undefined) return error;
  return new Thrown(error.code, error.reason, `object is being deleted: ${error.message}`, error.status.details);
}
