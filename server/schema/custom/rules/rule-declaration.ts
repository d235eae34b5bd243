import { listOf, mapOf, STRING, structType } from '../../cel/types/cel-type.ts';
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

/** A part of a declaration as the rules of that part know it: for each node its own value is `self`. */
export const asSelf = (declaration: Declaration): Declaration => named(declaration, SELF_TYPE);

function named(declaration: Declaration, name: string): Declaration {
  const { fields, element, type } = declaration;
  if (fields) {
    const inner = Array.from(fields, ([field, of]) => [field, named(of, `${name}.${field}`)] as const);
    return { ...declaration, type: structType(name), fields: new Map(inner) };
  }
  if (!element) return declaration;
  const isList = type.kind === 'list';
  const inner = named(element, `${name}.${isList ? '@idx' : '@elem'}`);
  return { ...declaration, type: isList ? listOf(inner.type) : mapOf(STRING, inner.type), element: inner };
}
