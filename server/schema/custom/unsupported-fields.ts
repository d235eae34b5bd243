/** Fields of JSON Schema that no structural schema can have (apiextensions-apiserver, schema/convert.go). */
import { additionalOf, ITEM_LIST, itemsOf, propertiesOf } from './schema-walk.ts';
import type { JsonSchema } from './structural.ts';

const SUSPICIOUS = [
  ...'id $schema $ref patternProperties dependencies additionalItems definitions'.split(' '),
  'x-kubernetes-preserve-unknown-fields',
  ITEM_LIST,
];

/**
 * What makes the conversion to a structural schema fail: the first reason that is found.
 *
 * @param keywords of the schema and everything below, if they are known
 */
export function unsupportedReason(schema: JsonSchema, keywords?: ReadonlySet<string>): string | undefined {
  if (keywords && !SUSPICIOUS.some((keyword) => keywords.has(keyword))) return undefined;
  return (
    ownReason(schema) ??
    (schema.not && unsupportedReason(schema.not)) ??
    firstReason(schema.allOf) ??
    firstReason(schema.anyOf) ??
    firstReason(schema.oneOf) ??
    (schema['x-kubernetes-preserve-unknown-fields'] === false
      ? "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined"
      : undefined) ??
    itemsReason(schema) ??
    propertiesReason(schema) ??
    additionalReason(schema)
  );
}

function propertiesReason(schema: JsonSchema): string | undefined {
  for (const [, field] of propertiesOf(schema)) {
    const reason = unsupportedReason(field);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function additionalReason(schema: JsonSchema): string | undefined {
  const inner = additionalOf(schema);
  return inner && unsupportedReason(inner);
}

function firstReason(schemas: readonly JsonSchema[] | undefined): string | undefined {
  for (const schema of schemas ?? NONE) {
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

const NONE: readonly JsonSchema[] = [];

function ownReason(schema: JsonSchema): string | undefined {
  const name = unsupportedField(schema);
  return name === undefined ? undefined : `OpenAPIV3Schema '${name}' is not supported`;
}

const isThere = (value: object | undefined): boolean => value !== undefined && Object.keys(value).length > 0;

function unsupportedField(schema: JsonSchema): string | undefined {
  if ((schema.id ?? '') !== '') return 'id';
  if ((schema.$schema ?? '') !== '') return 'schema';
  if ((schema.$ref ?? '') !== '') return '$ref';
  if (isThere(schema.patternProperties)) return 'patternProperties';
  if (isThere(schema.dependencies)) return 'dependencies';
  if (schema.additionalItems !== undefined) return 'additionalItems';
  return isThere(schema.definitions) ? 'definitions' : undefined;
}
