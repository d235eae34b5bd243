import type { CelType } from '../types/cel-type.ts';

/**
 * What expressions compute with. An int is a number as long as it is a safe integer and a bigint beyond; strings,
 * booleans and null are JavaScript's own, so that most JSON needs no conversion.
 */
export type Value =
  | null
  | boolean
  | Int
  | string
  | Uint8Array
  | CelDouble
  | CelUint
  | CelDuration
  | CelTimestamp
  | CelList
  | CelMap
  | CelOptional
  | CelTypeValue
  | CelOpaque
  | CelError;

export type Int = number | bigint;

/** A failed evaluation: a value like any other, because `||` and `&&` may do without it. */
export class CelError {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

export class CelDouble {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

export class CelUint {
  readonly value: bigint;

  constructor(value: bigint) {
    this.value = value;
  }
}

export class CelDuration {
  readonly nanoseconds: bigint;

  constructor(nanoseconds: bigint) {
    this.nanoseconds = nanoseconds;
  }
}

export class CelTimestamp {
  /** Since 1970. */
  readonly nanoseconds: bigint;
  /** Of the zone in which it was written: only its text shows it. */
  readonly offsetSeconds: number;

  constructor(nanoseconds: bigint, offsetSeconds = 0) {
    this.nanoseconds = nanoseconds;
    this.offsetSeconds = offsetSeconds;
  }
}

export class CelTypeValue {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

export class CelOptional {
  static readonly none: CelOptional = new CelOptional(undefined);
  readonly value: Value | undefined;

  private constructor(value: Value | undefined) {
    this.value = value;
  }

  static of(value: Value): CelOptional {
    return new CelOptional(value);
  }
}

/** A value of a library: a quantity, an address, an authorizer … */
export abstract class CelOpaque {
  abstract readonly type: CelType;
  abstract equals(other: CelOpaque): boolean;
  /** What size() in cost calculations counts, for the few that have one. */
  readonly size: number | undefined = undefined;
}

/** Any sequence; elements are made when they are asked for. */
export abstract class CelList {
  abstract readonly size: number;
  /** Only for positions below `size`. */
  abstract at(index: number): Value;

  /** Compares with another list of the same size; lists of a schema have ways of their own. */
  equals: ((other: CelList) => boolean | CelError) | undefined;
  /** Joins another list to this one; lists of a schema have ways of their own. */
  add: ((other: CelList) => Value) | undefined;
}

/** Any mapping; keys are strings, ints, uints or booleans. */
export abstract class CelMap {
  abstract readonly size: number;
  /** The value of a key, undefined when there is none. */
  abstract find(key: Value): Value | undefined;
  abstract keys(): readonly Value[];

  equals: ((other: CelMap) => boolean | CelError) | undefined;
}

/** A list of values that the expression made itself. */
export class ValueList extends CelList {
  readonly items: Value[];

  constructor(items: Value[]) {
    super();
    this.items = items;
  }

  get size(): number {
    return this.items.length;
  }

  at(index: number): Value {
    return this.items[index] ?? null;
  }
}

/** Two lists one after the other, of which none is copied: joining costs next to nothing, however long they are. */
export class JoinedList extends CelList {
  readonly size: number;
  readonly first: CelList;
  readonly second: CelList;

  constructor(first: CelList, second: CelList) {
    super();
    this.first = first;
    this.second = second;
    this.size = first.size + second.size;
  }

  at(index: number): Value {
    const inFirst = index < this.first.size;
    let list = inFirst ? this.first : this.second;
    let rest = inFirst ? index : index - this.first.size;
    while (list instanceof JoinedList) {
      if (rest < list.first.size) list = list.first;
      else {
        rest -= list.first.size;
        list = list.second;
      }
    }
    return list.at(rest);
  }
}

/** The list that a macro gathers: adding to it changes it, nobody else has it. */
export class GrowingList extends ValueList {}

/** A map that the expression made itself. */
export class ValueMap extends CelMap {
  readonly entries: Map<string | number | bigint | boolean, readonly [key: Value, value: Value]> = new Map();

  get size(): number {
    return this.entries.size;
  }

  find(key: Value): Value | undefined {
    const id = mapKey(key);
    return id === undefined ? undefined : this.entries.get(id)?.[1];
  }

  keys(): readonly Value[] {
    return Array.from(this.entries.values(), ([key]) => key);
  }

  set(key: Value, value: Value): void {
    const id = mapKey(key);
    if (id !== undefined) this.entries.set(id, [key, value]);
  }

  delete(key: Value): void {
    const id = mapKey(key);
    if (id !== undefined) this.entries.delete(id);
  }
}

/** The map that a macro gathers. */
export class GrowingMap extends ValueMap {}

/** Numbers of equal value are the same key, whatever their type is. */
function mapKey(key: Value): string | number | bigint | boolean | undefined {
  if (typeof key === 'string' || typeof key === 'number' || typeof key === 'boolean' || typeof key === 'bigint')
    return key;
  if (key instanceof CelUint) return toInt(key.value);
  if (!(key instanceof CelDouble)) return undefined;
  // No text of JSON begins like this.
  return Number.isInteger(key.value) ? toInt(BigInt(key.value)) : `\0double ${key.value}`;
}

/** An int in the form that ints have. */
export function toInt(value: bigint): Int {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

export function isInt(value: unknown): value is Int {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** What `type(x)` says of a value. */
export function typeName(value: Value): string {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'number':
    case 'bigint':
      return 'int';
    default:
      return objectTypeName(value);
  }
}

function objectTypeName(value: Exclude<Value, string | boolean | Int>): string {
  if (value === null) return 'null_type';
  if (value instanceof CelList) return 'list';
  if (value instanceof CelMap) return 'map';
  if (value instanceof CelDouble) return 'double';
  if (value instanceof CelUint) return 'uint';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof CelDuration) return 'google.protobuf.Duration';
  if (value instanceof CelTimestamp) return 'google.protobuf.Timestamp';
  if (value instanceof CelOptional) return 'optional_type';
  if (value instanceof CelTypeValue) return 'type';
  if (value instanceof CelError) return 'error';
  return value.type.name;
}
