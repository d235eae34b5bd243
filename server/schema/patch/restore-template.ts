import type { Frozen } from '../../base/freeze.ts';
import type { PodTemplateSpec } from '../../kube/types.gen.ts';
import { builtInTypes } from '../type-table.ts';
import { applyStrategicMergePatch } from './strategic-merge.ts';

/** What a controller revision patches: the template of a kind. */
export interface Templated {
  readonly kind: 'StatefulSet' | 'DaemonSet';
  readonly template: Frozen<PodTemplateSpec>;
}

/** Revisions of older servers say `creationTimestamp: null`, which means nothing. */
const withoutNulls = (template: Frozen<PodTemplateSpec>): PodTemplateSpec =>
  JSON.parse(JSON.stringify(template, (_, value: unknown) => (value === null ? undefined : value))) as PodTemplateSpec;

/**
 * The template that the `data` of a controller revision brings back (ApplyRevision).
 *
 * @throws ApiError when the data is no strategic merge patch of the kind
 */
export function restoreTemplate({ kind, template }: Templated, data: unknown): PodTemplateSpec {
  const type = builtInTypes().type(`io.k8s.api.apps.v1.${kind}`);
  const { spec } = applyStrategicMergePatch({ spec: { template } }, data, type) as unknown as { spec: Templated };
  return withoutNulls(spec.template);
}
