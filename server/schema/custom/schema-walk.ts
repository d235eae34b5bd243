/** Walks through everything that is a schema inside of a schema. */
import type { JsonSchema } from './structural.ts';

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const NONE: readonly JsonSchema[] = [];

/** The schemas directly below one, in the order in which upstream visits them; maps by their keys. */
export function subschemas(schema: JsonSchema): readonly JsonSchema[] {
  let found: JsonSchema[] | undefined;
  // Schemas have hundreds of nodes, most of which have nothing below.
  const add = (one: unknown): void => {
    if (!isSchema(one)) return;
    if (found) found.push(one);
    else found = [one];
  };
  const addAll = (some: readonly unknown[]): void => some.forEach(add);
  const addValues = (some: object): void => {
    for (const key in some) add(some[key as keyof typeof some]);
  };
  const { items, allOf, anyOf, oneOf, not, properties } = schema;
  if (Array.isArray(items)) addAll(items);
  else add(items);
  if (allOf) addAll(allOf);
  if (anyOf) addAll(anyOf);
  if (oneOf) addAll(oneOf);
  add(not);
  if (properties) addValues(properties);
  add(schema.additionalProperties);
  if (schema.patternProperties) addValues(schema.patternProperties);
  add(schema.additionalItems);
  if (schema.definitions) addValues(schema.definitions);
  if (schema.dependencies) addValues(schema.dependencies);
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
