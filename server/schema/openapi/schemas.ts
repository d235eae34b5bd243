/** Schemas of types, as OpenAPI v2 (`definitions`) and v3 (`components.schemas`) write them. */
import type { FieldRow, TypeRow } from '../type-table-format.ts';

export type OpenApiVersion = 'v2' | 'v3';

/** The text of a field, of the type itself when `field` is '', or '' when there is none. */
export type Texts = (type: string, field: string) => string;

/** JSON of a schema, and the names of the schemas that it refers to. */
export interface Schema {
  readonly json: string;
  readonly refs: readonly string[];
}

/** Where documents find the schemas that their operations name. */
export interface SchemaSource {
  /** @param groupVersion `apps/v1` (core: `/v1`) of the document; types that stand for many kinds name only its own */
  schema(name: string, groupVersion: string | undefined): Schema;
}

type Json = Record<string, unknown>;

const SCALARS: Readonly<Record<string, Json>> = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
};

/** What Go has where nothing is said. */
const ZEROS: Readonly<Record<string, unknown>> = { string: '', boolean: false, int32: 0, int64: 0, double: 0 };

/** Types with an encoding of their own; the others that have no row say nothing but their text. */
const OPAQUE: Readonly<Record<string, { v2: Json; v3: Json }>> = {
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': both({ type: 'string', format: 'date-time' }),
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': both({ type: 'string', format: 'date-time' }),
  'io.k8s.apimachinery.pkg.apis.meta.v1.Duration': both({ type: 'string' }),
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': both({ type: 'object' }),
  'io.k8s.apimachinery.pkg.runtime.RawExtension': both({ type: 'object' }),
  'io.k8s.apimachinery.pkg.api.resource.Quantity': {
    v2: { type: 'string' },
    v3: { oneOf: [{ type: 'string' }, { type: 'number' }] },
  },
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': {
    v2: { type: 'string', format: 'int-or-string' },
    v3: { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  },
};

function both(schema: Json): { v2: Json; v3: Json } {
  return { v2: schema, v3: schema };
}

/** Where a document keeps its schemas. */
export const REFERENCE_PREFIX: Readonly<Record<OpenApiVersion, string>> = {
  v2: '#/definitions/',
  v3: '#/components/schemas/',
};

/** How older versions write documents of v3, see type-table.ts. */
export interface SchemaTraits {
  readonly hasItemDefaults: boolean;
  readonly namesAllKinds: boolean;
}

/** Schemas of the types of a table, each made once. */
export class TypeSchemas implements SchemaSource {
  readonly #rows: (name: string) => TypeRow | undefined;
  readonly #texts: Texts;
  readonly #version: OpenApiVersion;
  readonly #traits: SchemaTraits;
  readonly #made = new Map<string, Schema>();

  constructor(
    rows: (name: string) => TypeRow | undefined,
    texts: Texts,
    version: OpenApiVersion,
    traits: SchemaTraits = { hasItemDefaults: false, namesAllKinds: false },
  ) {
    this.#traits = traits;
    this.#rows = rows;
    this.#texts = texts;
    this.#version = version;
  }

  schema(name: string, groupVersion: string | undefined): Schema {
    const row = this.#rows(name);
    const isLocal = groupVersion !== undefined && !this.#traits.namesAllKinds;
    const local = isLocal && (row?.k?.length ?? 0) > 1 ? groupVersion : '';
    const key = local === '' ? name : `${name} ${local}`;
    let made = this.#made.get(key);
    if (!made) {
      made = this.#make(name, row, local);
      this.#made.set(key, made);
    }
    return made;
  }

