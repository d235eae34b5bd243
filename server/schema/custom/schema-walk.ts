/** Walks through everything that is a schema inside of a schema. */
import type { JsonSchema } from './structural.ts';

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The schemas directly below one, in the order in which upstream visits them; maps by their keys. */
export function* subschemas(schema: JsonSchema): Generator<JsonSchema> {
  if (Array.isArray(schema.items)) yield* schema.items as readonly JsonSchema[];
  else if (isSchema(schema.items)) yield schema.items;
  yield* schema.allOf ?? [];
  yield* schema.anyOf ?? [];
  yield* schema.oneOf ?? [];
  if (schema.not) yield schema.not;
  yield* Object.values(schema.properties ?? {});
  if (isSchema(schema.additionalProperties)) yield schema.additionalProperties;
  yield* Object.values(schema.patternProperties ?? {});
  if (isSchema(schema.additionalItems)) yield schema.additionalItems;
  yield* Object.values(schema.definitions ?? {});
  for (const dependency of Object.values(schema.dependencies ?? {})) if (isSchema(dependency)) yield dependency;
}

/** Whether something is true of a schema or of one below it (SchemaHas). */
export function schemaHas(schema: JsonSchema, isSo: (schema: JsonSchema) => boolean): boolean {
  if (isSo(schema)) return true;
  for (const inner of subschemas(schema)) if (schemaHas(inner, isSo)) return true;
  return false;
}

/** The single schema of a list's items. */
export const itemsOf = (schema: JsonSchema): JsonSchema | undefined =>
  isSchema(schema.items) ? schema.items : undefined;

/** The schema of the values of unknown keys. */
export const additionalOf = (schema: JsonSchema): JsonSchema | undefined =>
  isSchema(schema.additionalProperties) ? schema.additionalProperties : undefined;

/** The properties by their names, sorted. */
export const propertiesOf = (schema: JsonSchema): [string, JsonSchema][] =>
  Object.entries(schema.properties ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
