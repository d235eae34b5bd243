import { type Frozen, getOwn } from '../../base/freeze.ts';
import { type FieldProblem, forbiddenField, immutable, notSupported, required } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import type { PriorityClass } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';

const MAX_VALUE = 1_000_000_000;
const SYSTEM_PREFIX = 'system-';
const SYSTEM_VALUES: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2 * MAX_VALUE,
  'system-node-critical': 2 * MAX_VALUE + 1000,
};

function validate(priorityClass: Frozen<PriorityClass>, old?: Frozen<PriorityClass>): FieldProblem[] {
  const { value, preemptionPolicy: policy } = priorityClass;
  if (old) {
    const problems: FieldProblem[] = [];
    if (value !== old.value) problems.push(forbiddenField('value', 'may not be changed in an update.'));
    if (policy !== old.preemptionPolicy) problems.push(immutable('preemptionPolicy', policy ?? null));
    return problems;
  }
  const problems = valueProblems(priorityClass);
  const policies = ['PreemptLowerPriority', 'Never'];
  if (policy === '') problems.push(required('preemptionPolicy'));
  else if (policy !== undefined && !policies.includes(policy)) {
    problems.push(notSupported('preemptionPolicy', policy, policies));
  }
  return problems;
}

function valueProblems({ metadata: { name = '' }, value, globalDefault }: Frozen<PriorityClass>): FieldProblem[] {
  if (!name.startsWith(SYSTEM_PREFIX)) {
    const detail = `maximum allowed value of a user defined priority is ${MAX_VALUE}`;
    return value > MAX_VALUE ? [forbiddenField('value', detail)] : [];
  }
  const known = getOwn(SYSTEM_VALUES, name);
  const error =
    known === undefined
      ? `${name} is not a known system priority class`
      : value !== known
        ? `value of ${name} PriorityClass must be ${known}`
        : globalDefault
          ? `globalDefault of ${name} PriorityClass must be false`
          : undefined;
  if (error === undefined) return [];
  const rule = `priority class names with '${SYSTEM_PREFIX}' prefix are reserved for system use only`;
  return [forbiddenField('metadata.name', `${rule}. error: ${error}`)];
}

export const definition: ResourceDefinition<PriorityClass> = {
  resource: 'priorityclasses.scheduling.k8s.io',
  fillDefaults(priorityClass) {
    priorityClass.preemptionPolicy ??= 'PreemptLowerPriority';
  },
  checksEnums: true,
  validate,
  // Always 1: upstream sets it for new objects and never again.
  generation: () => 1,
  cells: ({ metadata, value, globalDefault, preemptionPolicy }, nowMs) => [
    metadata.name,
    value,
    globalDefault ?? false,
    since(metadata.creationTimestamp, nowMs),
    preemptionPolicy ?? '',
  ],
};
