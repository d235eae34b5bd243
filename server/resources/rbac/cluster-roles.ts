import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, invalid, required } from '../../kube/field-problem.ts';
import { pathSegmentProblems } from '../../kube/names.ts';
import type { AggregationRule, ClusterRole } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { roleProblems, verbProblems } from '../shared/rbac-rules.ts';
import { readSelector, selectorProblems } from '../shared/selector-rules.ts';

function aggregationProblems(rule: Frozen<AggregationRule> | undefined, lenient: boolean): FieldProblem[] {
  if (!rule) return [];
  const path = 'aggregationRule.clusterRoleSelectors';
  const selectors = rule.clusterRoleSelectors ?? [];
  if (selectors.length === 0) {
    return [required(path, 'at least one clusterRoleSelector required if aggregationRule is non-nil')];
  }
  return selectors.flatMap((selector, i) => [
    ...selectorProblems(selector, `${path}[${i}]`, lenient),
    // Upstream prints the selector that it could not make.
    ...(readSelector(selector) ? [] : [invalid(`${path}[${i}]`, null, 'invalid label selector.')]),
  ]);
}

const hasProblems = (rule: Frozen<AggregationRule> | undefined): boolean =>
  (rule?.clusterRoleSelectors ?? []).some((selector) => selectorProblems(selector, '').length > 0);

export const definition: ResourceDefinition<ClusterRole> = {
  resource: 'clusterroles.rbac.authorization.k8s.io',
  nameProblems: pathSegmentProblems,
  createOnUpdate: true,
  validate: ({ rules, aggregationRule }, old) => [
    ...roleProblems(rules, false),
    ...aggregationProblems(aggregationRule, hasProblems(old?.aggregationRule)),
    ...verbProblems(rules),
  ],
};
