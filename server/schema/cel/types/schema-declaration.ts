import {
  type JsonField,
  JsonList,
  JsonMap,
  JsonMapList,
  JsonObject,
  JsonSet,
  type Read,
  readDyn,
} from '../values/json-values.ts';
import {
  nullable,
  readBoolean,
  readBytes,
  readDate,
  readDateTime,
  readDuration,
  readInteger,
  readIntOrString,
  readNumber,
  readText,
} from '../values/readers.ts';
import { CelError } from '../values/value.ts';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  STRING,
  structType,
  TIMESTAMP,
} from './cel-type.ts';
import type { Declaration } from './declaration.ts';
import { escapeField } from './escape.ts';

/** What is read of an OpenAPI schema: a CRD's structural schema, or one of the published ones without references. */
export interface CelSchema {
  readonly type?: string | undefined;
  readonly format?: string | undefined;
  readonly nullable?: boolean | undefined;
  readonly default?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly required?: readonly string[] | undefined;
  readonly properties?: Readonly<Record<string, CelSchema>> | undefined;
  readonly additionalProperties?: CelSchema | boolean | undefined;
  readonly items?: CelSchema | undefined;
  readonly maxLength?: number | undefined;
  readonly maxItems?: number | undefined;
  readonly maxProperties?: number | undefined;
  readonly 'x-kubernetes-int-or-string'?: boolean | undefined;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean | undefined;
  readonly 'x-kubernetes-embedded-resource'?: boolean | undefined;
  readonly 'x-kubernetes-list-type'?: string | undefined;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[] | undefined;
}

const MAX_REQUEST_BYTES = 3 * 1024 * 1024;
/** The quotes around a text, or the brackets around a list, do not count. */
const MAX_CONTENT = MAX_REQUEST_BYTES - 2;
const TIME_BYTES = 32;
const DATE_BYTES = 12;

/**
 * The declaration of a schema, or undefined when expressions cannot see it: what has no type, and what only
 * preserves unknown fields.
 *
 * @param name what messages call the objects in it; upstream makes one up (`selfType` and a number)
 * @param root a whole resource: apiVersion, kind and the names of metadata are always known
 */
export function schemaDeclaration(schema: CelSchema, name: string, root: boolean): Declaration | undefined {
  if (schema['x-kubernetes-int-or-string']) return intOrString(schema);
  const whole = root ? withObjectMeta(schema) : schema;
  switch (whole.type) {
    case 'array':
      return array(whole, name);
    case 'object':
      return typeof whole.additionalProperties === 'object'
        ? map(whole, whole.additionalProperties, name)
        : object(whole, name);
    case 'string':
      return text(whole);
    case 'boolean':
      return scalar(BOOL, 4, readBoolean, whole);
    case 'number':
      return scalar(DOUBLE, 1, readNumber, whole);
    case 'integer':
      return scalar(INT, 1, readInteger, whole);
    default:
      return undefined;
  }
}

/** How often an object of a schema can stand in one request: what multiplies the cost of its rules. */
export function maxCardinality(declaration: Declaration): number {
  return Math.floor(MAX_REQUEST_BYTES / (declaration.minSerializedBytes + 1));
}

function nested(schema: CelSchema, name: string): Declaration | undefined {
  return schemaDeclaration(schema, name, schema['x-kubernetes-embedded-resource'] === true);
}

function scalar(
  type: CelType,
  minSerializedBytes: number,
  read: Read,
  schema: CelSchema,
  maxElements = 0,
): Declaration {
  return { type, described: true, maxElements, minSerializedBytes, read: nullable(read, schema.nullable === true) };
}

function intOrString(schema: CelSchema): Declaration {
  const longest = schema.maxLength === undefined ? MAX_CONTENT : atLeastZero(schema.maxLength) * 4;
  return scalar(DYN, 1, readIntOrString, schema, longest);
}

function text(schema: CelSchema): Declaration {
  switch (schema.format) {
    case 'byte':
      return scalar(
        BYTES,
        2,
        readBytes,
        schema,
        schema.maxLength === undefined ? MAX_CONTENT : atLeastZero(schema.maxLength),
      );
    case 'duration':
      return scalar(DURATION, 3, readDuration, schema, TIME_BYTES);
    case 'date':
      return scalar(TIMESTAMP, DATE_BYTES, readDate, schema, DATE_BYTES);
    case 'date-time':
      return scalar(TIMESTAMP, 21, readDateTime, schema, TIME_BYTES);
    default:
      return scalar(STRING, 2, readText, schema, longestText(schema));
  }
}

/** A character takes up to four bytes. */
function longestText({ maxLength, enum: values }: CelSchema): number {
  if (maxLength !== undefined) return atLeastZero(maxLength) * 4;
  if (!values?.length) return MAX_CONTENT;
  return Math.max(0, ...values.map((value) => (typeof value === 'string' ? Buffer.byteLength(value) : 0)));
}

