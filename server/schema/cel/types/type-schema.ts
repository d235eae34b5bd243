/** The schema of a described type, as upstream publishes it without references (openapi/resolver/refs.go). */
import type { TypeDescription, ValueType } from '../../type-table.ts';
import type { CelSchema } from './schema-declaration.ts';

/**
 * @example
 * schemaDeclaration(typeSchema(info.type), 'Pod', true)
 */
export function typeSchema(type: TypeDescription, above: readonly string[] = []): CelSchema {
  const within = [...above, type.name];
  const properties = Object.fromEntries(type.fields.map((field) => [field.name, valueSchema(field.type, within)]));
  const required = type.fields.filter((field) => field.required).map(({ name }) => name);
  return { type: 'object', properties, required };
}

function valueSchema(type: ValueType, above: readonly string[]): CelSchema {
  const { kind, of } = type;
  switch (kind) {
    case 'struct':
      // A type within itself has no fields that anybody could see.
      return !type.struct || above.includes(type.struct.name) ? { type: 'object' } : typeSchema(type.struct, above);
    case 'list':
      return { type: 'array', ...(of && { items: valueSchema(of, above) }) };
    case 'map':
      return { type: 'object', ...(of && { additionalProperties: valueSchema(of, above) }) };
    case 'int-or-string':
      return { 'x-kubernetes-int-or-string': true };
    default:
      return SCALARS[kind] ?? {};
  }
}

/** Quantities and the like are published without a type: expressions cannot see them. */
const SCALARS: Readonly<Record<string, CelSchema>> = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
  time: { type: 'string', format: 'date-time' },
  'micro-time': { type: 'string', format: 'date-time' },
  duration: { type: 'string' },
  raw: { type: 'object' },
};
