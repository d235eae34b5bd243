import { type CelType, DYN, opaqueType, STRING, structType } from '../types/cel-type.ts';
import type { ConstructibleTypes } from '../types/environment.ts';
import type { Library } from '../types/functions.ts';
import { equal } from '../values/equality.ts';
import { CelError, CelMap, typeName, type Value } from '../values/value.ts';

/** What expressions of mutations can make: parts of an object to apply, and operations of a JSON patch. */

const PATCH_FIELDS: Readonly<Record<string, CelType>> = { op: STRING, path: STRING, from: STRING, value: DYN };

/** An `Object{…}`, an `Object.spec{…}` or a `JSONPatch{…}`. */
export class CelObject extends CelMap {
  /** `Object`, `Object.spec` …, `JSONPatch`. */
  readonly typeName: string;
  readonly values: ReadonlyMap<string, Value>;

  constructor(name: string, values: ReadonlyMap<string, Value>) {
    super();
    this.typeName = name;
    this.values = values;
    this.equals = (other) => sameObjects(this, other);
  }

  get size(): number {
    return this.values.size;
  }

  find(key: Value): Value | undefined {
    return typeof key === 'string' ? this.values.get(key) : undefined;
  }

  keys(): readonly Value[] {
    return [...this.values.keys()];
  }
}

function sameObjects(one: CelObject, other: CelMap): boolean | CelError {
  if (!(other instanceof CelObject) || other.typeName !== one.typeName) return false;
  for (const [name, value] of one.values) {
    const second = other.values.get(name);
    const same = second === undefined ? false : equal(value, second);
    if (same !== true) return same;
  }
  return true;
}

/** The types that have any fields at all, and the one of patches. */
export const MUTATION_TYPES: ConstructibleTypes = {
  find: (name) => (name === 'JSONPatch' || isObjectName(name) ? structType(name) : undefined),
  field: (name, field) => {
    if (name !== 'JSONPatch') return isObjectName(name) ? DYN : undefined;
    // Upstream knows every field, but not what may stand in others.
    return (Object.hasOwn(PATCH_FIELDS, field) ? PATCH_FIELDS[field] : undefined) ?? opaqueType('');
  },
};

function isObjectName(name: string): boolean {
  return name === 'Object' || name.startsWith('Object.');
}

/** Makes an object of one of these types; what is dynamic is checked now. */
export function makeObject(name: string, values: ReadonlyMap<string, Value>): Value {
  if (name === 'JSONPatch') {
    for (const [field, value] of values) {
      if (field === 'value' || typeof value === 'string') continue;
      return new CelError(`unexpected type ${goType(value)} for JSONPatchType '${field}' field`);
    }
  }
  return new CelObject(name, values);
}

const GO_TYPES: Readonly<Record<string, string>> = {
  int: 'int64',
  uint: 'uint64',
  double: 'float64',
  bool: 'bool',
  bytes: '[]uint8',
  null_type: 'structpb.NullValue',
  list: '[]interface {}',
  map: 'map[string]interface {}',
};

function goType(value: Value): string {
  return GO_TYPES[typeName(value)] ?? typeName(value);
}

/** One after the other: the `~` that stands for a slash is no `~` of the key. */
const escapeKey = (key: string): string => key.replace(/[~/]/g, (character) => (character === '/' ? '~1' : '~0'));

export const MUTATION: Library = {
  'jsonpatch.escapeKey': { 'string_jsonpatch_escapeKey_string(string): string': escapeKey },
};
