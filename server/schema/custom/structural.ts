/**
 * The structural part of a schema as a tree: what exists, of which type, with which defaults
 * (apiextensions-apiserver/pkg/apiserver/schema.Structural). What values may be beyond that is compiled in
 * `value-check.ts`.
 */
import { deepFreeze, type Frozen } from '../../base/freeze.ts';
import type { JSONSchemaProps } from '../../kube/types.gen.ts';

/** A schema as it stands in a stored definition. */
export type JsonSchema = Frozen<JSONSchemaProps>;

export interface Structural {
  readonly schema: JsonSchema;
  readonly type: string;
  readonly nullable: boolean;
  readonly preservesUnknownFields: boolean;
  readonly isEmbeddedResource: boolean;
  readonly isIntOrString: boolean;
  readonly listType: string | undefined;
  readonly listMapKeys: readonly string[];
  /** Frozen; undefined without a default. */
  readonly defaultValue: unknown;
  readonly properties: ReadonlyMap<string, Structural> | undefined;
  /** A schema for all other keys, or whether they are allowed; undefined when the schema does not say. */
  readonly additionalProperties: Structural | boolean | undefined;
  readonly items: Structural | undefined;
  /** Whether there is a default at this node or below: without one nothing needs to be visited. */
  readonly hasDefaults: boolean;
  /** Whether a list type `set` or `map` stands at this node or below. */
  readonly hasUniqueItems: boolean;
  /** Whether an embedded resource stands at this node or below. */
  readonly hasEmbeddedResources: boolean;
}

/** The fields of an object that the API server knows itself. */
export const META_FIELDS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/** The tree of a schema. Properties come in the order of their names. */
export function structuralOf(schema: JsonSchema): Structural {
  const { properties: fields, items: itemSchema, additionalProperties: others } = schema;
  const names = fields === undefined ? [] : Object.keys(fields).sort();
  const properties =
    names.length === 0 ? undefined : new Map(names.map((name) => [name, structuralOf(fields?.[name] as JsonSchema)]));
  const items =
    itemSchema === undefined || Array.isArray(itemSchema) ? undefined : structuralOf(itemSchema as JsonSchema);
  const additionalProperties = typeof others === 'object' ? structuralOf(others) : others;
  const children = [...(properties?.values() ?? [])];
  if (items) children.push(items);
  if (typeof additionalProperties === 'object') children.push(additionalProperties);
  const listType = schema['x-kubernetes-list-type'];
  const isEmbeddedResource = schema['x-kubernetes-embedded-resource'] ?? false;
  const fallback = schema.default;
  return {
    schema,
    type: schema.type ?? '',
    nullable: schema.nullable ?? false,
    preservesUnknownFields: schema['x-kubernetes-preserve-unknown-fields'] ?? false,
    isEmbeddedResource,
    isIntOrString: schema['x-kubernetes-int-or-string'] ?? false,
    listType,
    listMapKeys: schema['x-kubernetes-list-map-keys'] ?? [],
    defaultValue: fallback === null ? undefined : deepFreeze(fallback),
    properties,
    additionalProperties,
    items,
    hasDefaults: (fallback !== undefined && fallback !== null) || children.some((child) => child.hasDefaults),
    hasUniqueItems: listType === 'set' || listType === 'map' || children.some((child) => child.hasUniqueItems),
    hasEmbeddedResources: isEmbeddedResource || children.some((child) => child.hasEmbeddedResources),
  };
}

/** The schema of the values of unknown keys, when there is one. */
export function additionalSchema({ additionalProperties }: Structural): Structural | undefined {
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

/** The schema of a field: its own, or the one for all others. */
export function fieldSchema(structural: Structural, name: string): Structural | undefined {
  return structural.properties?.get(name) ?? additionalSchema(structural);
}
