import type { Declaration } from '../../cel/types/declaration.ts';
import { type CelSchema, schemaDeclaration } from '../../cel/types/schema-declaration.ts';
import type { JsonSchema } from '../structural.ts';

/** What messages call objects; upstream makes up a name for each definition. */
const SELF_TYPE = 'selfType';

/** What rules know of the values of a schema; undefined when expressions cannot see them. */
export function ruleDeclaration(schema: JsonSchema, isResourceRoot: boolean): Declaration | undefined {
  // Only `items` could differ, as a list of schemas, and no structural schema has one.
  return schemaDeclaration(schema as CelSchema, SELF_TYPE, isResourceRoot);
}
