import { ApiError, conflict, OBJECT_MODIFIED } from '../kube/api-error.ts';
import { invalid, invalidObject } from '../kube/field-problem.ts';
import { goQuote } from '../kube/go-quote.ts';
import type { KubeObject } from '../kube/object.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import type { ResourceStore } from './resource-store.ts';

/**
 * Whether an update was made from the version that is stored (rest.BeforeUpdate, GuaranteedUpdate).
 *
 * @throws ApiError 409 when it was made from another, 422 where it has to say from which and does not, 500 for what is
 * no version
 */
export function checkVersion(
  object: KubeObject,
  current: StoredObject,
  { about, definition, info }: Pick<ResourceStore, 'about' | 'definition' | 'info'>,
): void {
  const { resourceVersion = '', name = '' } = object.metadata;
  const stored = String(current.revision);
  if (resourceVersion === stored) return;
  if (!/^\d*$/.test(resourceVersion))
    throw new ApiError(500, '', `strconv.ParseUint: parsing ${goQuote(resourceVersion)}: invalid syntax`);
  if (resourceVersion !== '' && resourceVersion !== '0') throw conflict(about, name, OBJECT_MODIFIED);
  if (resourceVersion === '' && definition.requiresResourceVersion) {
    // Upstream names the resource here, where other errors name the kind.
    const problem = invalid('metadata.resourceVersion', 0, 'must be specified for an update');
    throw invalidObject({ group: info.group, kind: info.resource }, name, [problem]);
  }
}
