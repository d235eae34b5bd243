/**
 * The schema of a custom resource as OpenAPI publishes it: structural, with the metadata of every resource
 * (apiextensions-apiserver, controller/openapi/builder).
 */
import { REFERENCE_PREFIX, type Schema } from '../openapi/schemas.ts';
import { asOpenApiV2 } from './openapi-v2.ts';
import { hasKnownTypes } from './schema-types.ts';
import { additionalOf, itemsOf, propertiesOf } from './schema-walk.ts';
import type { JsonSchema } from './structural.ts';
import { structuralProblems } from './structural-rules.ts';
import { unsupportedReason } from './unsupported-fields.ts';

export type OpenApiVersion = 'v2' | 'v3';

/** What a definition says about the version that is published. */
export interface PublishedVersion {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly schema: JsonSchema | undefined;
  readonly preserveUnknownFields?: boolean;
  /** JSON paths of the selectable fields. */
  readonly selectableFields?: readonly string[];
}

type Json = Record<string, unknown>;

const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const LIST_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta';
const CONVENTIONS = 'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md';

const API_VERSION =
  'APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized ' +
  'schemas to the latest internal value, and may reject unrecognized values. More info: ' +
  `${CONVENTIONS}#resources`;
const KIND =
  'Kind is a string value representing the REST resource this object represents. Servers may infer this from the ' +
  'endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: ' +
  `${CONVENTIONS}#types-kinds`;
const EMBEDDED_API_VERSION =
  'apiVersion defines the versioned schema of this representation of an object. More info: ' +
  `${CONVENTIONS}#resources`;
const EMBEDDED_KIND =
  'kind is a string value representing the type of this object. In CamelCase. More info: ' +
  `${CONVENTIONS}#types-kinds`;
const METADATA = `Standard object's metadata. More info: ${CONVENTIONS}#metadata`;
const LIST_METADATA = `Standard list metadata. More info: ${CONVENTIONS}#types-kinds`;

/** `com.example.golden.v1.Thing`: the name under which a kind is published. */
export function modelName(group: string, version: string, kind: string): string {
  return `${group.split('.').reverse().join('.')}.${version}.${kind}`;
}

/** The schemas of a kind and its list. */
export function publishedSchemas(published: PublishedVersion, openApi: OpenApiVersion): { kind: Schema; list: Schema } {
  const marks = (kind: string): Json => {
    const { group, version, selectableFields = [] } = published;
    const fields = selectableFields.map((path) => ({ fieldPath: path.replace(/^\./, '') }));
    return {
      'x-kubernetes-group-version-kind': [{ group, kind, version }],
      ...(fields.length > 0 && { 'x-kubernetes-selectable-fields': fields }),
    };
  };
  const kind = { ...kindSchema(published, openApi), ...marks(published.kind) };
  const list = { ...listSchema(published, openApi), ...marks(published.listKind) };
  const name = modelName(published.group, published.version, published.kind);
  return {
    kind: { json: JSON.stringify(kind), refs: refersToMeta(kind) ? [OBJECT_META] : [] },
    list: { json: JSON.stringify(list), refs: [name, LIST_META] },
  };
}

const refersToMeta = (schema: Json): boolean => JSON.stringify(schema).includes(OBJECT_META);

/** A reference with a text. What stands beside a reference is ignored in v3, so it is wrapped there. */
function reference(model: string, openApi: OpenApiVersion, description: string): Json {
  const $ref = REFERENCE_PREFIX[openApi] + model;
  return openApi === 'v3' ? { description, allOf: [{ $ref }] } : { description, $ref };
}

const text = (description: string): Json => ({ description, type: 'string' });

/** What is published of a schema: nothing of one that is not structural. */
function publishable(schema: JsonSchema | undefined): JsonSchema | undefined {
  if (!schema || !hasKnownTypes(schema) || unsupportedReason(schema) !== undefined) return undefined;
  return structuralProblems(schema, '').length === 0 ? schema : undefined;
}

