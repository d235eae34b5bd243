/** Rules for the scopes of a resource quota: which resources can be counted for which pods and claims. */
import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, invalid, required } from '../../kube/field-problem.ts';
import type { ResourceQuotaSpec, ScopedResourceSelectorRequirement } from '../../kube/types.gen.ts';
import { internalForm } from './internal-form.ts';
import { isQuotaResource } from './resource-names.ts';

type Spec = Frozen<ResourceQuotaSpec>;

const PODS = ['pods'];
const COMPUTE = ['pods', ...['cpu', 'memory'].flatMap((name) => [name, `limits.${name}`, `requests.${name}`])];
const CLAIMS = ['persistentvolumeclaims', 'requests.storage'];

/** The resources that can be counted within a scope. */
const COUNTED: Readonly<Record<string, readonly string[]>> = {
  Terminating: COMPUTE,
  NotTerminating: COMPUTE,
  BestEffort: PODS,
  NotBestEffort: COMPUTE,
  PriorityClass: COMPUTE,
  CrossNamespacePodAffinity: COMPUTE,
  VolumeAttributesClass: CLAIMS,
};
const EXCLUSIVE = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
];
const EXISTS_ONLY = ['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity'];
const MUST_EXIST =
  "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, " +
  'ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ' +
  'ResourceQuotaScopeCrossNamespacePodAffinity';

const isKnown = (scope: string): boolean => Object.hasOwn(COUNTED, scope);

/** How many of the resources a quota counts do not go with a scope. */
function misfits({ hard = {} }: Spec, scope: string): string[] {
  if (!isKnown(scope)) return [];
  return Object.keys(hard).filter((name) => isQuotaResource(name) && !COUNTED[scope]?.includes(name));
}

function conflicts(scopes: readonly string[], spec: Spec, path: string): FieldProblem[] {
  const pairs = EXCLUSIVE.filter((pair) => pair.every((scope) => scopes.includes(scope)));
  return pairs.map(() => invalid(path, spec.scopes ?? null, 'conflicting scopes'));
}

/** Rules for `scopes`. */
export function scopeProblems(spec: Spec): FieldProblem[] {
  const { scopes = [] } = spec;
  const path = 'spec.scopes';
  const problems = scopes.flatMap((scope) => [
    ...(isKnown(scope) ? [] : [invalid(path, scopes, 'unsupported scope')]),
    ...misfits(spec, scope).map(() => invalid(path, scopes, 'unsupported scope applied to resource')),
  ]);
  return [...problems, ...conflicts(scopes, spec, path)];
}

/** Rules for `scopeSelector`. */
export function scopeSelectorProblems(spec: Spec): FieldProblem[] {
  if (!spec.scopeSelector) return [];
  const path = 'spec.scopeSelector.matchExpressions';
  const shown = internalForm(spec.scopeSelector, 'io.k8s.api.core.v1.ScopeSelector');
  const requirements = spec.scopeSelector.matchExpressions ?? [];
  const problems = requirements.flatMap((requirement) => [
    ...(isKnown(requirement.scopeName)
      ? []
      : [invalid(`${path}.scopeName`, requirement.scopeName, 'unsupported scope')]),
    ...misfits(spec, requirement.scopeName).map(() => invalid(path, shown, 'unsupported scope applied to resource')),
    ...requirementProblems(requirement, path),
  ]);
  return [
    ...problems,
    ...conflicts(
      requirements.map(({ scopeName }) => scopeName),
      spec,
      path,
    ),
  ];
}

function requirementProblems(requirement: Frozen<ScopedResourceSelectorRequirement>, path: string): FieldProblem[] {
  const { scopeName, operator, values = [] } = requirement;
  const problems: FieldProblem[] = [];
  if (EXISTS_ONLY.includes(scopeName) && operator !== 'Exists')
    problems.push(invalid(`${path}.operator`, operator, MUST_EXIST));
  if (operator === 'In' || operator === 'NotIn') {
    const detail = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
    if (values.length === 0) problems.push(required(`${path}.values`, detail));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    const detail = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
    if (values.length !== 0) problems.push(invalid(`${path}.values`, values, detail));
  } else problems.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'));
  return problems;
}
