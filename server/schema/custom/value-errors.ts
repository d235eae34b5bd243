/** What kube-openapi's validators find, and how the API shows it (kubeOpenAPIResultToFieldErrors). */
import { type FieldProblem, invalid, notSupported, required, tooLong, tooMany } from '../../kube/field-problem.ts';
import { childPath } from './value-path.ts';

/** A problem of a value, before it is known below which field the value stands. */
export interface ValueError {
  /** What makes it one of a kind: the same text counts once. */
  readonly text: string;
  /** Where; undefined for those that know their place only in their text. */
  readonly path: string | undefined;
  /** The problem at its final place. */
  readonly problem: (field: string) => FieldProblem;
}

const body = (path: string, rule: string): string => `${path} in body ${rule}`;

const asJson = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** `x in body should …`, shown with the value. */
export function ruleError(path: string, value: unknown, rule: string): ValueError {
  const text = body(path, rule);
  return { text, path, problem: (field) => invalid(field, value, text) };
}

/** @param found the type that the value has, or the value itself when its format is wrong */
export function typeError(path: string, type: string, found: string): ValueError {
  const text = body(path, `must be of type ${type}: ${JSON.stringify(found)}`);
  return { text, path, problem: (field) => ({ ...invalid(field, found, text), reason: 'FieldValueTypeInvalid' }) };
}

export function requiredError(path: string): ValueError {
  return { text: body(path, 'is required'), path, problem: (field) => required(field) };
}

export function enumError(path: string, value: unknown, allowed: readonly unknown[]): ValueError {
  const names = allowed.map(asJson);
  const text = body(path, `should be one of [${names.join(' ')}]`);
  return { text, path, problem: (field) => notSupported(field, value, names) };
}

export function tooLongError(path: string, max: number): ValueError {
  return { text: body(path, `should be at most ${max} chars long`), path, problem: (field) => tooLong(field, max) };
}

/** @param what `items` or `properties` */
export function tooManyError(path: string, count: number, max: number, what: string): ValueError {
  const text = body(path, `should have at most ${max} ${what}`);
  return { text, path, problem: (field) => tooMany(field, count, max) };
}

/** An error that stands at no field. */
export function placelessError(text: string): ValueError {
  return { text, path: undefined, problem: (field) => invalid(field, '', text) };
}

/** What upstream prints for no path at all. */
export const NO_PATH = '<nil>';

/**
 * @param base the field at which the value stands, '' for a whole object
 */
export function fieldProblems(base: string, errors: readonly ValueError[]): FieldProblem[] {
  return errors.map(({ path, problem }) => {
    const within = path === undefined ? '' : path.replace(/^\./, '');
    if (within === '') return problem(base === '' ? NO_PATH : base);
    return problem(childPath(base, within));
  });
}
