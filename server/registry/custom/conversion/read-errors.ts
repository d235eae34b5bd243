/** Objects that cannot be read, because nobody converts them, in the words of upstream's storage. */
import { ApiError } from '../../../kube/api-error.ts';
import type { StoredObject } from '../../../storage/stored-object.ts';

/** How many objects of a list are told about (maxCorruptObjErrsToAggregate). */
const TOLD_MAX = 100;

/** Storage's key `gizmos.example.com/default/a` as upstream has it: `/example.com/gizmos/default/a`. */
function pathOf(key: string): string {
  const [bucket = '', ...rest] = key.split('/');
  const dot = bucket.indexOf('.');
  return ['', bucket.slice(dot + 1), bucket.slice(0, dot), ...rest].join('/');
}

export const notDecodable = (revision: number, { message }: Error): string =>
  `object not decodable revision=${revision}: ${message}`;

export function undecodable({ key, revision }: StoredObject, error: Error): string {
  const detail = `AdditionalErrorMsg: ${notDecodable(revision, error)}`;
  return `StorageError: corrupt object, Code: 7, Key: ${pathOf(key)}, ResourceVersion: 0, ${detail}`;
}

/** The failure of a list (aggregatedStorageError). @param key of any of the objects */
export function storeReadError(key: string, messages: readonly string[]): ApiError {
  const [bucket = ''] = key.split('/');
  const [kind, group] = [bucket.slice(0, bucket.indexOf('.')), bucket.slice(bucket.indexOf('.') + 1)];
  const told = messages.slice(0, TOLD_MAX);
  const causes = told.map((message) => ({
    reason: 'UnexpectedServerResponse',
    message,
    field: /Key: ([^,]*),/.exec(message)?.[1] ?? '',
  }));
  const more = told.length > 1 ? ` (and ${told.length - 1} more)` : '';
  const message = `failed to read one or more ${bucket} from the storage: ${told[0] ?? ''}${more}`;
  return new ApiError(500, 'StorageReadError', message, { name: 'list', group, kind, causes });
}
