import { getOwn } from '../../base/freeze.ts';
import type { LabelSelectorRequirement, Pod, PodAffinity, PodAffinityTerm } from '../../kube/types.gen.ts';

type Labels = Readonly<Record<string, string>> | undefined;

function requirements(
  keys: readonly string[] | undefined,
  operator: 'In' | 'NotIn',
  labels: Labels,
): LabelSelectorRequirement[] {
  return (keys ?? []).flatMap((key) => {
    const value = getOwn(labels, key);
    return value === undefined ? [] : [{ key, operator, values: [value] }];
  });
}

/** A selector that is missing matches nothing, and keys do not change that. */
function extend({ labelSelector, matchLabelKeys, mismatchLabelKeys }: Partial<PodAffinityTerm>, labels: Labels): void {
  const added = [...requirements(matchLabelKeys, 'In', labels), ...requirements(mismatchLabelKeys, 'NotIn', labels)];
  if (labelSelector && added.length > 0)
    labelSelector.matchExpressions = [...(labelSelector.matchExpressions ?? []), ...added];
}

function extendAffinity(affinity: PodAffinity | undefined, labels: Labels): void {
  for (const { podAffinityTerm } of affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [])
    extend(podAffinityTerm, labels);
  for (const term of affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) extend(term, labels);
}

/** Puts the values of the pod's own labels into the selectors that name only keys (mutatePodAffinity). */
export function addMatchLabelKeys({ metadata, spec }: Pod): void {
  extendAffinity(spec.affinity?.podAffinity, metadata.labels);
  extendAffinity(spec.affinity?.podAntiAffinity, metadata.labels);
  for (const constraint of spec.topologySpreadConstraints ?? []) extend(constraint, metadata.labels);
}
