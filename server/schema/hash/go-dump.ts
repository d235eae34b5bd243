/**
 * How k8s.io/utils/dump.ForHash (spew's `%#v` without pointer addresses) prints a value: every field with Go's name and
 * type. Upstream hashes this text, so it has to match to the byte. Values are those that kube-controller-manager holds:
 * it reads protobuf, which knows no empty lists and maps.
 */
import type { FieldDescription, TypeDescription, ValueType } from '../type-table.ts';
import { embeddedStruct, goFieldName } from './go-field-names.ts';
import { dumpQuantity } from './go-quantity.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A text as it is, a number or boolean as Go prints it too, and the zero value for what nobody set. */
function scalar(value: unknown, zero: string): string {
  if (value === undefined || value === null) return zero;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Prints a value without its type: that of the field, or of the list it is in, has been printed already. */
function dumpValue(value: unknown, type: ValueType): string {
  switch (type.kind) {
    case 'struct':
      return dumpStruct((value ?? {}) as Fields, type.struct as TypeDescription);
    case 'list':
      return dumpList(value, type);
    case 'map':
      return dumpMap(value, type);
    case 'quantity':
      return dumpQuantity(scalar(value, ''));
    case 'int-or-string':
      return typeof value === 'string'
        ? `{Type:(intstr.Type)1 IntVal:(int32)0 StrVal:(string)${value}}`
        : `{Type:(intstr.Type)0 IntVal:(int32)${scalar(value, '0')} StrVal:(string)}`;
    case 'time':
      return ZERO_TIME;
    case 'string':
      return scalar(value, '');
    case 'boolean':
      return scalar(value, 'false');
    default:
      return scalar(value, '0');
  }
}

function dumpList(value: unknown, type: ValueType): string {
  const items = (value ?? []) as readonly unknown[];
  if (items.length === 0) return '<nil>';
  return `[${items.map((item) => dumpValue(item, type.of as ValueType)).join(' ')}]`;
}

function dumpMap(value: unknown, type: ValueType): string {
  const map = (value ?? {}) as Fields;
  const keys = Object.keys(map).sort();
  if (keys.length === 0) return '<nil>';
  return `map[${keys.map((key) => `${key}:${dumpValue(map[key], type.of as ValueType)}`).join(' ')}]`;
}

function dumpField(value: unknown, { type }: FieldDescription): string {
  if (!type.pointer) return `(${type.go})${dumpValue(value, type)}`;
  return `(*${type.go})${value === undefined || value === null ? '<nil>' : dumpValue(value, type)}`;
}

/**
 * Prints a struct without its type.
 *
 * @example
 * dumpStruct({ name: 'a' }, table.type('io.k8s.api.core.v1.LocalObjectReference')) // '{Name:(string)a}'
 */
export function dumpStruct(value: Fields, type: TypeDescription): string {
  const parts: string[] = [];
  let embedded: string[] | undefined;
  for (const field of type.fields) {
    const printed = `${goFieldName(type.goName, field.name)}:${dumpField(value[field.name], field)}`;
    // Only an embedded struct gives a field a protobuf path of two numbers.
    if (!field.row.p?.includes('.')) {
      embedded = closeEmbedded(parts, embedded, type);
      parts.push(printed);
    } else if (embedded) embedded.push(printed);
    else embedded = [printed];
  }
  closeEmbedded(parts, embedded, type);
  return `{${parts.join(' ')}}`;
}

function closeEmbedded(parts: string[], embedded: readonly string[] | undefined, type: TypeDescription): undefined {
  if (!embedded) return undefined;
  const name = embeddedStruct(type.goName);
  parts.push(`${name}:(v1.${name}){${embedded.join(' ')}}`);
  return undefined;
}

/**
 * The zero time: templates carry no other, except by mistake. Upstream would print the time zone of the machine that
 * kube-controller-manager runs on.
 */
const ZERO_TIME = '{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}';
