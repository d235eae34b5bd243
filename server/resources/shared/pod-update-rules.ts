/** What may change of a pod: ValidatePodUpdate. */
import { deepEqual, type Frozen, thaw } from '../../base/freeze.ts';
import { type FieldProblem, forbiddenField, invalid, required } from '../../kube/field-problem.ts';
import type { Container, NodeAffinity, NodeSelectorTerm, Pod, PodSpec, Toleration } from '../../kube/types.gen.ts';
import { internalForm } from './internal-form.ts';
import { valueDiff } from './line-diff.ts';
import { openPodSpec } from './pod-spec-copy.ts';
import { tolerationsProblems } from './pod-spec-rules-scheduling.ts';

const DEADLINE_MAX = 2 ** 31 - 1;
const MUTABLE =
  'pod updates may not change fields other than ' +
  '`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` ' +
  '(only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set ' +
  'to 1 if it was previously negative)';
const POD_SPEC = 'io.k8s.api.core.v1.PodSpec';

type Spec = Frozen<PodSpec>;
type Containers = Frozen<Container[]> | null | undefined;

/** Problems of a list of containers; `undefined` when containers came or went, which ends the comparison. */
function imageProblems(containers: Containers, old: Containers, path: string): FieldProblem[] | undefined {
  if ((containers?.length ?? 0) !== (old?.length ?? 0)) return undefined;
  return (containers ?? []).flatMap(({ image = '' }, i) => [
    ...(image === '' ? [required(`${path}[${i}].image`)] : []),
    ...(image === image.trim()
      ? []
      : [invalid(`${path}[${i}].image`, image, 'must not have leading or trailing whitespace')]),
  ]);
}

/** A deadline may come, and may come nearer. `isFinal` ends the comparison, as upstream does. */
function deadlineProblems(
  { activeDeadlineSeconds: deadline }: Spec,
  { activeDeadlineSeconds: old }: Spec,
): { problems: FieldProblem[]; isFinal: boolean } {
  const path = 'spec.activeDeadlineSeconds';
  const of = (detail: string, isFinal: boolean) => ({ problems: [invalid(path, deadline ?? null, detail)], isFinal });
  if (deadline === undefined) {
    return old === undefined
      ? { problems: [], isFinal: false }
      : of('must not update from a positive integer to nil value', false);
  }
  if (deadline < 0 || deadline > DEADLINE_MAX) return of(`must be between 0 and ${DEADLINE_MAX}, inclusive`, true);
  if (old !== undefined && old < deadline) return of('must be less than or equal to previous value', true);
  return { problems: [], isFinal: false };
}

function addedTolerationProblems({ tolerations = [] }: Spec, { tolerations: old = [] }: Spec): FieldProblem[] {
  const path = 'spec.tolerations';
  const timeless = ({ tolerationSeconds: _seconds, ...rest }: Frozen<Toleration>): object => rest;
  const isKept = (toleration: Frozen<Toleration>): boolean =>
    tolerations.some((other) => deepEqual(timeless(other), timeless(toleration)));
  if (!old.every(isKept))
    return [forbiddenField(path, 'existing toleration can not be modified except its tolerationSeconds')];
  return tolerationsProblems(tolerations, path);
}

function gateProblems({ schedulingGates = [] }: Spec, { schedulingGates: old = [] }: Spec): FieldProblem[] {
  return schedulingGates.flatMap(({ name }, i) => {
    if (old.some((gate) => gate.name === name)) return [];
    const detail = `only deletion is allowed, but found new scheduling gate '${name}'`;
    return [forbiddenField(`spec.schedulingGates[${i}].name`, detail)];
  });
}

/** The new spec with everything that may change put back: what is still different is forbidden. */
function withoutMutableParts(spec: Spec, old: Spec): PodSpec {
  const next = openPodSpec(spec);
  const before = old as PodSpec;
  for (const field of ['containers', 'initContainers'] as const) {
    (next[field] ?? []).forEach((container, i) => {
      const image = before[field]?.[i]?.image;
      if (image === undefined) delete container.image;
      else container.image = image;
    });
  }
  for (const field of ['activeDeadlineSeconds', 'schedulingGates', 'tolerations'] as const) {
    if (before[field] === undefined) delete next[field];
    else Object.assign(next, { [field]: before[field] });
  }
  const grace = before.terminationGracePeriodSeconds ?? 0;
  if (grace < 0 && next.terminationGracePeriodSeconds === 1) next.terminationGracePeriodSeconds = grace;
  return next;
}

