import { CostLimitExceeded } from '../evaluate/frame.ts';
import { equal, noOverload } from './equality.ts';
import { CelDouble, CelError, CelList, CelMap, GrowingList, JoinedList, type Value, ValueList } from './value.ts';

/** Makes a value of a piece of JSON, as its declaration wants it. */
export type Read = (raw: unknown) => Value;

type Raw = Readonly<Record<string, unknown>>;

/** JSON without a schema: whole numbers are ints, others are doubles. */
export const readDyn: Read = (raw) => {
  switch (typeof raw) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return raw;
    case 'number':
      return Number.isInteger(raw) ? wholeNumber(raw) : new CelDouble(raw);
    case 'object':
      if (raw === null) return null;
      return Array.isArray(raw) ? new JsonList(raw, readDyn) : new JsonMap(raw as Raw, readDyn);
    default:
      return new CelError(`unsupported conversion to ref.Val: ${typeof raw}`);
  }
};

/** Beyond 2^53 JSON.parse has lost digits already; beyond int64 only a double remains. */
export function wholeNumber(raw: number): Value {
  if (Number.isSafeInteger(raw)) return raw === 0 ? 0 : raw;
  const exact = BigInt(raw);
  return exact === BigInt.asIntN(64, exact) ? exact : new CelDouble(raw);
}

/** A list of JSON: elements are read when they are asked for. */
export class JsonList extends CelList {
  readonly raw: readonly unknown[];
  private readonly read: Read;

  constructor(raw: readonly unknown[], read: Read) {
    super();
    this.raw = raw;
    this.read = read;
  }

  get size(): number {
    return this.raw.length;
  }

  at(index: number): Value {
    return this.read(this.raw[index]);
  }
}

/** A map of JSON with values of one kind. */
export class JsonMap extends CelMap {
  readonly raw: Raw;
  private readonly read: Read;

  constructor(raw: Raw, read: Read) {
    super();
    this.raw = raw;
    this.read = read;
  }

  get size(): number {
    return Object.keys(this.raw).length;
  }

  find(key: Value): Value | undefined {
    if (typeof key !== 'string' || !Object.hasOwn(this.raw, key)) return undefined;
    return this.read(this.raw[key]);
  }

  keys(): readonly Value[] {
    return Object.keys(this.raw);
  }
}

/** A field of a schema's object. */
export interface JsonField {
  /** As it is called in JSON. */
  readonly name: string;
  readonly read: Read;
}

/** An object with the fields of a schema, called by their escaped names; what is null is not there. */
export class JsonObject extends CelMap {
  readonly raw: Raw;
  private readonly fields: ReadonlyMap<string, JsonField>;

  constructor(raw: Raw, fields: ReadonlyMap<string, JsonField>) {
    super();
    this.raw = raw;
    this.fields = fields;
    this.equals = objectEquals;
  }

  get size(): number {
    return Object.keys(this.raw).length;
  }

  find(key: Value): Value | undefined {
    const field = typeof key === 'string' ? (this.fields.get(key) ?? this.fields.get(`__${key}__`)) : undefined;
    if (field === undefined || !Object.hasOwn(this.raw, field.name)) return undefined;
    const value = this.raw[field.name];
    return value === null || value === undefined ? undefined : field.read(value);
  }

  keys(): readonly Value[] {
    return [...this.fields].filter(([, { name }]) => Object.hasOwn(this.raw, name)).map(([escaped]) => escaped);
  }
}

/** Fields are compared one by one; fields outside of the schema only if both have them. */
function objectEquals(this: CelMap, other: CelMap): boolean | CelError {
  if (!(this instanceof JsonObject)) return noOverload();
  for (const key of this.keys()) {
    const mine = this.find(key);
    const theirs = other.find(key);
    if ((mine === undefined) !== (theirs === undefined)) return false;
    if (mine === undefined || theirs === undefined) continue;
    const same = equal(mine, theirs);
    if (same !== true) return same;
  }
  return true;
}

/** A list of `x-kubernetes-list-type: set`: the order does not count, adding leaves out what is there. */
export class JsonSet extends JsonList {
  constructor(raw: readonly unknown[], read: Read) {
    super(raw, read);
    this.equals = (other) => {
      const mine = new Set(items(this).map(elementKey));
      const seen = new Set(items(other).map(elementKey));
      return seen.size === mine.size && [...seen].every((key) => mine.has(key));
    };
    this.add = (other) => {
      const known = new Set(items(this).map(elementKey));
      return new ValueList([...items(this), ...items(other).filter((item) => !known.has(elementKey(item)))]);
    };
  }
}

/** A list of `x-kubernetes-list-type: map`: elements are found by their keys, adding replaces. */
export class JsonMapList extends JsonList {
  constructor(raw: readonly unknown[], read: Read, keys: readonly string[]) {
    super(raw, read);
    const keyOf = (item: Value): string => JSON.stringify(keys.map((key) => rawOf(item)[key] ?? null));
    this.equals = (other) => {
      const mine = new Map(items(this).map((item) => [keyOf(item), item]));
      const seen = new Set<string>();
      for (const item of items(other)) {
        const match = mine.get(keyOf(item));
        if (match === undefined) return false;
        const same = equal(match, item);
        if (same !== true) return same;
        seen.add(keyOf(item));
      }
      return seen.size === mine.size;
    };
    this.add = (other) => {
      const merged = new Map([...items(this), ...items(other)].map((item) => [keyOf(item), item]));
      return new ValueList([...merged.values()]);
    };
  }
}

/** Joined lists can have more elements than anyone could look at; what would do so is given up. */
const MOST = 10_000_000;

/** @throws CostLimitExceeded */
export function refuseEndless(list: CelList): void {
  if (list.size > MOST) throw new CostLimitExceeded();
}

/** All elements of a list. */
export function items(list: CelList): Value[] {
  if (list instanceof ValueList) return list.items;
  refuseEndless(list);
  const all: Value[] = [];
  for (let index = 0; index < list.size; index += 1) all.push(list.at(index));
  return all;
}

/** Shorter lists are quicker to copy than to search. */
const COPIED = 64;

/** Two lists one after the other. */
export function joined(one: CelList, other: CelList): Value {
  if (one instanceof GrowingList) {
    one.items.push(...items(other));
    return one;
  }
  if (one.add) return one.add(other);
  if (one.size + other.size > COPIED) return new JoinedList(one, other);
  return new ValueList([...items(one), ...items(other)]);
}

function rawOf(value: Value): Raw {
  return value instanceof JsonObject || value instanceof JsonMap ? value.raw : {};
}

function elementKey(value: Value): unknown {
  if (value instanceof CelList) return JSON.stringify(items(value));
  return value instanceof JsonObject || value instanceof JsonMap ? JSON.stringify(value.raw) : value;
}
