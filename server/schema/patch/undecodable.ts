/** Patches that make an object which its kind cannot hold: what upstream says when it decodes the result. */
import { getOwn } from '../../base/freeze.ts';
import type { ApiError } from '../../kube/api-error.ts';
import { invalid, invalidObject } from '../../kube/field-problem.ts';
import { DecodeError, decodeStruct } from '../decode.ts';
import type { TypeDescription, ValueType } from '../type-table.ts';
import { goPrint } from './go-print.ts';
import { isDocument } from './patch-faults.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The 422 of a patch whose result is refused. @param shown what upstream shows of it */
export const refused = (shown: string, detail: string): ApiError =>
  invalidObject({ group: '', kind: '' }, '', [invalid('patch', shown, detail)]);

/** What is no object has no kind. */
const NO_KIND =
  "couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type " +
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/**
 * @param part what of the result came from the patch
 * @throws ApiError 422 when the result of a JSON patch or merge patch cannot be decoded
 */
export function checkResult(result: unknown, part: unknown, type: TypeDescription): void {
  if (Array.isArray(result)) throw refused(JSON.stringify(result), NO_KIND);
  try {
    if (isDocument(part)) decodeStruct(part, type, { unknownFields: false });
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw refused(shownResult(result as object, part === result ? {} : part), error.message);
  }
}

/**
 * How upstream shows the result of a JSON patch or merge patch: objects that it took apart have their fields in order.
 *
 * @param patch a merge patch takes apart what it looks into
 */
export const shownResult = (result: object, patch: unknown = {}): string => JSON.stringify(sortedAlong(result, patch));

function sortedAlong(value: object, patch: unknown): object {
  const looksInto = isDocument(patch) ? patch : {};
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  const shown = fields.map(([name, inner]: [string, unknown]): [string, unknown] => {
    const part = getOwn(looksInto, name);
    return [name, isDocument(part) && isDocument(inner) ? sortedAlong(inner, part) : inner];
  });
  return Object.fromEntries(shown);
}

/**
 * @param current what was patched: parts that the result has of it are as they should be
 * @throws ApiError 422 when the result of a strategic merge patch cannot be decoded
 */
export function checkStrategicResult(
  result: Readonly<Record<string, unknown>>,
  patch: unknown,
  type: TypeDescription,
  current: object = {},
): void {
  const fault = structFault(result, type, current as Fields);
  if (fault !== undefined) throw refused(goPrint(patch), fault);
}

/** reflect.Kind of a parsed value. */
function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'slice';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'object' ? 'map' : 'string';
}

/**
 * The first fault, in the words of runtime.DefaultUnstructuredConverter.
 *
 * @param known what was there: it has no faults
 */
function faultOf(value: unknown, type: ValueType, known?: unknown): string | undefined {
  if (value === null || value === known) return undefined;
  const kind = kindOf(value);
  switch (type.kind) {
    case 'struct':
      return isDocument(value)
        ? structFault(value, type.struct as TypeDescription, isDocument(known) ? known : {})
        : `cannot restore struct from: ${kind}`;
    case 'map':
      return isDocument(value) ? firstFault(Object.values(value), type.of) : `cannot restore map from ${kind}`;
    case 'list':
      return Array.isArray(value)
        ? firstFault(value, type.of, Array.isArray(known) ? known : [])
        : `cannot restore slice from ${kind}`;
    default:
      return scalarFault(kind, type);
  }
}

function scalarFault(kind: string, type: ValueType): string | undefined {
  switch (type.kind) {
    case 'string':
      if (kind === 'string') return undefined;
      return kind === 'int64' ? `cannot convert int64 to ${type.go}` : 'unrecognized type: string';
    case 'boolean':
      return kind === 'bool' ? undefined : 'unrecognized type: bool';
    case 'int32':
    case 'int64':
      if (kind === 'int64') return undefined;
      return kind === 'float64' ? `cannot convert float64 to ${type.go}` : `unrecognized type: ${type.kind}`;
    case 'double':
      return kind === 'int64' || kind === 'float64' ? undefined : 'unrecognized type: float64';
    default:
      return undefined; // types that read themselves
  }
}

/** @param known a list of which the same values may be at the same places */
function firstFault(
  values: readonly unknown[],
  type: ValueType | undefined,
  known: readonly unknown[] = [],
): string | undefined {
  if (!type) return undefined;
  for (let i = 0; i < values.length; i++) {
    const fault = faultOf(values[i], type, known[i]);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function structFault(value: Fields, type: TypeDescription, known: Fields = {}): string | undefined {
  for (const key in value) {
    const inner = value[key];
    // What is no own field of it is a function or a prototype, as which no JSON is read.
    if (inner === known[key]) continue;
    const field = type.byName.get(key);
    const fault = field && faultOf(inner, field.type, getOwn(known, key));
    if (fault !== undefined) return fault;
  }
  return undefined;
}
