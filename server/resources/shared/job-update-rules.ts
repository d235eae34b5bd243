/** What may change in a job: ValidateJobSpecUpdate in pkg/apis/batch/validation. */
import { deepEqual, type Frozen, thaw } from '../../base/freeze.ts';
import { type FieldProblem, immutable, invalid } from '../../kube/field-problem.ts';
import type { Container, Job, JobSpec, PodSpec, PodTemplateSpec, ResourceRequirements } from '../../kube/types.gen.ts';
import { internalForm } from './internal-form.ts';

type Template = Frozen<PodTemplateSpec>;

/** Problems of a change, in upstream's order. */
export function jobChangeProblems({ spec }: Frozen<Job>, old: Frozen<Job>): FieldProblem[] {
  const problems = completionsProblems(spec, old.spec);
  if (!deepEqual(spec.selector, old.spec.selector)) problems.push(immutable('spec.selector', spec.selector));
  problems.push(...templateProblems(spec.template, old));
  for (const [field, model] of FIXED) {
    const value = spec[field];
    if (deepEqual(value, old.spec[field])) continue;
    const shown = model && typeof value === 'object' ? internalForm(value, `io.k8s.api.batch.v1.${model}`) : value;
    problems.push(immutable(`spec.${field}`, shown));
  }
  return problems;
}

const FIXED = [
  ['completionMode'],
  ['podFailurePolicy', 'PodFailurePolicy'],
  ['backoffLimitPerIndex'],
  ['managedBy'],
  ['successPolicy', 'SuccessPolicy'],
] as const;

/** Indexed jobs can grow and shrink, if all their indexes run at once. */
function completionsProblems(spec: Frozen<JobSpec>, old: Frozen<JobSpec>): FieldProblem[] {
  const { completions } = spec;
  if (completions === old.completions) return [];
  if (spec.completionMode !== 'Indexed') return [immutable('spec.completions', completions)];
  if (completions === undefined || completions === spec.parallelism) return [];
  return [invalid('spec.completions', completions, 'can only be modified in tandem with spec.parallelism')];
}

/** A job that is suspended and has no pods can still be sent elsewhere and get other resources. */
function templateProblems(template: Template, old: Frozen<Job>): FieldProblem[] {
  if (!isSettled(old)) {
    if (deepEqual(template, old.spec.template)) return [];
    return [immutable('spec.template', internalForm(template, 'io.k8s.api.core.v1.PodTemplateSpec'))];
  }
  const allowed = withDirectivesOf(template.spec, old.spec.template.spec);
  const spec = {
    ...allowed,
    containers: withResourcesOf(template.spec.containers ?? [], allowed.containers ?? []),
    ...(allowed.initContainers && {
      initContainers: withResourcesOf(template.spec.initContainers ?? [], allowed.initContainers),
    }),
  };
  if (deepEqual(template.spec, spec)) return [];
  return [immutable('spec.template.spec', internalForm(template.spec, 'io.k8s.api.core.v1.PodSpec'))];
}

function isSettled({ spec, status }: Frozen<Job>): boolean {
  const isMarked = status.conditions?.some(({ type, status }) => type === 'Suspended' && status === 'True');
  return spec.suspend === true && (status.startTime === undefined || isMarked === true) && !status.active;
}

/** The old spec with what the new one says about where pods run. */
function withDirectivesOf(spec: Frozen<PodSpec>, old: Frozen<PodSpec>): PodSpec {
  const { nodeSelector, tolerations, schedulingGates, affinity } = thaw<PodSpec>(spec);
  const result = thaw<PodSpec>(old);
  const { nodeAffinity: _nodeAffinity, ...others } = result.affinity ?? {};
  const merged = { ...others, ...(affinity?.nodeAffinity && { nodeAffinity: affinity.nodeAffinity }) };
  const isGone = Object.keys(merged).length === 0 && !affinity;
  Object.assign(result, { nodeSelector, tolerations, schedulingGates, affinity: isGone ? undefined : merged });
  for (const field of ['nodeSelector', 'tolerations', 'schedulingGates', 'affinity'] as const) {
    if (result[field] === undefined) delete result[field];
  }
  return result;
}

function withResourcesOf(containers: readonly Frozen<Container>[], old: readonly Container[]): Container[] {
  if (containers.length !== old.length) return [...old];
  return old.map((container, i) => {
    const updated = containers[i];
    return updated?.name === container.name
      ? { ...container, resources: thaw<ResourceRequirements>(updated.resources) }
      : container;
  });
}
