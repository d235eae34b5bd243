/**
 * How server-side apply takes values of a custom resource apart: `server/schema/apply/shapes.ts` for types that a
 * schema describes (kube-openapi/pkg/schemaconv).
 */
import type { Structural } from './structural.ts';

export type CustomShape =
  /** Compared as a whole. */
  | { readonly kind: 'leaf' }
  /** Known fields by their names. What the schema does not list does not exist, or is taken apart as it comes. */
  | {
      readonly kind: 'struct';
      readonly fields: ReadonlyMap<string, () => CustomShape>;
      readonly others: 'none' | 'deduced';
    }
  /** Every key is a field of its own. */
  | { readonly kind: 'map'; readonly of: CustomShape }
  | { readonly kind: 'set' }
  | {
      readonly kind: 'keyed';
      readonly keys: readonly string[];
      readonly of: CustomShape;
      /** Defaults of keys that items may lack. */
      readonly defaults: ReadonlyMap<string, unknown>;
    }
  /** Nothing is known: objects are taken apart by their fields, lists and scalars are wholes. */
  | { readonly kind: 'deduced' }
  /** The metadata of every resource: the built-in type has its shape. */
  | { readonly kind: 'metadata' };

const LEAF: CustomShape = { kind: 'leaf' };
const DEDUCED: CustomShape = { kind: 'deduced' };
const METADATA: CustomShape = { kind: 'metadata' };

/** The shape of a whole object: its metadata is the built-in type's, and its type and apiVersion are wholes. */
export function shapeOf(structural: Structural): CustomShape {
  const shape = shapeOfValue(structural, true);
  return shape.kind === 'struct' ? shape : { kind: 'struct', fields: metaFields(), others: 'deduced' };
}

function metaFields(): Map<string, () => CustomShape> {
  return new Map<string, () => CustomShape>([
    ['apiVersion', () => LEAF],
    ['kind', () => LEAF],
    ['metadata', () => METADATA],
  ]);
}

function shapeOfValue(structural: Structural, isResource: boolean): CustomShape {
  const { schema, type, listType, properties, additionalProperties, items, preservesUnknownFields } = structural;
  if (structural.isIntOrString) return LEAF;
  if (schema['x-kubernetes-map-type'] === 'atomic') return LEAF;
  if (type === 'array') {
    if (listType === 'set') return { kind: 'set' };
    return listType === 'map' && items ? keyedShape(structural, items) : LEAF;
  }
  if (type !== 'object' && type !== '') return LEAF;
  if (properties || isResource || structural.isEmbeddedResource) {
    const fields = new Map<string, () => CustomShape>();
    for (const [name, field] of properties ?? []) fields.set(name, lazily(field));
    if (isResource || structural.isEmbeddedResource) for (const [name, shape] of metaFields()) fields.set(name, shape);
    return { kind: 'struct', fields, others: preservesUnknownFields ? 'deduced' : 'none' };
  }
  if (typeof additionalProperties === 'object') return { kind: 'map', of: shapeOfValue(additionalProperties, false) };
  return preservesUnknownFields || additionalProperties === true ? DEDUCED : LEAF;
}

function lazily(structural: Structural): () => CustomShape {
  let shape: CustomShape | undefined;
  return () => (shape ??= shapeOfValue(structural, false));
}

function keyedShape({ listMapKeys }: Structural, items: Structural): CustomShape {
  const defaults = new Map(listMapKeys.map((key) => [key, items.properties?.get(key)?.defaultValue]));
  return { kind: 'keyed', keys: [...listMapKeys].sort(), of: shapeOfValue(items, false), defaults };
}
