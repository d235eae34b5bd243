/** What of a structural schema OpenAPI v2 and kubectl can cope with (controller/openapi/v2.ToStructuralOpenAPIV2). */
import { additionalOf, itemsOf, propertiesOf } from './schema-walk.ts';
import type { JsonSchema } from './structural.ts';

/** The schema without junctors, defaults and nullable values; what is open says nothing about its inside. */
export function asOpenApiV2(schema: JsonSchema): Record<string, unknown> {
  const { allOf: _all, anyOf: _any, oneOf: _one, not: _not, nullable, type, items: _items, ...rest } = schema;
  const { properties: _properties, additionalProperties, default: _default, ...others } = rest;
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] ?? false;
  const isOpaque = nullable === true || isOpen;
  const items = isOpaque ? undefined : itemsOf(schema);
  const fields = isOpaque ? [] : propertiesOf(schema);
  const hasType = nullable !== true && !(type === 'array' && !items) && !(isOpen && type === 'object');
  const extra = additionalOf(schema);
  const required = requiredFields(schema, fields);
  return {
    ...others,
    ...(hasType && type !== undefined && { type }),
    ...(items && { items: asOpenApiV2(items) }),
    ...(fields.length > 0 && { properties: Object.fromEntries(fields.map(([name, f]) => [name, asOpenApiV2(f)])) }),
    ...(additionalProperties !== undefined && {
      additionalProperties: extra ? asOpenApiV2(extra) : additionalProperties,
    }),
    required: required.length > 0 ? required : undefined,
  };
}

/** kubectl takes null for a missing field. */
function requiredFields(schema: JsonSchema, fields: readonly (readonly [string, JsonSchema])[]): readonly string[] {
  if (additionalOf(schema)?.nullable) return [];
  const nullable = new Set(fields.flatMap(([name, field]) => (field.nullable ? [name] : [])));
  return (schema.required ?? []).filter((name) => !nullable.has(name));
}
