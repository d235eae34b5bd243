import { ApiError, type StatusCause } from './api-error.ts';
import { goFloat } from './go-float.ts';
import { goQuote } from './go-quote.ts';

/** One failed rule of validation: k8s.io/apimachinery/pkg/util/validation/field.Error. */
export interface FieldProblem {
  /** Path of the field, such as `spec.containers[0].image`. */
  field: string;
  reason: string;
  /** What follows the path in the message. */
  message: string;
}

/** How Go prints the bad value of a field: strings quoted, everything else as JSON. */
function shown(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'string') return goQuote(value);
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : goFloat(value);
  // Go's encoder escapes what could end a script in a page.
  const escaped = (c: string): string => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, escaped);
}

export const required = (field: string, detail = ''): FieldProblem => ({
  field,
  reason: 'FieldValueRequired',
  message: detail === '' ? 'Required value' : `Required value: ${detail}`,
});

export const invalid = (field: string, value: unknown, detail: string): FieldProblem => ({
  field,
  reason: 'FieldValueInvalid',
  message: detail === '' ? `Invalid value: ${shown(value)}` : `Invalid value: ${shown(value)}: ${detail}`,
});

export const notSupported = (field: string, value: unknown, supported: readonly string[]): FieldProblem => ({
  field,
  reason: 'FieldValueNotSupported',
  message: `Unsupported value: ${shown(value)}: supported values: ${supported.map(goQuote).join(', ')}`,
});

export const duplicate = (field: string, value: unknown): FieldProblem => ({
  field,
  reason: 'FieldValueDuplicate',
  message: `Duplicate value: ${shown(value)}`,
});

export const forbiddenField = (field: string, detail: string): FieldProblem => ({
  field,
  reason: 'FieldValueForbidden',
  message: `Forbidden: ${detail}`,
});

export const tooLong = (field: string, maxBytes: number): FieldProblem => ({
  field,
  reason: 'FieldValueTooLong',
  message: `Too long: may not be more than ${maxBytes} bytes`,
});

/** A fault of the server itself, about a field. */
export const internalProblem = (field: string, detail: string): FieldProblem => ({
  field,
  reason: 'InternalError',
  message: `Internal error: ${detail}`,
});

export const tooMany = (field: string, count: number, max: number): FieldProblem => ({
  field,
  reason: 'FieldValueTooMany',
  message: `Too many: ${count}: must have at most ${max} ${max === 1 ? 'item' : 'items'}`,
});

/** The value names something that does not exist. */
export const absent = (field: string, value: unknown): FieldProblem => ({
  field,
  reason: 'FieldValueNotFound',
  message: `Not found: ${shown(value)}`,
});

/** A change of a field that may not change (apimachinery validation.FieldImmutableErrorMsg). */
export const immutable = (field: string, value: unknown): FieldProblem => invalid(field, value, 'field is immutable');

/** Equal problems once. Kinds whose rules are declared do so: handwritten rules are found twice now and then. */
export function withoutRepeats(problems: readonly FieldProblem[]): readonly FieldProblem[] {
  return [...new Map(problems.map((problem) => [`${problem.field}: ${problem.message}`, problem])).values()];
}

/**
 * The 422 of an object that breaks rules (NewInvalid). Its message has equal ones once (field.ErrorList.ToAggregate).
 *
 * @param kind the kind with its group, such as `Deployment.apps`
 */
export function invalidObject(
  kind: { group: string; kind: string },
  name: string,
  problems: readonly FieldProblem[],
): ApiError {
  const texts = withoutRepeats(problems).map((p) => (p.field === '' ? p.message : `${p.field}: ${p.message}`));
  const qualifiedKind = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
  const listed = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const causes: StatusCause[] = problems.map(({ reason, message, field }) => ({ reason, message, field }));
  const details = {
    ...(name && { name }),
    ...(kind.group && { group: kind.group }),
    ...(kind.kind && { kind: kind.kind }),
    causes,
  };
  return new ApiError(422, 'Invalid', `${qualifiedKind} ${goQuote(name)} is invalid: ${listed}`, details);
}
