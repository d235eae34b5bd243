import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, invalid, notSupported } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import { pathSegmentProblems } from '../../kube/names.ts';
import type { PodDisruptionBudget } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { conditionProblems } from '../shared/condition-rules.ts';
import { clearStatus } from '../shared/empty-status.ts';
import { internalForm } from '../shared/internal-form.ts';
import { above100PercentProblems, intOrPercentProblems, negativeProblems } from '../shared/number-rules.ts';
import { selectorProblems } from '../shared/selector-rules.ts';

const POLICIES = ['AlwaysAllow', 'IfHealthyBudget'];

function validate({ spec }: Frozen<PodDisruptionBudget>, old?: Frozen<PodDisruptionBudget>): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy: policy } = spec;
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    const shown = internalForm(spec, 'io.k8s.api.policy.v1.PodDisruptionBudgetSpec');
    problems.push(invalid('spec', shown, 'minAvailable and maxUnavailable cannot be both set'));
  }
  for (const field of ['minAvailable', 'maxUnavailable'] as const) {
    const value = spec[field];
    if (value === undefined) continue;
    problems.push(...intOrPercentProblems(`spec.${field}`, value), ...above100PercentProblems(`spec.${field}`, value));
  }
  const lenient = selectorProblems(old?.spec.selector, '').length > 0;
  problems.push(...selectorProblems(selector, 'spec.selector', lenient));
  if (policy !== undefined && !POLICIES.includes(policy)) {
    problems.push(notSupported('spec.unhealthyPodEvictionPolicy', policy, POLICIES));
  }
  return problems;
}

function validateStatus({ status }: Frozen<PodDisruptionBudget>): FieldProblem[] {
  const counts = ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const;
  return [
    ...conditionProblems(status.conditions, 'status.conditions'),
    ...counts.flatMap((field) => negativeProblems(`status.${field}`, status[field])),
  ];
}

export const definition: ResourceDefinition<PodDisruptionBudget> = {
  resource: 'poddisruptionbudgets.policy',
  beforeCreate(budget) {
    clearStatus(budget, 'io.k8s.api.policy.v1.PodDisruptionBudgetStatus');
    return undefined;
  },
  // Upstream never gave this kind a rule of its own for names.
  nameProblems: pathSegmentProblems,
  requiresResourceVersion: true,
  checksEnums: true,
  validate,
  validateStatus,
  generation: ({ spec }) => spec,
  cells: ({ metadata, spec, status }, nowMs) => [
    metadata.name,
    String(spec.minAvailable ?? 'N/A'),
    String(spec.maxUnavailable ?? 'N/A'),
    status.disruptionsAllowed,
    since(metadata.creationTimestamp, nowMs),
  ],
};
