import { schemaHas } from './schema-walk.ts';
import type { JsonSchema } from './structural.ts';

/** The types that a schema of a definition may name. */
export const SCHEMA_TYPES: readonly string[] = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

/** Whether all types of a schema are such. */
export const hasKnownTypes = (schema: JsonSchema): boolean =>
  !schemaHas(schema, ({ type = '' }) => type !== '' && !SCHEMA_TYPES.includes(type));