/** A pod that waits at its gates may still be told where to go, as long as it has fewer choices than before. */
function gatedProblems(next: PodSpec, old: Spec): FieldProblem[] {
  if (!old.schedulingGates?.length) return [];
  const problems: FieldProblem[] = [];
  if (!deepEqual(next.nodeSelector ?? {}, old.nodeSelector ?? {})) {
    const changed = Object.entries(old.nodeSelector ?? {}).some(([key, value]) => next.nodeSelector?.[key] !== value);
    const detail = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)';
    if (changed) problems.push(invalid('spec.nodeSelector', next.nodeSelector ?? null, detail));
    if (old.nodeSelector) next.nodeSelector = thaw(old.nodeSelector);
    else delete next.nodeSelector;
  }
  const [affinity, before] = [next.affinity?.nodeAffinity, old.affinity?.nodeAffinity];
  if (deepEqual(affinity, before)) return problems;
  problems.push(...nodeAffinityProblems(affinity as Frozen<NodeAffinity> | undefined, before));
  const { nodeAffinity: _changed, ...rest } = next.affinity ?? {};
  const restored = before ? { nodeAffinity: thaw(before) as NodeAffinity, ...rest } : rest;
  if (Object.keys(restored).length > 0 || old.affinity) next.affinity = restored;
  else delete next.affinity;
  return problems;
}

function nodeAffinityProblems(
  affinity: Frozen<NodeAffinity> | undefined,
  old: Frozen<NodeAffinity> | undefined,
): FieldProblem[] {
  const required = 'requiredDuringSchedulingIgnoredDuringExecution';
  const before = old?.[required]?.nodeSelectorTerms;
  if (!before) return [];
  const path = `spec.affinity.nodeAffinity.${required}.nodeSelectorTerms`;
  const terms = affinity?.[required]?.nodeSelectorTerms ?? [];
  const shown = terms.map((term) => internalForm(term, 'io.k8s.api.core.v1.NodeSelectorTerm'));
  if (terms.length !== before.length)
    return [invalid(path, shown, 'no additions/deletions to non-empty NodeSelectorTerms list are allowed')];
  const bad = before.flatMap((term, i) => (narrows(terms[i], term) ? [] : [i]));
  const detail = 'only additions are allowed (no mutations or deletions)';
  return bad.map((i) => invalid(`${path}[${i}]`, shown[i], detail));
}

/** Whether a term has all that an old one had, in the same order, and perhaps more. An empty one must stay empty. */
function narrows(term: Frozen<NodeSelectorTerm> | undefined, old: Frozen<NodeSelectorTerm>): boolean {
  if (!old.matchExpressions?.length && !old.matchFields?.length)
    return !term?.matchExpressions?.length && !term?.matchFields?.length;
  return (['matchExpressions', 'matchFields'] as const).every((field) =>
    (old[field] ?? []).every((requirement, i) => deepEqual(requirement, term?.[field]?.[i])),
  );
}

/** Rules for a change of a pod's spec, besides those of any pod. */
export function podUpdateProblems({ spec }: Frozen<Pod>, { spec: old }: Frozen<Pod>): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const field of ['containers', 'initContainers'] as const) {
    const found = imageProblems(spec[field], old[field], `spec.${field}`);
    if (!found) return [...problems, forbiddenField(`spec.${field}`, 'pod updates may not add or remove containers')];
    problems.push(...found);
  }
  const deadline = deadlineProblems(spec, old);
  problems.push(...deadline.problems);
  if (deadline.isFinal) return problems;
  problems.push(...addedTolerationProblems(spec, old), ...gateProblems(spec, old));
  if (deepEqual(spec, old)) return problems;
  const next = withoutMutableParts(spec, old);
  problems.push(...gatedProblems(next, old));
  if (deepEqual(next, old)) return problems;
  const diff = valueDiff(internalForm(old, POD_SPEC), internalForm(next, POD_SPEC));
  return [...problems, forbiddenField('spec', `${MUTABLE}\n${diff}`)];
}
