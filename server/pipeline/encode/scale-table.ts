/** A Scale as `kubectl get --subresource=scale` shows it: it is no resource, so that no description has columns. */
import type { Frozen } from '../../base/freeze.ts';
import { since } from '../../kube/human-duration.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Scale } from '../../kube/types.gen.ts';
import { type ColumnDefinition, partialMetadata } from '../../registry/table.ts';
import { columnDescription } from '../../schema/docs.ts';
import type { Negotiated } from '../media-types.ts';
import { metaVersion } from './forms.ts';

const META = '@io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const SCALE = '@io.k8s.api.autoscaling.v1.Scale';

const COLUMNS: readonly (readonly [name: string, type: string, text: string])[] = [
  ['Name', 'string', `${META}#name`],
  ['Desired', 'integer', `${SCALE}Spec#replicas`],
  ['Available', 'integer', `${SCALE}Status#replicas`],
  ['Age', 'string', `${META}#creationTimestamp`],
];

const columns = (): ColumnDefinition[] =>
  COLUMNS.map(([name, type, text]) => ({
    name,
    type,
    format: '',
    description: columnDescription(text),
    priority: 0,
  }));

export const isScale = (value: unknown): value is Scale & KubeObject => (value as KubeObject).kind === 'Scale';

/** A Scale as a table or as its metadata alone, when that was asked for. */
export function scaleForm(scale: Scale & KubeObject, form: Negotiated, nowMs: number): object {
  if (form.form === 'partial') return partialMetadata(scale as Frozen<KubeObject>, metaVersion(form));
  const { metadata, spec, status } = scale;
  const carried = {
    None: null,
    Metadata: partialMetadata(scale as Frozen<KubeObject>, metaVersion(form)),
    Object: scale,
  };
  const cells = [metadata.name, spec.replicas ?? 0, status.replicas, since(metadata.creationTimestamp, nowMs)];
  return {
    kind: 'Table',
    apiVersion: metaVersion(form),
    metadata: { resourceVersion: metadata.resourceVersion },
    columnDefinitions: columns(),
    rows: [{ cells, object: carried[form.includeObject] }],
  };
}
