/**
 * From parsed JSON to the canonical object: the value that Go's decoder would hold, printed as Go's encoder would
 * print it. Fields come in Go's order, unknown ones are gone, empty ones are left out or filled in as the type says,
 * and the defaults that the description knows are set. Storing only canonical objects makes comparison and encoding
 * cheap.
 */
import { setOwn } from '../base/freeze.ts';
import { DecodeError, jsonKind, misfit } from './decode-error.ts';
import { decodeText, scalarDecoder } from './decode-scalars.ts';
import { goFieldPath } from './embedded-structs.ts';
import { FieldSequences } from './field-sequences.ts';
import type { FieldDescription, TypeDescription, ValueType } from './type-table.ts';

export { DecodeError } from './decode-error.ts';

/** What a run of the decoder found besides the object. */
export interface DecodeNotes {
  /** Whether fields were dropped that the type does not have. */
  unknownFields: boolean;
  /** Whether the text had fields twice, of which the input has only what Go makes of both. */
  repeatedFields?: boolean;
  /**
   * Whether the input belongs to the decoder, which then reuses parts of it: an object with names that no other has
   * costs the engine much to make.
   */
  readonly ownsInput?: boolean;
}

type Input = Readonly<Record<string, unknown>>;
type Decode = (value: unknown, notes: DecodeNotes, decoded?: Input) => unknown;

/** How a field is decoded. */
export interface FieldPlan {
  readonly name: string;
  /** Where Go prints it. */
  readonly position: number;
  /** The name as errors have it. */
  readonly goPath: string;
  readonly decode: Decode;
  /** The value when the input has none; `undefined` leaves the field out. */
  readonly absent: (() => unknown) | undefined;
  /** Whether a value that was given is treated like none: Go cannot tell '' from nothing without a pointer. */
  readonly dropsEmpty: boolean;
  readonly dropsZeroStruct: boolean;
}

/** How a struct is decoded. */
export interface StructPlan {
  readonly byName: ReadonlyMap<string, FieldPlan>;
  readonly sequences: FieldSequences<FieldPlan>;
  /** Fields that are filled in when the input has none, in their order. */
  readonly filled: readonly FieldPlan[];
}

const plans = new WeakMap<TypeDescription, StructPlan>();

/** Made once for each type. */
export function planOf(type: TypeDescription): StructPlan {
  let plan = plans.get(type);
  if (!plan) {
    const fields = type.fields.map((field, position) => planField(field, type, position));
    const byName = new Map(fields.map((field) => [field.name, field]));
    plan = {
      byName,
      sequences: new FieldSequences(byName),
      filled: fields.filter(({ absent }) => absent !== undefined),
    };
    plans.set(type, plan);
  }
  return plan;
}

function planField(field: FieldDescription, struct: TypeDescription, position: number): FieldPlan {
  const { type, omitEmpty, omitZero } = field;
  return {
    name: field.name,
    position,
    goPath: goFieldPath(struct.goName, field.name, field.row.p),
    decode: decoderOf(type),
    absent: absentValue(field),
    // A list without items comes back from upstream's storage as none: protobuf cannot tell them apart.
    dropsEmpty: !type.pointer && (omitEmpty || field.default !== undefined || type.kind === 'list'),
    dropsZeroStruct: !type.pointer && omitZero && type.kind === 'struct',
  };
}

function absentValue(field: FieldDescription): (() => unknown) | undefined {
  const { type, omitEmpty, omitZero } = field;
  if (field.default !== undefined) return () => field.default;
  if (type.pointer) return omitEmpty ? undefined : () => null;
  if (omitZero) return undefined;
  switch (type.kind) {
    case 'struct':
      return () => decodeStruct({}, type.struct as TypeDescription, { unknownFields: false });
    // Structs to Go, so omitempty does not leave them out; each prints its zero value its own way.
    case 'time':
    case 'micro-time':
    case 'raw':
      return () => null;
    case 'quantity':
      return () => '0';
    case 'int-or-string':
      return () => 0;
    case 'duration':
      return () => '0s';
    default:
      return omitEmpty ? undefined : () => zeroOf(type);
  }
}

