/** What the specs of validating and mutating admission policies have in common. Expressions are not compiled. */
import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, invalid, required } from '../../kube/field-problem.ts';
import type { MatchCondition, MatchResources, ParamKind, Variable } from '../../kube/types.gen.ts';
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

/** Rules up to the part that is the policy's own. */
export function policyProblems(spec: Frozen<PolicySpec>, isMutating = false): FieldProblem[] {
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
    if (isMutating) problems.push(...mutatingOperationProblems(match, path));
  }
  return [
    ...problems,
    ...conditionListProblems(spec.matchConditions, 'spec.matchConditions'),
    ...variables.flatMap((variable, i) => variableProblems(variable, `spec.variables[${i}]`)),
  ];
}

function variableProblems({ name, expression }: Frozen<Variable>, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (name.trim() === '') problems.push(required(`${path}.name`, 'name is not specified'));
  else if (!IDENTIFIER.test(name) || RESERVED.has(name)) {
    problems.push(invalid(`${path}.name`, name, 'must be a valid CEL identifier'));
  }
  if (expression.trim() === '') problems.push(required(`${path}.expression`, 'expression is not specified'));
  return problems;
}
