/** Rules of metav1.Condition: apimachinery/pkg/apis/meta/v1/validation. */
import type { Frozen } from '../../base/freeze.ts';
import { duplicate, type FieldProblem, invalid, notSupported, required, tooLong } from '../../kube/field-problem.ts';
import { qualifiedNameProblems } from '../../kube/names.ts';
import type { Condition } from '../../kube/types.gen.ts';

const REASON_FORMAT = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?';
const REASON = new RegExp(`^${REASON_FORMAT}$`);
const NO_REASON = [
  'a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters',
  "or '_,:', and must end with an alphanumeric character or '_'",
].join(' ');
const EXAMPLES = ['my_name', 'MY_NAME', 'MyName', 'ReasonA,ReasonB', 'ReasonA:ReasonB'];
const MAX_REASON = 1024;
const MAX_MESSAGE = 32 * 1024;
const STATUSES = ['False', 'True', 'Unknown'];

/** Rules of a list of conditions, each of a type of its own. */
export function conditionProblems(conditions: Frozen<Condition[]> | undefined, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const seen = new Set<string>();
  for (const [i, condition] of (conditions ?? []).entries()) {
    if (seen.has(condition.type)) problems.push(duplicate(`${path}[${i}]`, condition.type));
    seen.add(condition.type);
    problems.push(...oneConditionProblems(condition, `${path}[${i}]`));
  }
  return problems;
}

function oneConditionProblems(condition: Frozen<Condition>, path: string): FieldProblem[] {
  const { type, status, observedGeneration = 0, lastTransitionTime, message } = condition;
  const problems: FieldProblem[] = [];
  if (type === '') problems.push(required(`${path}.type`, 'is required'));
  else for (const detail of qualifiedNameProblems(type)) problems.push(invalid(`${path}.type`, type, detail));
  if (status === '') problems.push(required(`${path}.status`));
  else if (!STATUSES.includes(status)) problems.push(notSupported(`${path}.status`, status, STATUSES));
  if (observedGeneration < 0) {
    const detail = 'must be greater than or equal to zero';
    problems.push(invalid(`${path}.observedGeneration`, observedGeneration, detail));
  }
  if (!lastTransitionTime) problems.push(required(`${path}.lastTransitionTime`));
  problems.push(...reasonProblems(condition.reason, `${path}.reason`));
  if (Buffer.byteLength(message) > MAX_MESSAGE) problems.push(tooLong(`${path}.message`, MAX_MESSAGE));
  return problems;
}

function reasonProblems(reason: string, path: string): FieldProblem[] {
  if (reason === '') return [required(path)];
  const problems: FieldProblem[] = [];
  if (!REASON.test(reason)) {
    const listed = EXAMPLES.map((example) => `'${example}', `).join(' or ');
    problems.push(
      invalid(path, reason, `${NO_REASON} (e.g. ${listed}regex used for validation is '${REASON_FORMAT}')`),
    );
  }
  if (reason.length > MAX_REASON) problems.push(tooLong(path, MAX_REASON));
  return problems;
}
