/** Errors of strategic merge patches, in upstream's words (mergepatch/errors.go). */
import { ApiError, badRequest } from '../../kube/api-error.ts';
import { goPrint, goPrintText, goTypeName } from './go-print.ts';

export type Document = Record<string, unknown>;

export function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Plain Go errors of the patch code leave kube-apiserver as a 500 without a reason. */
export const failed = (message: string): ApiError => new ApiError(500, '', message);

export const noMergeKey = (element: unknown, key: string): ApiError =>
  failed(`map: ${goPrint(element)} does not contain declared merge key: ${key}`);

export const badPatchType = (directive: unknown, map: unknown): ApiError =>
  failed(`unknown patch type: ${goPrintText(directive)} in map: ${goPrint(map)}`);

export const badRetainKeys = (): ApiError => badRequest('invalid patch format of retainKeys');

/** @throws ApiError 500 when a value is no list */
export function listOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  throw wrongKind('[]interface {}', value);
}

/** @throws ApiError 500 when a value is no object */
export function documentOf(value: unknown): Document {
  if (isDocument(value)) return value;
  throw wrongKind('map[string]interface {}', value);
}

function wrongKind(expected: string, value: unknown): ApiError {
  const found = value === null ? '%!s(<nil>)' : goTypeName(value);
  return failed(`expected a ${expected}, but received a ${found}`);
}

/** What the elements of lists are; all have to be the same. @throws ApiError 500 */
export function elementKind(...lists: readonly (readonly unknown[])[]): string {
  let kind: string | undefined;
  for (const list of lists) {
    for (const element of list) {
      const found = element === null ? '' : goTypeName(element);
      kind ??= found;
      if (kind === '[]interface {}') throw failed('lists of lists are not supported');
      if (kind !== found) throw failed(`list element types are not identical: ${goPrint(lists)}`);
    }
  }
  if (kind === undefined) throw failed('no elements in any of the given slices');
  return kind;
}