  #make(name: string, row: TypeRow | undefined, local: string): Schema {
    const text = this.#texts(name, '');
    const schema: Json = text === '' ? {} : { description: text };
    if (!row) return { json: JSON.stringify({ ...schema, ...OPAQUE[name]?.[this.#version] }), refs: [] };
    schema.type = 'object';
    const required = row.f.filter((field) => field.r === 1).map((field) => field.n);
    if (required.length > 0) schema.required = required;
    const refs = new Set<string>();
    const fields = [...row.f].sort((a, b) => (a.n < b.n ? -1 : 1));
    if (fields.length > 0) {
      schema.properties = Object.fromEntries(fields.map((field) => [field.n, this.#field(name, field, refs)]));
    }
    // DeleteOptions and WatchEvent are registered in every group: a document of v3 names its own beside the core's.
    const kinds = row.k?.filter((kind) => local === '' || kind.startsWith('/v1/') || kind.startsWith(`${local}/`));
    if (kinds) schema['x-kubernetes-group-version-kind'] = kinds.map(kindReference);
    if (row.m) schema['x-kubernetes-map-type'] = row.m;
    if (row.u) schema['x-kubernetes-unions'] = row.u;
    return { json: JSON.stringify(schema), refs: [...refs] };
  }

  #field(type: string, row: FieldRow, refs: Set<string>): Json {
    const text = row.x === 1 ? '' : this.#texts(type, row.n);
    const schema: Json = text === '' ? {} : { description: text };
    const spelling = row.t.replace(/^\*/, '');
    const isDefault = row.d !== undefined && row.h !== 1 && this.#version === 'v3';
    if (spelling.startsWith('@')) {
      if (isDefault) schema.default = row.d;
      const reference = this.#reference(spelling.slice(1), refs);
      // What stands beside a reference is ignored in v3, so a reference with siblings is wrapped.
      const alone = row.x === 1 && !isDefault && !row.m && !row.s && !row.k;
      if (this.#version === 'v3' && !alone) schema.allOf = [reference];
      else schema.$ref = reference.$ref;
    } else {
      const isScalar = !spelling.startsWith('[]') && !spelling.startsWith('{}');
      const { type: kind, format, ...rest } = this.#value(spelling, isScalar ? undefined : row.e, refs);
      schema.type = kind;
      if (row.f ?? format) schema.format = row.f ?? format;
      if (isDefault) schema.default = row.d;
      if (row.e && isScalar) schema.enum = row.e;
      Object.assign(schema, rest);
    }
    extensions(row, schema);
    return schema;
  }

  /** @param allowed values of the innermost strings */
  #value(spelling: string, allowed: readonly string[] | undefined, refs: Set<string>): Json {
    const plain = spelling.replace(/^\*/, '');
    if (plain.startsWith('[]')) return { type: 'array', items: this.#item(plain.slice(2), allowed, refs) };
    if (plain.startsWith('{}'))
      return { type: 'object', additionalProperties: this.#item(plain.slice(2), allowed, refs) };
    if (plain.startsWith('@')) return this.#reference(plain.slice(1), refs);
    return { ...SCALARS[plain], ...(allowed && { enum: allowed }) };
  }

  #item(spelling: string, allowed: readonly string[] | undefined, refs: Set<string>): Json {
    const value = this.#value(spelling, allowed, refs);
    if (!this.#traits.hasItemDefaults || this.#version === 'v2') return value;
    const { type, format, ...rest } = value;
    const zero = ZEROS[spelling];
    if (zero !== undefined) return { type, ...(format !== undefined && { format }), default: zero, ...rest };
    const isStruct = spelling.startsWith('@') && this.#rows(spelling.slice(1)) !== undefined;
    return isStruct ? { default: {}, allOf: [{ $ref: rest.$ref }] } : value;
  }

  #reference(name: string, refs: Set<string>): { $ref: string } {
    refs.add(name);
    return { $ref: REFERENCE_PREFIX[this.#version] + name };
  }
}

function extensions(row: FieldRow, schema: Json): void {
  const [listType, ...keys] = row.l ?? [];
  if (keys.length > 0) schema['x-kubernetes-list-map-keys'] = keys;
  if (listType) schema['x-kubernetes-list-type'] = listType;
  if (row.m) schema['x-kubernetes-map-type'] = row.m;
  if (row.k) schema['x-kubernetes-patch-merge-key'] = row.k;
  if (row.s) schema['x-kubernetes-patch-strategy'] = row.s;
}

/** `apps/v1/Deployment` → `{group, kind, version}`, in the order in which Go prints a map. */
function kindReference(gvk: string): Json {
  const [group = '', version = '', kind = ''] = gvk.split('/');
  return { group, kind, version };
}

/** Everything that `roots` refer to, directly or not, with their JSON, sorted by name. */
export function closure(
  source: SchemaSource,
  roots: Iterable<string>,
  groupVersion: string | undefined,
): [name: string, json: string][] {
  const found = new Map<string, string>();
  const waiting = [...roots];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    const { json, refs } = source.schema(name, groupVersion);
    found.set(name, json);
    waiting.push(...refs);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}
