import { rfc3339 } from '../../base/clock.ts';
import type { Frozen } from '../../base/freeze.ts';
import { apiVersionOf, type KubeObject } from '../../kube/object.ts';
import type { Served } from '../../registry/catalog.ts';
import type { FieldsV1 } from '../../schema/apply/fields-v1.ts';
import { fieldsOfPaths, resetFields, trackUpdate } from '../../schema/apply/managed-fields.ts';
import type { StoredObject } from '../../storage/stored-object.ts';
import type { PipelineEnv } from '../pipeline.ts';
import { servedValue } from '../request.ts';
import type { WriteRequest } from '../write-options.ts';

const resets = new WeakMap<Served, Map<string, FieldsV1 | undefined>>();

function resetOf(served: Served, subresource: string): FieldsV1 | undefined {
  let known = resets.get(served);
  if (!known) {
    known = new Map();
    resets.set(served, known);
  }
  if (!known.has(subresource)) {
    const { info, store } = served;
    const own = store.definition.resetFields?.[subresource];
    const usual = resetFields(
      info.type,
      info.subresources.has('status'),
      subresource,
      store.definition.statusKeeps ?? [],
    );
    known.set(subresource, own ? fieldsOfPaths(own) : usual);
  }
  return known.get(subresource);
}

/**
 * Notes in `object` (in its stored version) that the manager of this request set what it changes. Upstream does it
 * before admission, so what plugins and strategies add belongs to nobody.
 */
export function track(
  object: KubeObject,
  current: StoredObject | undefined,
  served: Served,
  write: WriteRequest,
  env: PipelineEnv,
  subresource = '',
): void {
  const { info, conversion } = served;
  const live = current && servedValue(served, current);
  // Fields are those of the version that the client speaks.
  const shown = conversion ? conversion.fromStored(object as Frozen<KubeObject>) : object;
  trackUpdate(live, shown, {
    manager: write.fieldManager,
    apiVersion: apiVersionOf(info),
    subresource,
    type: info.type,
    reset: resetOf(served, subresource),
    time: rfc3339(env.registry.clock.now()),
  });
  if (shown === object) return;
  if (shown.metadata.managedFields) object.metadata.managedFields = shown.metadata.managedFields;
  else delete object.metadata.managedFields;
}
