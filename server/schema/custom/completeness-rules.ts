/** Everything that a junctor restricts has to be described outside of junctors too (schema/complete.go). */
import { type FieldProblem, required } from '../../kube/field-problem.ts';
import { itemsOf, propertiesOf } from './schema-walk.ts';
import type { JsonSchema } from './structural.ts';
import { childPath, keyPath } from './value-path.ts';

export function completenessProblems(schema: JsonSchema, path: string): FieldProblem[] {
  return junctorsOf(schema, path).flatMap(([inner, at]) => nestedProblems(inner, schema, path, at));
}

function junctorsOf(schema: JsonSchema, path: string): [JsonSchema, string][] {
  const found: [JsonSchema, string][] = schema.not ? [[schema.not, childPath(path, 'not')]] : [];
  for (const name of ['allOf', 'anyOf', 'oneOf'] as const) {
    for (const [i, inner] of (schema[name] ?? []).entries()) found.push([inner, keyPath(childPath(path, name), i)]);
  }
  return found;
}

/**
 * @param nested the schema below a junctor, at `at`
 * @param structural the schema that describes the same value, at `path`
 */
function nestedProblems(
  nested: JsonSchema,
  structural: JsonSchema | undefined,
  path: string,
  at: string,
): FieldProblem[] {
  if (!structural) return [required(path, `because it is defined in ${at}`)];
  const problems = junctorsOf(nested, at).flatMap(([inner, below]) => nestedProblems(inner, structural, path, below));
  const items = itemsOf(nested);
  if (items) {
    problems.push(...nestedProblems(items, itemsOf(structural), childPath(path, 'items'), childPath(at, 'items')));
  }
  const described = new Map(propertiesOf(structural));
  for (const [name, field] of propertiesOf(nested)) {
    const [here, there] = [path, at].map((base) => keyPath(childPath(base, 'properties'), name)) as [string, string];
    problems.push(...nestedProblems(field, described.get(name), here, there));
  }
  return problems;
}
