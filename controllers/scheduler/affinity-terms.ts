/** Terms of pod affinity and anti-affinity, read: fwk.AffinityTerm. */
import type { Frozen } from '../../server/base/freeze.ts';
import { type LabelSelector, type Labels, selectorMatches } from '../../server/kube/labels.ts';
import type { Pod, PodAffinityTerm, WeightedPodAffinityTerm } from '../../server/kube/types.gen.ts';
import { labelSelectorOf } from '../lib/adopt.ts';

export interface AffinityTerm {
  readonly topologyKey: string;
  /** Undefined matches no pod. */
  readonly selector: LabelSelector | undefined;
  readonly namespaces: ReadonlySet<string>;
  /** Undefined selects no namespace. */
  readonly namespaceSelector: LabelSelector | undefined;
}

export interface WeightedTerm extends AffinityTerm {
  readonly weight: number;
}

/** All terms of a pod. */
export interface AffinityTerms {
  readonly required: readonly AffinityTerm[];
  readonly requiredAnti: readonly AffinityTerm[];
  readonly preferred: readonly WeightedTerm[];
  readonly preferredAnti: readonly WeightedTerm[];
}

const NONE: AffinityTerms = { required: [], requiredAnti: [], preferred: [], preferredAnti: [] };

function termOf(term: Frozen<PodAffinityTerm>, namespace: string): AffinityTerm {
  const { labelSelector, namespaceSelector, namespaces = [], topologyKey } = term;
  return {
    topologyKey,
    selector: labelSelector && labelSelectorOf(labelSelector),
    namespaces: new Set(namespaces.length === 0 && !namespaceSelector ? [namespace] : namespaces),
    namespaceSelector: namespaceSelector && labelSelectorOf(namespaceSelector),
  };
}

/** The terms that a pod carries. */
export function affinityTermsOf({ metadata, spec }: Frozen<Pod>): AffinityTerms {
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  if (!podAffinity && !podAntiAffinity) return NONE;
  const { namespace = '' } = metadata;
  const required = (terms: readonly Frozen<PodAffinityTerm>[] = []) => terms.map((term) => termOf(term, namespace));
  const preferred = (terms: readonly Frozen<WeightedPodAffinityTerm>[] = []) =>
    terms.map(({ podAffinityTerm, weight }) => ({ ...termOf(podAffinityTerm, namespace), weight }));
  return {
    required: required(podAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    requiredAnti: required(podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    preferred: preferred(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
    preferredAnti: preferred(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
  };
}

/** Knows the labels of namespaces. */
export type NamespaceLabels = (namespace: string) => Labels | undefined;

/** Whether a term means a pod. */
export function termMatches(
  { namespaces, namespaceSelector, selector }: AffinityTerm,
  { metadata }: Frozen<Pod>,
  labelsOf: NamespaceLabels,
): boolean {
  if (!selector) return false;
  const { namespace = '', labels } = metadata;
  const isThere =
    namespaces.has(namespace) ||
    (namespaceSelector !== undefined && selectorMatches(namespaceSelector, labelsOf(namespace)));
  return isThere && selectorMatches(selector, labels);
}

/** Whether every term means a pod; no terms mean none. */
export function allTermsMatch(terms: readonly AffinityTerm[], pod: Frozen<Pod>, labelsOf: NamespaceLabels): boolean {
  return terms.length > 0 && terms.every((term) => termMatches(term, pod, labelsOf));
}
