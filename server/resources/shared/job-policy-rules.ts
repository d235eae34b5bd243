/** Rules of the policies that say when a job has failed or succeeded (pkg/apis/batch/validation). */
import type { Frozen } from '../../base/freeze.ts';
import {
  duplicate,
  type FieldProblem,
  invalid,
  notSupported,
  required,
  tooLong,
  tooMany,
} from '../../kube/field-problem.ts';
import { goQuote } from '../../kube/go-quote.ts';
import { qualifiedNameProblems } from '../../kube/names.ts';
import type {
  JobSpec,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyRule,
  SuccessPolicyRule,
} from '../../kube/types.gen.ts';
import { countIndexes } from './index-intervals.ts';
import { internalForm } from './internal-form.ts';
import { negativeProblems } from './number-rules.ts';
import { invalidOmitted } from './omitted-value.ts';

type Spec = Frozen<JobSpec>;

const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const OPERATORS = ['In', 'NotIn'];
const STATUSES = ['False', 'True', 'Unknown'];
const MAX_RULES = 20;
const MAX_PATTERNS = 20;
const MAX_EXIT_CODES = 255;
const MAX_INDEXES_BYTES = 64 * 1024;

/** Rules of `podFailurePolicy`, whose rules name containers of the template. */
export function failurePolicyProblems(spec: Spec, path: string): FieldProblem[] {
  if (!spec.podFailurePolicy) return [];
  const rules = spec.podFailurePolicy.rules ?? [];
  const at = `${path}.podFailurePolicy.rules`;
  const problems = rules.length > MAX_RULES ? [tooMany(at, rules.length, MAX_RULES)] : [];
  return [...problems, ...rules.flatMap((rule, i) => failureRuleProblems(spec, rule, `${at}[${i}]`))];
}

function failureRuleProblems(spec: Spec, rule: Frozen<PodFailurePolicyRule>, path: string): FieldProblem[] {
  const { action, onExitCodes, onPodConditions = [] } = rule;
  const problems = choiceProblems(action, ACTIONS, `${path}.action`);
  if (action === 'FailIndex' && spec.backoffLimitPerIndex === undefined) {
    problems.push(invalid(`${path}.action`, action, 'requires the backoffLimitPerIndex to be set'));
  }
  if (onExitCodes) problems.push(...exitCodeProblems(spec, onExitCodes, `${path}.onExitCodes`));
  problems.push(...patternProblems(onPodConditions, `${path}.onPodConditions`));
  if (onExitCodes && onPodConditions.length > 0) {
    problems.push(invalidOmitted(path, 'specifying both OnExitCodes and OnPodConditions is not supported'));
  }
  if (!onExitCodes && onPodConditions.length === 0) {
    problems.push(invalidOmitted(path, 'specifying one of OnExitCodes and OnPodConditions is required'));
  }
  return problems;
}

/** A text that has to be there and to be one of a few. */
function choiceProblems(value: string | undefined, choices: readonly string[], path: string): FieldProblem[] {
  if (!value) return [required(path, `valid values: [${choices.map(goQuote).join(' ')}]`)];
  return choices.includes(value) ? [] : [notSupported(path, value, choices)];
}

function exitCodeProblems(
  spec: Spec,
  { operator, containerName, values }: Frozen<PodFailurePolicyOnExitCodesRequirement>,
  path: string,
): FieldProblem[] {
  const problems = choiceProblems(operator, OPERATORS, `${path}.operator`);
  const containers = [...(spec.template.spec.containers ?? []), ...(spec.template.spec.initContainers ?? [])];
  if (containerName !== undefined && !containers.some(({ name }) => name === containerName)) {
    const detail = 'must be one of the container or initContainer names in the pod template';
    problems.push(invalid(`${path}.containerName`, containerName, detail));
  }
  const at = `${path}.values`;
  const codes = values ?? [];
  if (codes.length === 0) problems.push(invalid(at, values, 'at least one value is required'));
  else if (codes.length > MAX_EXIT_CODES) problems.push(tooMany(at, codes.length, MAX_EXIT_CODES));
  codes.forEach((code, i) => {
    if (operator === 'In' && code === 0)
      problems.push(invalid(`${at}[${i}]`, code, 'must not be 0 for the In operator'));
    if (codes.indexOf(code) < i) problems.push(duplicate(`${at}[${i}]`, code));
  });
  if (codes.some((code, i) => (codes[i - 1] ?? code) > code)) problems.push(invalid(at, values, 'must be ordered'));
  return problems;
}

function patternProblems(
  patterns: readonly Frozen<PodFailurePolicyOnPodConditionsPattern>[],
  path: string,
): FieldProblem[] {
  const problems = patterns.length > MAX_PATTERNS ? [tooMany(path, patterns.length, MAX_PATTERNS)] : [];
  patterns.forEach(({ type, status }, i) => {
    for (const detail of qualifiedNameProblems(type)) problems.push(invalid(`${path}[${i}].type`, type, detail));
    problems.push(...choiceProblems(status, STATUSES, `${path}[${i}].status`));
  });
  return problems;
}

/** Rules of `successPolicy`, which only indexed jobs have. */
export function successPolicyProblems(spec: Spec, path: string): FieldProblem[] {
  if (!spec.successPolicy) return [];
  if (spec.completionMode !== 'Indexed') {
    const shown = internalForm(spec.successPolicy, 'io.k8s.api.batch.v1.SuccessPolicy');
    return [invalid(`${path}.successPolicy`, shown, 'requires indexed completion mode')];
  }
  const rules = spec.successPolicy.rules ?? [];
  const at = `${path}.successPolicy.rules`;
  if (rules.length === 0) {
    return [required(at, 'at least one rules must be specified when the successPolicy is specified')];
  }
  const problems = rules.length > MAX_RULES ? [tooMany(at, rules.length, MAX_RULES)] : [];
  return [...problems, ...rules.flatMap((rule, i) => successRuleProblems(rule, spec.completions ?? 0, `${at}[${i}]`))];
}

function successRuleProblems(
  { succeededIndexes, succeededCount }: Frozen<SuccessPolicyRule>,
  completions: number,
  path: string,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (succeededCount === undefined && succeededIndexes === undefined) {
    problems.push(required(path, 'at least one of succeededCount or succeededIndexes must be specified'));
  }
  let count = 0;
  if (succeededIndexes !== undefined) {
    const at = `${path}.succeededIndexes`;
    if (Buffer.byteLength(succeededIndexes) > MAX_INDEXES_BYTES) problems.push(tooLong(at, MAX_INDEXES_BYTES));
    try {
      count = countIndexes(succeededIndexes, completions);
    } catch (error) {
      problems.push(invalid(at, succeededIndexes, `error parsing succeededIndexes: ${(error as Error).message}`));
    }
  }
  if (succeededCount === undefined) return problems;
  const at = `${path}.succeededCount`;
  problems.push(...negativeProblems(at, succeededCount));
  const limit = (most: number, what: string): void => {
    if (succeededCount > most)
      problems.push(invalid(at, succeededCount, `must be less than or equal to ${most} (${what})`));
  };
  limit(completions, 'the number of specified completions');
  if (succeededIndexes !== undefined) limit(count, 'the number of indexes in the specified succeededIndexes field');
  return problems;
}
