/** Walks through everything that is a schema inside of a schema. */
import type { JsonSchema } from './structural.ts';

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const NONE: readonly JsonSchema[] = [];

/** The schemas directly below one, in the order in which upstream visits them; maps by their keys. */
export function subschemas(schema: JsonSchema): readonly JsonSchema[] {
  let found: JsonSchema[] | undefined;
  // Schemas have hundreds of nodes, most of which have nothing below.
  const add = (some: readonly unknown[]): void => {
    found ??= [];
    for (const one of some) if (isSchema(one)) found.push(one);
  };
  const { items, allOf, anyOf, oneOf, not, properties } = schema;
  if (items) add(Array.isArray(items) ? items : [items]);
  if (allOf) add(allOf);
  if (anyOf) add(anyOf);
  if (oneOf) add(oneOf);
  if (not) add([not]);
  if (properties) add(Object.values(properties));
  if (schema.additionalProperties) add([schema.additionalProperties]);
  if (schema.patternProperties) add(Object.values(schema.patternProperties));
  if (schema.additionalItems) add([schema.additionalItems]);
  if (schema.definitions) add(Object.values(schema.definitions));
  if (schema.dependencies) add(Object.values(schema.dependencies));
  return found ?? NONE;
}

/** Whether something is true of a schema or of one below it (SchemaHas). */
export function schemaHas(schema: JsonSchema, isSo: (schema: JsonSchema) => boolean): boolean {
  if (isSo(schema)) return true;
  for (const inner of subschemas(schema)) if (schemaHas(inner, isSo)) return true;
  return false;
}

/** What stands for `items` that are a list of schemas. */
export const ITEM_LIST = 'items[]';

/** Every keyword in a schema and below: what nobody uses needs no walk of its own. */
export function keywordsOf(schema: JsonSchema, found = new Set<string>()): ReadonlySet<string> {
  for (const keyword in schema) {
    const value = schema[keyword as keyof JsonSchema];
    if (value !== undefined) found.add(keyword === 'items' && Array.isArray(value) ? ITEM_LIST : keyword);
  }
  for (const inner of subschemas(schema)) keywordsOf(inner, found);
  return found;
}

export const hasDefault = (schema: JsonSchema): boolean => schema.default !== undefined && schema.default !== null;

/** The single schema of a list's items. */
export const itemsOf = (schema: JsonSchema): JsonSchema | undefined =>
  isSchema(schema.items) ? schema.items : undefined;

/** The schema of the values of unknown keys. */
export const additionalOf = (schema: JsonSchema): JsonSchema | undefined =>
  isSchema(schema.additionalProperties) ? schema.additionalProperties : undefined;

/** The properties by their names, sorted. */
export function propertiesOf({ properties }: JsonSchema): readonly [string, JsonSchema][] {
  if (!properties) return NO_PROPERTIES;
  const entries = Object.entries(properties);
  // As they nearly always are: decoding sorts them.
  return isSorted(entries) ? entries : entries.sort(([a], [b]) => (a < b ? -1 : 1));
}

function isSorted(entries: readonly [string, unknown][]): boolean {
  let last = '';
  for (const [name] of entries) {
    if (name < last) return false;
    last = name;
  }
  return true;
}

const NO_PROPERTIES: readonly [string, JsonSchema][] = [];