function kindSchema(published: PublishedVersion, openApi: OpenApiVersion): Json {
  const schema = publishable(published.schema);
  if (!schema) return { type: 'object' };
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] || published.preserveUnknownFields;
  // kubectl would refuse unknown fields otherwise.
  if (openApi === 'v2' && isOpen) return { type: 'object' };
  const { properties, ...rest } = shapedFor(unfolded(schema), openApi);
  return {
    ...rest,
    properties: sortedFields({
      ...(properties as Json | undefined),
      apiVersion: text(API_VERSION),
      kind: text(KIND),
      metadata: reference(OBJECT_META, openApi, METADATA),
    }),
  };
}

const sortedFields = (fields: Json): Json =>
  Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));

const shapedFor = (schema: JsonSchema, openApi: OpenApiVersion): Json =>
  withEmbedded(openApi === 'v2' ? asOpenApiV2(schema) : (schema as Json), openApi);

const INT_OR_STRING = [{ type: 'integer' }, { type: 'string' }] as const;

/** Spells out the types of `x-kubernetes-int-or-string` (Structural.Unfold). */
function unfolded(schema: JsonSchema): JsonSchema {
  const items = itemsOf(schema);
  const others = additionalOf(schema);
  const fields = propertiesOf(schema).map(([name, field]) => [name, unfolded(field)] as const);
  return {
    ...schema,
    ...(items && { items: unfolded(items) }),
    ...(others && { additionalProperties: unfolded(others) }),
    ...(fields.length > 0 && { properties: Object.fromEntries(fields) }),
    ...(schema['x-kubernetes-int-or-string'] && typesSpelledOut(schema)),
  };
}

function typesSpelledOut(schema: JsonSchema): Partial<JsonSchema> {
  const isSpelledOut = (list: readonly JsonSchema[] | undefined): boolean =>
    JSON.stringify(list) === JSON.stringify(INT_OR_STRING);
  if (isSpelledOut(schema.anyOf) || isSpelledOut(schema.allOf?.[0]?.anyOf)) return {};
  if (!schema.anyOf) return { anyOf: INT_OR_STRING };
  return { allOf: [{ anyOf: INT_OR_STRING }, ...(schema.allOf ?? [])] };
}

/** Embedded resources have the fields of every resource. */
function withEmbedded(schema: Json, openApi: OpenApiVersion): Json {
  const output: Json = { ...schema };
  if (schema.properties) {
    const fields = Object.entries(schema.properties as Record<string, Json>);
    output.properties = Object.fromEntries(fields.map(([name, field]) => [name, withEmbedded(field, openApi)]));
  }
  if (schema.items) output.items = withEmbedded(schema.items as Json, openApi);
  if (typeof schema.additionalProperties === 'object') {
    output.additionalProperties = withEmbedded(schema.additionalProperties as Json, openApi);
  }
  if (!schema['x-kubernetes-embedded-resource']) return output;
  if (openApi === 'v2' && schema['x-kubernetes-preserve-unknown-fields']) return output;
  const required = (schema.required ?? []) as readonly string[];
  output.properties = sortedFields({
    ...(output.properties as Json | undefined),
    apiVersion: text(EMBEDDED_API_VERSION),
    kind: text(EMBEDDED_KIND),
    metadata: reference(OBJECT_META, openApi, METADATA),
  });
  output.required = [...required, ...['kind', 'apiVersion'].filter((name) => !required.includes(name))];
  return output;
}

function listSchema({ group, version, kind, listKind, plural }: PublishedVersion, openApi: OpenApiVersion): Json {
  const item = { $ref: REFERENCE_PREFIX[openApi] + modelName(group, version, kind) };
  return {
    description: `${listKind} is a list of ${kind}`,
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: text(API_VERSION),
      items: { description: `List of ${plural}. More info: ${CONVENTIONS}`, type: 'array', items: item },
      kind: text(KIND),
      metadata: reference(LIST_META, openApi, LIST_METADATA),
    },
  };
}
