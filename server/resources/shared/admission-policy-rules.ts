/** What the specs of validating and mutating admission policies have in common. */
import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { type FieldProblem, invalid, required } from '../../kube/field-problem.ts';
import type { MatchCondition, MatchResources, ParamKind, Variable } from '../../kube/types.gen.ts';
import { AdmissionCompiler } from '../../schema/cel/admission/compiler.ts';
import { expressionProblems, type StoredExpressions, storedConditions } from './admission-expression-rules.ts';
import {
  choiceProblems,
  conditionListProblems,
  FAILURE_POLICIES,
  matchProblems,
  mutatingOperationProblems,
  paramKindProblems,
} from './admission-rules.ts';

interface PolicySpec {
  failurePolicy?: string;
  paramKind?: ParamKind;
  matchConstraints?: MatchResources;
  matchConditions?: MatchCondition[];
  variables?: Variable[];
}

const IDENTIFIER = /^[_a-zA-Z][_a-zA-Z0-9]*$/;
const RESERVED = new Set(
  (
    'true false null in as break const continue else for function if import ' +
    'let loop package namespace return var void while'
  ).split(' '),
);

/** What the common rules depend on. */
export interface PolicyChecks {
  /** The stored spec, on a change. */
  readonly old: Frozen<PolicySpec> | undefined;
  readonly isMutating: boolean;
  /** Gets to know the variables. */
  readonly compiler: AdmissionCompiler;
  /** Expressions of stored variables that may use what new ones may not. */
  readonly stored: StoredExpressions;
}

/** What compiles the expressions of a policy. Validating ones only know `variables` if there are any. */
export function policyCompiler(
  { paramKind, variables = [] }: Frozen<PolicySpec>,
  isMutating: boolean,
): AdmissionCompiler {
  return new AdmissionCompiler({ params: paramKind !== undefined, composed: isMutating || variables.length > 0 });
}

/** Rules up to the part that is the policy's own. */
export function policyProblems(spec: Frozen<PolicySpec>, checks: PolicyChecks): FieldProblem[] {
  const { matchConstraints: match, variables = [] } = spec;
  const path = 'spec.matchConstraints';
  const problems = [
    ...choiceProblems('spec.failurePolicy', spec.failurePolicy, FAILURE_POLICIES),
    ...paramKindProblems(spec.paramKind, 'spec.paramKind'),
  ];
  if (!match) problems.push(required(path));
  else {
    problems.push(...matchProblems(match, path));
    if (!match.resourceRules?.length) problems.push(required(`${path}.resourceRules`));
    if (checks.isMutating) problems.push(...mutatingOperationProblems(match, path));
  }
  return [
    ...problems,
    ...policyConditionProblems(spec, checks.old),
    ...variables.flatMap((variable, i) => variableProblems(variable, `spec.variables[${i}]`, checks)),
  ];
}

/** Conditions that stay as they are stay valid. */
function policyConditionProblems(spec: Frozen<PolicySpec>, old: Frozen<PolicySpec> | undefined): FieldProblem[] {
  const { matchConditions, paramKind } = spec;
  if (old && deepEqual(paramKind, old.paramKind) && deepEqual(matchConditions ?? [], old.matchConditions ?? []))
    return [];
  const checks = { params: paramKind !== undefined, stored: storedConditions(old?.matchConditions) };
  return conditionListProblems(matchConditions, 'spec.matchConditions', checks);
}

function variableProblems(
  { name, expression }: Frozen<Variable>,
  path: string,
  { compiler, stored }: PolicyChecks,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (name.trim() === '') problems.push(required(`${path}.name`, 'name is not specified'));
  else if (!IDENTIFIER.test(name) || RESERVED.has(name)) {
    problems.push(invalid(`${path}.name`, name, 'must be a valid CEL identifier'));
  }
  const at = `${path}.expression`;
  if (expression.trim() === '') return [...problems, required(at, 'expression is not specified')];
  const compiled = compiler.define(name, expression, { stored: stored.has(expression) });
  return [...problems, ...expressionProblems(compiled, at, expression)];
}
