/** Fields of JSON Schema that no structural schema can have (apiextensions-apiserver, schema/convert.go). */
import { additionalOf, itemsOf, propertiesOf } from './schema-walk.ts';
import type { JsonSchema } from './structural.ts';

/** What makes the conversion to a structural schema fail: the first reason that is found. */
export function unsupportedReason(schema: JsonSchema): string | undefined {
  return (
    ownReason(schema) ??
    firstReason([...(schema.not ? [schema.not] : []), ...(schema.allOf ?? []), ...(schema.anyOf ?? [])]) ??
    firstReason(schema.oneOf ?? []) ??
    (schema['x-kubernetes-preserve-unknown-fields'] === false
      ? "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined"
      : undefined) ??
    itemsReason(schema) ??
    firstReason(propertiesOf(schema).map(([, field]) => field)) ??
    firstReason([additionalOf(schema)].filter((other) => other !== undefined))
  );
}

function firstReason(schemas: readonly JsonSchema[]): string | undefined {
  for (const schema of schemas) {
    const reason = unsupportedReason(schema);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function itemsReason(schema: JsonSchema): string | undefined {
  if (Array.isArray(schema.items) && schema.items.length > 0) {
    return "OpenAPIV3Schema 'items' must be a schema, but is an array";
  }
  const items = itemsOf(schema);
  return items && unsupportedReason(items);
}

function ownReason(schema: JsonSchema): string | undefined {
  const isThere = (value: object | undefined): boolean => value !== undefined && Object.keys(value).length > 0;
  const fields: readonly (readonly [string, boolean])[] = [
    ['id', (schema.id ?? '') !== ''],
    ['schema', (schema.$schema ?? '') !== ''],
    ['$ref', (schema.$ref ?? '') !== ''],
    ['patternProperties', isThere(schema.patternProperties)],
    ['dependencies', isThere(schema.dependencies)],
    ['additionalItems', schema.additionalItems !== undefined],
    ['definitions', isThere(schema.definitions)],
  ];
  const found = fields.find(([, isSet]) => isSet);
  return found && `OpenAPIV3Schema '${found[0]}' is not supported`;
}
