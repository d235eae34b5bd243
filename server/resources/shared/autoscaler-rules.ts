/** Rules of the spec of a HorizontalPodAutoscaler (pkg/apis/autoscaling/validation). */
import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, forbiddenField, invalid, notSupported, required } from '../../kube/field-problem.ts';
import { pathSegmentProblems } from '../../kube/names.ts';
import { parseApiVersion } from '../../kube/object.ts';
import type {
  CrossVersionObjectReference,
  HorizontalPodAutoscaler,
  HPAScalingPolicy,
  HPAScalingRules,
} from '../../kube/types.gen.ts';
import { metricProblems } from './metric-rules.ts';

const MAX_PERIOD_SECONDS = 1800;
const MAX_WINDOW_SECONDS = 3600;

/** What a reference may lack, because it is old or because of its kind. */
interface ReferenceLeniency {
  readonly anyVersion: boolean;
  readonly coreGroup: boolean;
}

type Autoscaler = Frozen<HorizontalPodAutoscaler>;

export function autoscalerProblems({ spec }: Autoscaler, old?: Autoscaler): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const { minReplicas, maxReplicas, scaleTargetRef: target, behavior } = spec;
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    problems.push(invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`'));
  }
  const before = old?.spec.scaleTargetRef;
  const lenient = {
    anyVersion: before !== undefined && before.apiVersion === target.apiVersion && before.kind === target.kind,
    coreGroup: target.kind === 'ReplicationController',
  };
  problems.push(
    ...referenceProblems(target, 'spec.scaleTargetRef', lenient),
    ...metricListProblems(spec, old?.spec.metrics ?? []),
    ...scalingProblems(behavior?.scaleUp, 'spec.behavior.scaleUp'),
    ...scalingProblems(behavior?.scaleDown, 'spec.behavior.scaleDown'),
  );
  // What follows is declarative upstream.
  if ((minReplicas ?? 0) < 0)
    problems.push(invalid('spec.minReplicas', minReplicas, 'must be greater than or equal to 0'));
  if (maxReplicas === 0) problems.push(required('spec.maxReplicas'));
  else if (maxReplicas < 0)
    problems.push(invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to 1'));
  return problems;
}

/** What is wrong with the version of a reference, if anything. */
function versionFault(
  { apiVersion = '' }: Frozen<CrossVersionObjectReference>,
  coreGroup: boolean,
): string | undefined {
  const parsed = parseApiVersion(apiVersion);
  if (!parsed) return `unexpected GroupVersion string: ${apiVersion}`;
  return parsed.group === '' && !coreGroup ? 'apiVersion must specify API group' : undefined;
}

/** Rules of a reference to the object that is scaled or measured. */
function referenceProblems(
  reference: Frozen<CrossVersionObjectReference>,
  path: string,
  { anyVersion, coreGroup }: ReferenceLeniency,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const field of ['kind', 'name'] as const) {
    const text = reference[field];
    if (text === '') problems.push(required(`${path}.${field}`));
    else for (const detail of pathSegmentProblems(text)) problems.push(invalid(`${path}.${field}`, text, detail));
  }
  const fault = anyVersion ? undefined : versionFault(reference, coreGroup);
  if (fault !== undefined) problems.push(invalid(`${path}.apiVersion`, reference.apiVersion ?? '', fault));
  return problems;
}

function metricListProblems(
  { metrics = [], minReplicas }: Autoscaler['spec'],
  old: NonNullable<Autoscaler['spec']['metrics']>,
): FieldProblem[] {
  const faulty = ({ object }: (typeof old)[number]): boolean =>
    object !== undefined && versionFault(object.describedObject, true) !== undefined;
  const lenient = { anyVersion: old.some((metric) => metric.type === 'Object' && faulty(metric)), coreGroup: true };
  const problems = metrics.flatMap((metric, i) =>
    metricProblems(metric, `spec.metrics[${i}]`, (object, path) => referenceProblems(object, path, lenient)),
  );
  const canStartFromZero = metrics.some(({ type }) => type === 'Object' || type === 'External');
  const detail = 'must specify at least one Object or External metric to support scaling to zero replicas';
  if (minReplicas === 0 && !canStartFromZero) problems.push(forbiddenField('spec.metrics', detail));
  return problems;
}

function scalingProblems(rules: Frozen<HPAScalingRules> | undefined, path: string): FieldProblem[] {
  if (!rules) return [];
  const problems: FieldProblem[] = [];
  const { stabilizationWindowSeconds: seconds = 0, selectPolicy, policies = [], tolerance } = rules;
  const at = `${path}.stabilizationWindowSeconds`;
  if (seconds < 0) problems.push(invalid(at, seconds, 'must be greater than or equal to zero'));
  if (seconds > MAX_WINDOW_SECONDS) {
    problems.push(invalid(at, seconds, `must be less than or equal to ${MAX_WINDOW_SECONDS}`));
  }
  const choices = ['Disabled', 'Max', 'Min'];
  if (selectPolicy !== undefined && !choices.includes(selectPolicy)) {
    problems.push(notSupported(`${path}.selectPolicy`, selectPolicy, choices));
  }
  if (policies.length === 0) problems.push(required(`${path}.policies`, 'must specify at least one Policy'));
  for (const [i, policy] of policies.entries()) problems.push(...policyProblems(policy, `${path}.policies[${i}]`));
  if (tolerance?.startsWith('-')) {
    problems.push(invalid(`${path}.tolerance`, tolerance, 'must be greater than or equal to 0'));
  }
  return problems;
}

function policyProblems(
  { type, value, periodSeconds: seconds }: Frozen<HPAScalingPolicy>,
  path: string,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (type !== 'Pods' && type !== 'Percent') problems.push(notSupported(`${path}.type`, type, ['Percent', 'Pods']));
  if (value <= 0) problems.push(invalid(`${path}.value`, value, 'must be greater than zero'));
  if (seconds <= 0) problems.push(invalid(`${path}.periodSeconds`, seconds, 'must be greater than zero'));
  if (seconds > MAX_PERIOD_SECONDS) {
    problems.push(invalid(`${path}.periodSeconds`, seconds, `must be less than or equal to ${MAX_PERIOD_SECONDS}`));
  }
  return problems;
}