function array(schema: CelSchema, name: string): Declaration | undefined {
  const element = schema.items && nested(schema.items, `${name}.@idx`);
  if (!element) return undefined;
  const maxElements =
    schema.maxItems === undefined
      ? quotient(MAX_CONTENT, element.minSerializedBytes + 1)
      : atLeastZero(schema.maxItems);
  const read = nullable(readArray(schema, element.read), schema.nullable === true);
  return { type: listOf(element.type), described: true, maxElements, minSerializedBytes: 2, element, read };
}

function readArray(schema: CelSchema, read: Read): Read {
  const make = arrayKind(schema, read);
  const wrong = new CelError('invalid data, expected an array for the provided schema with type=array');
  return (raw) => (Array.isArray(raw) ? make(raw) : wrong);
}

function arrayKind(schema: CelSchema, read: Read): (raw: readonly unknown[]) => JsonList {
  const keys = (schema['x-kubernetes-list-map-keys'] ?? []).map((key) => escapeField(key) ?? key);
  switch (schema['x-kubernetes-list-type']) {
    case 'map':
      return (raw) => new JsonMapList(raw, read, keys);
    case 'set':
      return (raw) => new JsonSet(raw, read);
    default:
      return (raw) => new JsonList(raw, read);
  }
}

function map(schema: CelSchema, values: CelSchema, name: string): Declaration | undefined {
  const element = nested(values, `${name}.@elem`);
  if (!element) return undefined;
  const { maxProperties } = schema;
  // A key of two bytes, a colon and a comma stand with each value.
  const maxElements =
    maxProperties === undefined ? quotient(MAX_CONTENT, element.minSerializedBytes + 6) : atLeastZero(maxProperties);
  const read = readObject((raw) => new JsonMap(raw, element.read));
  return {
    type: mapOf(STRING, element.type),
    described: true,
    maxElements,
    minSerializedBytes: 2,
    element,
    key: scalar(STRING, 2, readText, {}),
    read: nullable(read, schema.nullable === true),
  };
}

function object(schema: CelSchema, name: string): Declaration {
  const fields = new Map<string, Declaration>();
  const readers = new Map<string, JsonField>();
  const required = new Set(schema.required);
  let minSerializedBytes = 2;
  for (const [property, inner] of Object.entries(schema.properties ?? {})) {
    const escaped = escapeField(property);
    const field = nested(inner, `${name}.${escaped ?? property}`);
    readers.set(escaped ?? property, { name: property, read: field?.read ?? readDyn });
    if (!field) continue;
    if (escaped !== undefined) fields.set(escaped, field);
    // What has a default need not be sent.
    if (required.has(property) && inner.default === undefined) {
      minSerializedBytes += Buffer.byteLength(property) + field.minSerializedBytes + 4;
    }
  }
  const read = readObject((raw) => new JsonObject(raw, readers));
  return {
    type: structType(name),
    described: true,
    maxElements: 0,
    minSerializedBytes,
    fields,
    read: nullable(read, schema.nullable === true),
  };
}

function readObject(make: (raw: Readonly<Record<string, unknown>>) => JsonMap | JsonObject): Read {
  const wrong = new CelError('invalid data, expected a map for the provided schema with type=object');
  return (raw) =>
    typeof raw === 'object' && raw !== null && !Array.isArray(raw)
      ? make(raw as Readonly<Record<string, unknown>>)
      : wrong;
}

const TEXT: CelSchema = { type: 'string' };
const MAX_NAME = 253;

/** A whole resource as expressions know it: with the names of its type and itself, and nothing else of its metadata. */
function withObjectMeta(schema: CelSchema): CelSchema {
  const known = schema.properties ?? {};
  const names = known.metadata?.type === 'object' ? (known.metadata.properties ?? {}) : {};
  const isText = (inner: CelSchema | undefined): boolean => inner?.type === 'string';
  if (isText(known.kind) && isText(known.apiVersion) && isText(names.name) && isText(names.generateName)) {
    return schema;
  }
  const shorter = (inner: CelSchema | undefined, most: number): CelSchema => ({
    type: 'string',
    maxLength: Math.min(inner?.maxLength ?? most, most),
  });
  const given = known.metadata?.properties;
  // What the server adds to generateName has at least one byte.
  const properties = { name: shorter(given?.name, MAX_NAME), generateName: shorter(given?.generateName, MAX_NAME - 1) };
  const metadata = { type: 'object', properties };
  return { ...schema, properties: { ...known, kind: TEXT, apiVersion: TEXT, metadata } };
}

function quotient(bytes: number, each: number): number {
  return Math.floor(bytes / each);
}

function atLeastZero(value: number): number {
  return Math.max(value, 0);
}