function zeroOf(type: ValueType): unknown {
  switch (type.kind) {
    case 'string':
      return '';
    case 'boolean':
      return false;
    case 'int32':
    case 'int64':
    case 'double':
      return 0;
    default:
      return null;
  }
}

function isEmpty(value: unknown): boolean {
  return value === '' || value === 0 || value === false || (Array.isArray(value) && value.length === 0);
}

function isEmptyMap(value: unknown): boolean {
  for (const _ in value as object) return false;
  return true;
}

/**
 * Decodes one object of a struct type.
 *
 * @param decoded fields of the result of an earlier run: where the input has the very same, they stay as they are
 * @throws DecodeError when a value does not fit its type
 * @example
 * decodeStruct({ metadata: { name: 'a' }, nope: 1 }, table.type('io.k8s.api.core.v1.ConfigMap'), notes)
 */
export function decodeStruct(
  value: unknown,
  type: TypeDescription,
  notes: DecodeNotes,
  decoded?: Input,
): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new DecodeError(jsonKind(value), `v1.${type.goName}`);
  }
  const input = value as Input;
  const structPlan = planOf(type);
  const again = decoded && decodedAgain(input, decoded, structPlan, type, notes);
  if (again) return again;
  const { sequences, filled } = structPlan;
  const present = presentFields(input, sequences, notes);
  const output: Record<string, unknown> = {};
  let next = 0;
  for (const plan of present) {
    for (; next < filled.length; next++) {
      const other = filled[next] as FieldPlan;
      if (other.position >= plan.position) break;
      fill(output, other);
    }
    if (filled[next] === plan) next++;
    const field = decodeField(plan, input[plan.name], type, notes, decoded?.[plan.name]);
    if (field !== undefined) output[plan.name] = field;
  }
  for (; next < filled.length; next++) fill(output, filled[next] as FieldPlan);
  return output;
}

/**
 * An input of the same fields in the same order, as most of a patched object has: only what differs is decoded.
 *
 * @returns undefined where that is not enough to know what fields the result has
 */
function decodedAgain(
  input: Input,
  decoded: Input,
  { byName, filled }: StructPlan,
  type: TypeDescription,
  notes: DecodeNotes,
): Record<string, unknown> | undefined {
  const names = Object.keys(decoded);
  let i = 0;
  for (const name in input) if (name !== names[i++]) return undefined;
  if (i !== names.length) return undefined;
  for (const { name } of filled) if (decoded[name] === undefined) return undefined;
  const output: Record<string, unknown> = {};
  for (const name of names) {
    const raw = input[name];
    const known = decoded[name];
    if (raw === known) {
      output[name] = raw;
      continue;
    }
    const plan = byName.get(name);
    if (!plan || raw === undefined || raw === null) return undefined;
    const field = decodeField(plan, raw, type, notes, known);
    if (field === undefined) return undefined;
    output[name] = field;
  }
  return output;
}

/** Sets what a field is that the input does not have. */
export function fill(output: Record<string, unknown>, { name, absent }: FieldPlan): void {
  const fallback = absent?.();
  if (fallback !== undefined) output[name] = fallback;
}

/**
 * The fields that the input has, in the order of the type. Looking for those that are there is much cheaper than asking
 * for every field that could be.
 */
function presentFields(input: Input, sequences: FieldSequences<FieldPlan>, notes: DecodeNotes): readonly FieldPlan[] {
  let sequence = sequences.start();
  for (const name in input) {
    const value = input[name];
    if (value === undefined) continue;
    const longer = sequences.add(sequence, name);
    if (!longer) notes.unknownFields = true;
    else if (value !== null) sequence = longer;
  }
  return sequences.inOrder(sequence);
}

