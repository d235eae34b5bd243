/**
 * The type of a custom resource as server-side apply and field order see it: made of its schema, and otherwise like the
 * types of the built-in kinds (kube-openapi/pkg/schemaconv).
 */
import { builtInTypes, type FieldDescription, type TypeDescription, type ValueType } from '../type-table.ts';
import { sortedType } from './sorted-type.ts';
import type { Structural } from './structural.ts';
import type { StructuralSchema } from './structural-schema.ts';

const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

const scalar = (kind: ValueType['kind'], go: string): ValueType => ({ kind, go, pointer: true });

const STRING = scalar('string', 'string');
const RAW = scalar('raw', 'interface {}');
const DEDUCED = scalar('deduced', 'interface {}');

const SCALARS: Readonly<Record<string, ValueType>> = {
  string: STRING,
  boolean: scalar('boolean', 'bool'),
  integer: scalar('int64', 'int64'),
  number: scalar('double', 'float64'),
};

/**
 * @param name `com.example.v1.Gizmo`
 * @param schema of the version; one that describes nothing keeps everything
 */
export function customType(name: string, schema: StructuralSchema): TypeDescription {
  let made: TypeDescription | undefined;
  const type = (): TypeDescription => (made ??= structType(name, schema.structural, true));
  return {
    name,
    goName: name.slice(name.lastIndexOf('.') + 1),
    get fields() {
      return type().fields;
    },
    get byName() {
      return type().byName;
    },
    get keepsOthers() {
      return schema.structural.preservesUnknownFields;
    },
    row: { f: [] },
    custom: schema,
  };
}

function structType(name: string, structural: Structural, isResource: boolean): TypeDescription {
  const fields = new Map<string, FieldDescription>();
  for (const [field, inner] of structural.properties ?? []) fields.set(field, fieldOf(field, inner));
  if (isResource || structural.isEmbeddedResource) {
    fields.set('apiVersion', described('apiVersion', STRING));
    fields.set('kind', described('kind', STRING));
    fields.set('metadata', described('metadata', metadataType()));
  }
  const sorted = [...fields.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    name,
    goName: name,
    fields: sorted,
    byName: new Map(sorted.map((field) => [field.name, field])),
    row: { f: [] },
    keepsOthers: structural.preservesUnknownFields,
  };
}

const described = (name: string, type: ValueType, defaultValue?: unknown): FieldDescription => ({
  name,
  type,
  omitEmpty: true,
  omitZero: false,
  required: false,
  ...(defaultValue !== undefined && { default: defaultValue }),
  row: { n: name, t: '' },
});

function fieldOf(name: string, structural: Structural): FieldDescription {
  let type: ValueType | undefined;
  return {
    ...described(name, RAW, structural.defaultValue),
    get type() {
      type ??= valueType(structural);
      return type;
    },
  };
}

function valueType(structural: Structural): ValueType {
  const { schema, type, listType, listMapKeys, properties, additionalProperties, items } = structural;
  if (structural.isIntOrString) return RAW;
  if (type === 'array') {
    const merge = listType === 'set' || (listType === 'map' && items) ? listType : 'atomic';
    const of = items ? valueType(items) : DEDUCED;
    return { kind: 'list', go: '[]interface {}', pointer: true, of, list: { merge, keys: listMapKeys } };
  }
  if (type !== 'object' && type !== '') return SCALARS[type] ?? RAW;
  const isAtomic = schema['x-kubernetes-map-type'] === 'atomic';
  const go = 'map[string]interface {}';
  if (properties || structural.isEmbeddedResource) {
    const struct = structType('', structural, false);
    return { kind: 'struct', go, pointer: true, struct, isAtomic };
  }
  if (typeof additionalProperties === 'object') {
    return { kind: 'map', go, pointer: true, of: valueType(additionalProperties), isAtomic };
  }
  if (!structural.preservesUnknownFields && additionalProperties !== true) return RAW;
  return isAtomic ? RAW : DEDUCED;
}

let metadata: ValueType | undefined;

/** Upstream keeps custom resources as maps, which print their keys in order; their metadata is no exception. */
function metadataType(): ValueType {
  metadata ??= {
    kind: 'struct',
    go: 'v1.ObjectMeta',
    pointer: true,
    struct: sortedType(builtInTypes().type(OBJECT_META)),
  };
  return metadata;
}
