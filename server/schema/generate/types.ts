/** Joins what Go knows of a type (go-types) with what OpenAPI says of it into the compact rows of kinds.gen.json. */
import type { FieldRow, TypeRow } from '../type-table-format.ts';
import type { PublishedSchema } from './published.ts';

export interface GoType {
  kind: string;
  go: string;
  model?: string;
  pointer?: boolean;
  of?: GoType;
}

export interface GoField {
  name: string;
  type: GoType;
  omitEmpty?: boolean;
  omitZero?: boolean;
  proto?: string;
}

const SCALARS: Record<string, string> = {
  string: 'string',
  bool: 'boolean',
  int32: 'int32',
  int64: 'int64',
  float64: 'double',
  bytes: 'bytes',
};

/** The compact spelling of a type, see type-table-format.ts: `*[]@io.k8s.api.core.v1.Container`. */
function spell(type: GoType): string {
  const star = type.pointer ? '*' : '';
  if (type.kind === 'slice' && type.of) return `${star}[]${spell(type.of)}`;
  if (type.kind === 'map' && type.of) return `${star}{}${spell(type.of)}`;
  if (type.model) return `${star}@${type.model}`;
  const scalar = SCALARS[type.kind];
  if (!scalar) throw new Error(`no spelling for Go type ${type.go} (${type.kind})`);
  return star + scalar;
}

/** Go's own name of a type where it does not follow from the spelling. */
function goNames(type: GoType): string | undefined {
  const plain: Record<string, string> = {
    string: 'string',
    bool: 'bool',
    int32: 'int32',
    int64: 'int64',
    float64: 'float64',
    bytes: '[]uint8',
  };
  if (type.kind in plain) return type.go.replace(/^\*/, '') === plain[type.kind] ? undefined : type.go;
  if (type.kind === 'struct' || type.kind === 'opaque') return undefined;
  const element = type.of;
  if (!element) return type.go;
  const elementName = `${element.pointer ? '*' : ''}${element.go}`;
  const derived = type.kind === 'slice' ? `[]${elementName}` : `map[string]${elementName}`;
  return type.go === derived && goNames(element) === undefined ? undefined : type.go;
}

function fieldRow(field: GoField, schema: PublishedSchema | undefined, required: boolean): FieldRow {
  const row: FieldRow = { n: field.name, t: spell(field.type) };
  const go = goNames(field.type);
  if (go) row.g = go;
  if (field.omitEmpty || field.omitZero) row.o = (field.omitEmpty ? 1 : 0) + (field.omitZero ? 2 : 0);
  if (required) row.r = 1;
  if (field.proto) row.p = field.proto;
  if (!schema) return row;
  if (schema.default !== undefined) row.d = schema.default;
  if (schema.enum) row.e = schema.enum;
  if (schema.items?.enum) row.e = schema.items.enum;
  if (schema.additionalProperties?.enum) row.e = schema.additionalProperties.enum;
  const natural: Record<string, string> = { int32: 'int32', int64: 'int64', float64: 'double', bytes: 'byte' };
  if (schema.format !== undefined && schema.format !== natural[field.type.kind]) row.f = schema.format;
  const listType = schema['x-kubernetes-list-type'];
  if (listType === 'map') row.l = ['map', ...(schema['x-kubernetes-list-map-keys'] ?? [])];
  else if (listType) row.l = [listType];
  if (schema['x-kubernetes-map-type']) row.m = schema['x-kubernetes-map-type'];
  if (schema['x-kubernetes-patch-strategy']) row.s = schema['x-kubernetes-patch-strategy'];
  if (schema['x-kubernetes-patch-merge-key']) row.k = schema['x-kubernetes-patch-merge-key'];
  if (!schema.description) row.x = 1;
  return row;
}

/** Rows of every struct that Go reported, in Go's order of fields. */
export function typeRows(
  structs: Record<string, GoField[]>,
  schemas: ReadonlyMap<string, PublishedSchema>,
): Record<string, TypeRow> {
  const rows: Record<string, TypeRow> = {};
  for (const name of Object.keys(structs).sort()) {
    const schema = schemas.get(name);
    const required = new Set(schema?.required);
    const row: TypeRow = {
      f: (structs[name] ?? []).map((field) =>
        fieldRow(field, schema?.properties?.[field.name], required.has(field.name)),
      ),
    };
    const gvks = schema?.['x-kubernetes-group-version-kind'];
    if (gvks) row.k = gvks.map((gvk) => `${gvk.group}/${gvk.version}/${gvk.kind}`);
    if (schema?.['x-kubernetes-map-type']) row.m = schema['x-kubernetes-map-type'];
    if (schema?.['x-kubernetes-unions']) row.u = schema['x-kubernetes-unions'];
    if (schema && !schema.description) row.x = 1;
    rows[name] = row;
  }
  return rows;
}
