/** The form of `x-kubernetes-validations`: everything about them but their expressions. */
import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, invalid, notSupported, required } from '../../kube/field-problem.ts';
import type { ValidationRule } from '../../kube/types.gen.ts';
import { findField } from './field-paths.ts';
import type { JsonSchema } from './structural.ts';
import { unsupportedReason } from './unsupported-fields.ts';
import { childPath, keyPath } from './value-path.ts';

const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];
const NEWLINES = /[\n\r]/;

const NONE: readonly FieldProblem[] = [];

export function expressionRuleProblems(schema: JsonSchema, path: string): readonly FieldProblem[] {
  const rules = schema['x-kubernetes-validations'];
  if (!rules) return NONE;
  const at = childPath(path, 'x-kubernetes-validations');
  return rules.flatMap((rule, i) => [
    ...messageProblems(rule, keyPath(at, i)),
    ...reasonProblems(rule, keyPath(at, i)),
    ...fieldPathProblems(rule, schema, `${keyPath(at, i)}.fieldPath`),
  ]);
}

function messageProblems(rule: Frozen<ValidationRule>, path: string): FieldProblem[] {
  const { message = '', messageExpression = '' } = rule;
  const text = rule.rule.trim();
  const problems: FieldProblem[] = [];
  const at = `${path}.message`;
  if (text === '') problems.push(required(`${path}.rule`, 'rule is not specified'));
  else if (message !== '' && message.trim() === '') {
    problems.push(invalid(at, message, 'must be non-empty if specified'));
  } else if (NEWLINES.test(message.trim())) problems.push(invalid(at, message, 'must not contain line breaks'));
  else if (NEWLINES.test(text) && message.trim() === '') {
    problems.push(required(at, 'message must be specified if rule contains line breaks'));
  }
  if (messageExpression !== '' && messageExpression.trim() === '') {
    problems.push(required(`${path}.messageExpression`, 'messageExpression must be non-empty if specified'));
  }
  return problems;
}

function reasonProblems({ reason }: Frozen<ValidationRule>, path: string): FieldProblem[] {
  if (reason === undefined || REASONS.includes(reason)) return [];
  return [notSupported(`${path}.reason`, reason, REASONS)];
}

function fieldPathProblems(rule: Frozen<ValidationRule>, schema: JsonSchema, path: string): FieldProblem[] {
  const { fieldPath = '' } = rule;
  if (fieldPath === '') return [];
  const problems: FieldProblem[] = [];
  if (fieldPath.trim() === '') problems.push(invalid(path, fieldPath, 'must be non-empty if specified'));
  if (NEWLINES.test(fieldPath)) problems.push(invalid(path, fieldPath, 'must not contain line breaks'));
  if (!isFieldPath(fieldPath, schema)) problems.push(invalid(path, fieldPath, 'must be a valid path'));
  return problems;
}

function isFieldPath(text: string, schema: JsonSchema): boolean {
  if (unsupportedReason(schema) !== undefined) return true;
  try {
    findField(text, schema);
    return true;
  } catch {
    return false;
  }
}
