/** What may stand below `allOf`, `anyOf`, `oneOf` and `not` of a structural schema. */
import { deepEqual } from '../../base/freeze.ts';
import { type FieldProblem, forbiddenField, invalid } from '../../kube/field-problem.ts';
import { compilePattern, PatternError } from './pattern.ts';
import { itemsOf, propertiesOf } from './schema-walk.ts';
import type { JsonSchema } from './structural.ts';
import { childPath, keyPath } from './value-path.ts';

/** The form in which `x-kubernetes-int-or-string` may spell out its types. */
const INT_OR_STRING = [{ type: 'integer' }, { type: 'string' }];

const isIntOrString = (schemas: readonly JsonSchema[] | undefined): boolean => deepEqual(schemas, INT_OR_STRING);

const NONE: readonly FieldProblem[] = [];

/** Problems of the junctors and the pattern of a structural schema. */
export function junctorProblems(schema: JsonSchema, path: string): readonly FieldProblem[] {
  if (!schema.pattern && !schema.anyOf && !schema.allOf && !schema.oneOf && !schema.not) return NONE;
  return valueProblems(schema, path, isIntOrString(schema.anyOf), isIntOrString(schema.allOf?.[0]?.anyOf));
}

/**
 * @param skipsAnyOf whether `anyOf` is the list of types of an int-or-string
 * @param skipsFirst whether the `anyOf` of the first schema of `allOf` is
 */
function valueProblems(schema: JsonSchema, path: string, skipsAnyOf: boolean, skipsFirst: boolean): FieldProblem[] {
  const at = (name: string, i: number): string => keyPath(childPath(path, name), i);
  const problems: FieldProblem[] = [];
  for (const name of ['anyOf', 'allOf', 'oneOf'] as const) {
    if (name === 'anyOf' && skipsAnyOf) continue;
    for (const [i, inner] of (schema[name] ?? []).entries()) {
      problems.push(...nestedProblems(inner, at(name, i), name === 'allOf' && skipsFirst && i === 0));
    }
  }
  if (schema.not) problems.push(...nestedProblems(schema.not, childPath(path, 'not')));
  return [...problems, ...patternProblems(schema.pattern ?? '', childPath(path, 'pattern'))];
}

function patternProblems(pattern: string, path: string): FieldProblem[] {
  try {
    if (pattern !== '') compilePattern(pattern);
    return [];
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return [invalid(path, pattern, `must be a valid regular expression, but isn't: ${error.message}`)];
  }
}

function nestedProblems(schema: JsonSchema, path: string, skipsAnyOf = false): FieldProblem[] {
  const at = (name: string): string => childPath(path, name);
  const problems = valueProblems(schema, path, skipsAnyOf, false);
  const items = itemsOf(schema);
  if (items) problems.push(...nestedProblems(items, at('items')));
  for (const [name, field] of propertiesOf(schema)) {
    problems.push(...nestedProblems(field, keyPath(at('properties'), name)));
  }
  for (const [name, must] of FORBIDDEN) {
    if (isSet(schema[name])) problems.push(forbiddenField(at(name), `${must} to be structural`));
  }
  if (schema.properties && Object.hasOwn(schema.properties, 'metadata')) {
    problems.push(forbiddenField(keyPath(at('properties'), 'metadata'), 'must not be specified in a nested context'));
  }
  return problems;
}

/** Whether a field says anything. `additionalProperties: false` says nothing here. */
function isSet(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== null && value !== false && value !== '';
}

const FORBIDDEN: readonly (readonly [keyof JsonSchema, string])[] = [
  ['type', 'must be empty'],
  ['additionalProperties', 'must be undefined'],
  ['default', 'must be undefined'],
  ['title', 'must be empty'],
  ['description', 'must be empty'],
  ['nullable', 'must be false'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false'],
  ['x-kubernetes-embedded-resource', 'must be false'],
  ['x-kubernetes-int-or-string', 'must be false'],
  ['x-kubernetes-list-map-keys', 'must be empty'],
  ['x-kubernetes-list-type', 'must be undefined'],
  ['x-kubernetes-map-type', 'must be undefined'],
  ['x-kubernetes-validations', 'must be empty'],
];
