import { rfc3339 } from '../../base/clock.ts';
import type { Frozen } from '../../base/freeze.ts';
import { apiVersionOf, type KubeObject } from '../../kube/object.ts';
import type { Served } from '../../registry/catalog.ts';
import { entriesOf, inOrder, type ManagedFieldsEntry, trackUpdate } from '../../schema/apply/managed-fields.ts';
import { parentEntries, scaleEntries } from '../../schema/apply/scale-fields.ts';
import type { TypeDescription } from '../../schema/type-table.ts';
import type { StoredObject } from '../../storage/stored-object.ts';
import type { PipelineEnv } from '../pipeline.ts';
import { servedValue } from '../request.ts';
import type { WriteRequest } from '../write-options.ts';
import { resetOf, versionsOf } from './versions.ts';

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
    versions: versionsOf(served, env, subresource),
  });
  if (shown === object) return;
  if (shown.metadata.managedFields) object.metadata.managedFields = shown.metadata.managedFields;
  else delete object.metadata.managedFields;
}

/** The Scale of an object with the managers that set its replicas. */
export function managedScale(scale: KubeObject, parent: Frozen<KubeObject>): KubeObject {
  const managedFields = scaleEntries(entriesOf(parent) ?? []);
  if (managedFields.length === 0) return scale;
  return { ...scale, metadata: { ...scale.metadata, managedFields } };
}

/**
 * Notes in `parent` who set its replicas, when its Scale changes from `before` to `after`.
 *
 * @param type of a Scale
 */
export function trackScale(
  parent: KubeObject,
  { before, after }: { before: KubeObject; after: KubeObject },
  type: TypeDescription,
  served: Served,
  { fieldManager: manager }: WriteRequest,
  env: PipelineEnv,
): void {
  const time = rfc3339(env.registry.clock.now());
  trackUpdate(before as Frozen<KubeObject>, after, {
    manager,
    apiVersion: after.apiVersion ?? '',
    subresource: 'scale',
    type,
    reset: undefined,
    time,
  });
  const entries = scaledEntries(parent, entriesOf(after) ?? [], served);
  if (entries.length > 0) parent.metadata.managedFields = entries;
  else delete parent.metadata.managedFields;
}

/** The managers of an object, when those of its Scale are these. */
export const scaledEntries = (
  parent: Frozen<KubeObject> | KubeObject,
  ofScale: readonly ManagedFieldsEntry[],
  served: Served,
): ManagedFieldsEntry[] => inOrder(parentEntries(entriesOf(parent) ?? [], ofScale, apiVersionOf(served.info)));
