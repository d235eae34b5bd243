/** One rule and one value (apiextensions-apiserver, schema/cel/validation.go). */
import { duplicate, type FieldProblem, forbiddenField, invalid, required } from '../../../kube/field-problem.ts';
import { PER_CALL_LIMIT } from '../../cel/compile.ts';
import { NO_PATH } from '../value-errors.ts';
import { childPath } from '../value-path.ts';
import type { CompiledRule } from './compiled-rules.ts';

/** What an evaluated message may have (MaxEvaluatedMessageExpressionSizeBytes). */
const MESSAGE_BYTES = 5 * 1024;

const OUT_OF_BUDGET = 'running out of cost budget, no further validation rules will be run';

export interface RuleInput {
  readonly self: unknown;
  /** undefined when there is no old value. */
  readonly oldSelf: unknown;
  readonly path: string;
  /** The type of the node, which problems of a rule itself show instead of the value. */
  readonly type: string;
  readonly budget: number;
}

export interface RuleResult {
  readonly problem?: FieldProblem;
  /** Whether the rule could be evaluated and says no: only such a problem may be passed over. */
  readonly isVerdict?: boolean;
  /** Negative when no further rule may run. */
  readonly budget: number;
}

/** The field of a problem; a whole object has no path. */
export const fieldAt = (path: string): string => (path === '' ? NO_PATH : path);

/** @param compiled a rule that could be compiled */
export function evaluateRule(compiled: CompiledRule, input: RuleInput): RuleResult {
  const { rule, program } = compiled;
  const { path, type, budget, self, oldSelf } = input;
  const isOptional = rule.optionalOldSelf === true;
  if (!program || (compiled.usesOldSelf && oldSelf === undefined && !isOptional)) return { budget };
  const bindings = oldSelf === undefined && !isOptional ? { self } : { self, oldSelf };
  const result = program.evaluate(bindings, PER_CALL_LIMIT);
  const wrong = (detail: string): FieldProblem => invalid(fieldAt(path), type, detail);
  if (result.cost > budget) return { problem: wrong(`validation failed due to ${OUT_OF_BUDGET}`), budget: -1 };
  const left = budget - result.cost;
  if ('error' in result) {
    const { error } = result;
    const shown = ruleText(compiled);
    if (error.startsWith('no such overload')) {
      const why = 'call arguments did not match a supported operator, function or macro signature for rule';
      return { problem: wrong(`'${error}': ${why}: ${shown}`), budget: left };
    }
    if (result.exceeded) {
      const why = 'no further validation rules will be run due to call cost exceeds limit for rule';
      return { problem: wrong(`'${error}': ${why}: ${shown}`), budget: -1 };
    }
    return { problem: wrong(`${error} evaluating rule: ${shown}`), budget: left };
  }
  if (result.value === true) return { budget: left };
  return verdict(compiled, input, oldSelf === undefined ? { self } : { self, oldSelf }, left);
}

function verdict(compiled: CompiledRule, input: RuleInput, bindings: object, left: number): RuleResult {
  const { rule, message } = compiled;
  const { path, type, self } = input;
  const field = compiled.fieldPath === '' ? fieldAt(path) : childPath(path, compiled.fieldPath);
  let detail = rule.message ? rule.message.trim() : `failed rule: ${ruleText(compiled)}`;
  let budget = left;
  if (message) {
    const result = message.evaluate(bindings as Record<string, unknown>, PER_CALL_LIMIT);
    if (result.cost > budget) {
      const why = `messageExpression evaluation failed due to ${OUT_OF_BUDGET}`;
      return { problem: invalid(field, type, why), isVerdict: true, budget: -1 };
    }
    if ('error' in result && result.exceeded) {
      const why = 'no further validation rules will be run due to call cost exceeds limit for messageExpression';
      const problem = invalid(field, type, `${why}: ${JSON.stringify(rule.messageExpression)}`);
      return { problem, isVerdict: true, budget: -1 };
    }
    budget -= result.cost;
    // A message that cannot be used is no reason for another answer.
    if ('value' in result && typeof result.value === 'string' && isMessage(result.value.trim()))
      detail = result.value.trim();
  }
  const isShown = type !== 'object' && type !== 'array';
  return {
    problem: problemOf(field, isShown ? { value: self } : undefined, detail, rule.reason),
    isVerdict: true,
    budget,
  };
}

const isMessage = (text: string): boolean =>
  text !== '' && !text.includes('\n') && Buffer.byteLength(text) <= MESSAGE_BYTES;

function ruleText({ rule }: CompiledRule): string {
  return (rule.message || rule.rule).trim();
}

/** @param shown the value, where problems show it */
function problemOf(
  field: string,
  shown: { readonly value: unknown } | undefined,
  detail: string,
  reason: string | undefined,
): FieldProblem {
  if (reason === 'FieldValueForbidden') return forbiddenField(field, detail);
  if (reason === 'FieldValueRequired') return required(field, detail);
  if (reason === 'FieldValueDuplicate')
    return shown ? duplicate(field, shown.value) : { field, reason, message: 'Duplicate value' };
  if (shown) return invalid(field, shown.value, detail);
  return { field, reason: 'FieldValueInvalid', message: `Invalid value: ${detail}` };
}
