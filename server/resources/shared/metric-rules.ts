/** Rules of one metric of a HorizontalPodAutoscaler: validateMetricSpec and what it calls. */
import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, forbiddenField, invalid, notSupported, required } from '../../kube/field-problem.ts';
import { dnsLabelProblems, pathSegmentProblems } from '../../kube/names.ts';
import { parseQuantity } from '../../kube/quantity.ts';
import type {
  ContainerResourceMetricSource,
  CrossVersionObjectReference,
  ExternalMetricSource,
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
  ObjectMetricSource,
  PodsMetricSource,
  ResourceMetricSource,
} from '../../kube/types.gen.ts';
import { containerResourceNameProblems } from './resource-names.ts';

type ReferenceRules = (reference: Frozen<CrossVersionObjectReference>, path: string) => FieldProblem[];

/** Types of metrics and the fields that hold them. */
const FIELDS = {
  Object: 'object',
  External: 'external',
  Pods: 'pods',
  Resource: 'resource',
  ContainerResource: 'containerResource',
} as const;
const TYPES = Object.keys(FIELDS).sort();
const TARGET_TYPES = ['Utilization', 'Value', 'AverageValue'];

/** `referenceRules` checks the object that an Object metric describes. */
export function metricProblems(
  metric: Frozen<MetricSpec>,
  path: string,
  referenceRules: ReferenceRules,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const { type } = metric;
  if (type === '') problems.push(required(`${path}.type`, 'must specify a metric source type'));
  const known = Object.hasOwn(FIELDS, type);
  if (!known) problems.push(notSupported(`${path}.type`, type, TYPES));
  const present = Object.values(FIELDS).filter((field) => metric[field] !== undefined);
  const expected = known ? FIELDS[type as keyof typeof FIELDS] : undefined;
  // Only the first source is looked at.
  if (present[0]) problems.push(...sourceProblems(metric, present[0], `${path}.${present[0]}`, referenceRules));
  if (expected && metric[expected] === undefined) {
    problems.push(required(`${path}.${expected}`, 'must populate information for the given metric source'));
  }
  if (present.length === 1) return problems;
  for (const field of present) {
    if (field !== expected)
      problems.push(forbiddenField(`${path}.${field}`, 'must populate the given metric source only'));
  }
  return problems;
}

function sourceProblems(
  metric: Frozen<MetricSpec>,
  field: string,
  path: string,
  referenceRules: ReferenceRules,
): FieldProblem[] {
  const { object, external, pods, resource, containerResource } = metric;
  if (field === 'object' && object) return objectProblems(object, path, referenceRules);
  if (field === 'external' && external) return externalProblems(external, path);
  if (field === 'pods' && pods) return podsProblems(pods, path);
  if (field === 'resource' && resource) return resourceProblems(resource, path);
  return containerResource ? containerProblems(containerResource, path) : [];
}

function objectProblems(
  source: Frozen<ObjectMetricSource>,
  path: string,
  referenceRules: ReferenceRules,
): FieldProblem[] {
  const { describedObject, metric, target } = source;
  const problems = [
    ...referenceRules(describedObject, `${path}.describedObject`),
    ...identifierProblems(metric, `${path}.metric`),
    ...targetProblems(target, `${path}.target`),
  ];
  const neither = target.value === undefined && target.averageValue === undefined;
  const detail = 'must set either a target value or averageValue';
  return neither ? [...problems, required(`${path}.target.averageValue`, detail)] : problems;
}

function externalProblems({ metric, target }: Frozen<ExternalMetricSource>, path: string): FieldProblem[] {
  const problems = [...identifierProblems(metric, `${path}.metric`), ...targetProblems(target, `${path}.target`)];
  const { value, averageValue } = target;
  if (value === undefined && averageValue === undefined) {
    const detail = 'must set either a target value for metric or a per-pod target';
    problems.push(required(`${path}.target.averageValue`, detail));
  }
  if (value !== undefined && averageValue !== undefined) {
    const detail = 'may not set both a target value for metric and a per-pod target';
    problems.push(forbiddenField(`${path}.target.value`, detail));
  }
  return problems;
}

function podsProblems({ metric, target }: Frozen<PodsMetricSource>, path: string): FieldProblem[] {
  const problems = [...identifierProblems(metric, `${path}.metric`), ...targetProblems(target, `${path}.target`)];
  const detail = 'must specify a positive target averageValue';
  return target.averageValue === undefined ? [...problems, required(`${path}.target.averageValue`, detail)] : problems;
}

function resourceProblems({ name, target }: Frozen<ResourceMetricSource>, path: string): FieldProblem[] {
  const problems = name === '' ? [required(`${path}.name`, 'must specify a resource name')] : [];
  return [...problems, ...utilizationProblems(target, `${path}.target`)];
}

function containerProblems(
  { name, container, target }: Frozen<ContainerResourceMetricSource>,
  path: string,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (name === '') problems.push(required(`${path}.name`, 'must specify a resource name'));
  else problems.push(...containerResourceNameProblems(`${path}.name`, name));
  if (container === '') problems.push(required(`${path}.container`, 'must specify a container'));
  else for (const detail of dnsLabelProblems(container)) problems.push(invalid(`${path}.container`, container, detail));
  return [...problems, ...utilizationProblems(target, `${path}.target`)];
}

/** Targets of resource metrics: either an amount or a share of what is requested. */
function utilizationProblems(target: Frozen<MetricTarget>, path: string): FieldProblem[] {
  const problems = targetProblems(target, path);
  const { averageUtilization, averageValue } = target;
  if (averageUtilization === undefined && averageValue === undefined) {
    const detail = 'must set either a target raw value or a target utilization';
    problems.push(required(`${path}.averageUtilization`, detail));
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    const detail = 'may not set both a target raw value and a target utilization';
    problems.push(forbiddenField(`${path}.averageValue`, detail));
  }
  return problems;
}

function targetProblems(target: Frozen<MetricTarget>, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const { type, averageUtilization } = target;
  if (type === '') problems.push(required(`${path}.type`, 'must specify a metric target type'));
  if (!TARGET_TYPES.includes(type)) {
    problems.push(invalid(`${path}.type`, type, 'must be either Utilization, Value, or AverageValue'));
  }
  for (const field of ['value', 'averageValue'] as const) {
    const amount = target[field];
    if (amount === undefined || parseQuantity(amount).nano > 0n) continue;
    problems.push(invalid(`${path}.${field}`, amount, 'must be positive'));
  }
  if (averageUtilization !== undefined && averageUtilization < 1) {
    problems.push(invalid(`${path}.averageUtilization`, averageUtilization, 'must be greater than 0'));
  }
  return problems;
}

function identifierProblems({ name }: Frozen<MetricIdentifier>, path: string): FieldProblem[] {
  if (name === '') return [required(`${path}.name`, 'must specify a metric name')];
  return pathSegmentProblems(name).map((detail) => invalid(`${path}.name`, name, detail));
}