function decodeField(
  plan: FieldPlan,
  raw: unknown,
  type: TypeDescription,
  notes: DecodeNotes,
  decoded: unknown,
): unknown {
  if (decoded !== undefined && raw === decoded) return raw;
  try {
    return settled(plan, plan.decode(raw, notes, decoded as Input | undefined));
  } catch (error) {
    if (error instanceof DecodeError) error.within(type.goName, plan.goPath);
    throw error;
  }
}

/** What Go would print of a decoded value: nothing, or the default, for some that are empty. */
export function settled(plan: FieldPlan, decoded: unknown): unknown {
  if (
    plan.dropsEmpty &&
    (isEmpty(decoded) || (typeof decoded === 'object' && plan.absent === undefined && isEmptyMap(decoded)))
  ) {
    return plan.absent?.();
  }
  if (decoded === null) return plan.absent?.(); // a time that is zero
  if (plan.dropsZeroStruct && isEmptyMap(decoded)) return undefined;
  return decoded;
}

function decoderOf(type: ValueType): Decode {
  switch (type.kind) {
    case 'struct':
      return (value, notes, decoded) => {
        if (typeof value !== 'object' || Array.isArray(value)) throw misfit(value, type);
        return decodeStruct(value, type.struct as TypeDescription, notes, decoded);
      };
    case 'list':
      return listDecoder(type);
    case 'map':
      return mapDecoder(type);
    case 'schema-or-bool':
    case 'schema-or-array':
    case 'schema-or-strings':
      return schemaDecoder(type);
    default:
      return scalarDecoder(type);
  }
}

function listDecoder(type: ValueType): Decode {
  const item = type.of as ValueType;
  const decode = decoderOf(item);
  return (value, notes, decoded) => {
    if (!Array.isArray(value)) throw misfit(value, type);
    const known = (Array.isArray(decoded) ? decoded : []) as readonly unknown[];
    // One that grows item by item keeps room for sixteen more.
    return value.map((raw: unknown, i) => {
      if (raw === null || raw === undefined) return nullElement(item);
      return raw === known[i] && typeof raw === 'object' ? raw : decode(raw, notes, known[i] as Input | undefined);
    });
  };
}

function nullElement(type: ValueType): unknown {
  if (type.pointer) return null;
  if (type.kind === 'struct') return decodeStruct({}, type.struct as TypeDescription, { unknownFields: false });
  return type.kind === 'quantity' ? '0' : zeroOf(type);
}

function mapDecoder(type: ValueType): Decode {
  const item = type.of as ValueType;
  const decode = decoderOf(item);
  return (value, notes) => {
    if (typeof value !== 'object' || Array.isArray(value)) throw misfit(value, type);
    const input = value as Input;
    const keys = Object.keys(input);
    const inOrder = isSorted(keys);
    if (!inOrder) keys.sort(); // Go prints maps sorted
    const output: Record<string, unknown> = inOrder && notes.ownsInput ? input : {};
    for (const key of keys) {
      const raw = input[key];
      if (raw === undefined) continue;
      setOwn(output, key, raw === null ? nullElement(item) : decode(raw, notes));
    }
    return output;
  };
}

function isSorted(keys: readonly string[]): boolean {
  for (let i = 1; i < keys.length; i++) if ((keys[i - 1] as string) > (keys[i] as string)) return false;
  return true;
}

/** The JSON Schema fields of a CRD that may hold a schema or something else. */
function schemaDecoder(type: ValueType): Decode {
  const schemaModel = `@${(type.model ?? '').replace(/Or(Bool|Array|StringArray)$/, '')}`;
  let decodeSchema: Decode | undefined;
  const schema: Decode = (value, notes) => {
    decodeSchema ??= decoderOf(type.sibling?.(schemaModel) as ValueType);
    return decodeSchema(value, notes);
  };
  return (value, notes) => {
    if (type.kind === 'schema-or-bool' && typeof value === 'boolean') return value;
    if (Array.isArray(value)) {
      if (type.kind === 'schema-or-array') return value.map((item) => schema(item, notes));
      if (type.kind === 'schema-or-strings') return value.map(decodeText);
    }
    return schema(value, notes);
  };
}
