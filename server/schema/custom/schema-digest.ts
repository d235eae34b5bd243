/** What one walk finds out about a schema, so that the many rules look only where there is something for them. */
import { SCHEMA_TYPES } from './schema-types.ts';
import { ITEM_LIST, itemsOf, subschemas } from './schema-walk.ts';
import type { JsonSchema } from './structural.ts';

export interface SchemaDigest {
  /** Every keyword in it and below. */
  readonly keywords: ReadonlySet<string>;
  /** The nodes that have a format or a list type, as warnings look at them. */
  readonly formatted: readonly JsonSchema[];
  /**
   * Whether no rule can have anything to say about a node and what is below it, as far as it is not the root: it has a
   * type, and says nothing but what a value may be.
   */
  isPlain(node: JsonSchema): boolean;
}

/** What no rule about schemas looks at. Those of arrays, objects and types are looked at by {@link Walk}. */
const HARMLESS = new Set([
  'description',
  'title',
  'format',
  'enum',
  'required',
  'nullable',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
]);

const known = new WeakMap<JsonSchema, SchemaDigest>();

/** @param schema that does not change any more: what is found is kept so long as it lives */
export function schemaDigest(schema: JsonSchema): SchemaDigest {
  let digest = known.get(schema);
  if (!digest) {
    digest = new Walk(schema);
    known.set(schema, digest);
  }
  return digest;
}

class Walk implements SchemaDigest {
  readonly keywords = new Set<string>();
  readonly formatted: JsonSchema[] = [];
  /** Most nodes are plain: the others are remembered. */
  readonly #odd = new Set<JsonSchema>();

  constructor(schema: JsonSchema) {
    this.#visit(schema);
  }

  isPlain(node: JsonSchema): boolean {
    return !this.#odd.has(node);
  }

  /** @returns whether it is plain */
  #visit(schema: JsonSchema): boolean {
    const { keywords } = this;
    let isPlain = hasPlainType(schema);
    for (const keyword in schema) {
      const value = schema[keyword as keyof JsonSchema];
      if (value === undefined) continue;
      if (keyword === 'items' && Array.isArray(value)) {
        keywords.add(ITEM_LIST);
        isPlain = false;
        continue;
      }
      keywords.add(keyword);
      if (keyword !== 'type' && keyword !== 'properties' && keyword !== 'items' && !HARMLESS.has(keyword))
        isPlain = false;
    }
    if (schema.format !== undefined || schema['x-kubernetes-list-type'] !== undefined) this.formatted.push(schema);
    for (const inner of subschemas(schema)) if (!this.#visit(inner)) isPlain = false;
    if (!isPlain) this.#odd.add(schema);
    return isPlain;
  }
}

/** The items of an array have to be described. */
function hasPlainType(schema: JsonSchema): boolean {
  const { type } = schema;
  if (type === undefined || !SCHEMA_TYPES.includes(type)) return false;
  return type !== 'array' || itemsOf(schema) !== undefined;
}
