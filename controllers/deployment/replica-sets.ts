/** Which replica set is the deployment's new one, and in which order they come. */
import { deepEqual, type Frozen } from '../../server/base/freeze.ts';
import type { PodTemplateSpec, ReplicaSet } from '../../server/kube/types.gen.ts';
import { wantedBy } from './pass.ts';

/** The label by which the replica sets of a deployment tell their pods apart. */
export const TEMPLATE_HASH = 'pod-template-hash';

type Order = (a: Frozen<ReplicaSet>, b: Frozen<ReplicaSet>) => number;

const compareText = (a = '', b = ''): number => (a < b ? -1 : a > b ? 1 : 0);

/** The oldest first; replica sets of the same second by name. */
export const byAge: Order = (a, b) =>
  compareText(a.metadata.creationTimestamp, b.metadata.creationTimestamp) ||
  compareText(a.metadata.name, b.metadata.name);

/** The largest first, among equals the older one. */
export const bySizeOlder: Order = (a, b) => wantedBy(b) - wantedBy(a) || byAge(a, b);

/** The largest first, among equals the newer one. */
export const bySizeNewer: Order = (a, b) => wantedBy(b) - wantedBy(a) || byAge(b, a);

/** A template without the label that the deployment controller adds to it. */
export function withoutHash(template: Frozen<PodTemplateSpec>): Frozen<PodTemplateSpec> {
  const { [TEMPLATE_HASH]: _, ...labels } = template.metadata.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

/** Whether two templates make the same pods (EqualIgnoreHash). */
export function sameTemplate(a: Frozen<PodTemplateSpec>, b: Frozen<PodTemplateSpec>): boolean {
  return deepEqual(a.spec, b.spec) && deepEqual(withoutHash(a).metadata, withoutHash(b).metadata);
}

/** Divides the replica sets of a deployment; both parts keep the order of age. The oldest that fits is the new one. */
export function divide(
  template: Frozen<PodTemplateSpec>,
  sets: readonly Frozen<ReplicaSet>[],
): { newSet: Frozen<ReplicaSet> | undefined; oldSets: readonly Frozen<ReplicaSet>[] } {
  const sorted = [...sets].sort(byAge);
  const newSet = sorted.find((set) => set.spec.template !== undefined && sameTemplate(set.spec.template, template));
  return { newSet, oldSets: sorted.filter((set) => set !== newSet) };
}
