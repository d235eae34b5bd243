import {
  CelDouble,
  CelDuration,
  CelError,
  CelList,
  CelMap,
  CelOpaque,
  CelOptional,
  CelTimestamp,
  CelTypeValue,
  CelUint,
  type Value,
} from './value.ts';

/** Whether two values are equal; numbers are by value, whatever their type, and values of different kinds never are. */
export function equal(one: Value, other: Value): boolean | CelError {
  if (one === other) return true;
  switch (typeof one) {
    case 'string':
    case 'boolean':
      return false;
    case 'number':
    case 'bigint':
      return numbersEqual(one, other);
    default:
      return one === null || other === null ? false : objectsEqual(one, other);
  }
}

function numbersEqual(one: number | bigint, other: Value): boolean {
  if (typeof other === 'number' || typeof other === 'bigint') return one === other;
  if (other instanceof CelDouble) return sameNumber(BigInt(one), other.value);
  return other instanceof CelUint && BigInt(one) === other.value;
}

function sameNumber(integer: bigint, double: number): boolean {
  return Number.isInteger(double) && BigInt(double) === integer;
}

function objectsEqual(one: Exclude<Value, null>, other: Exclude<Value, null>): boolean | CelError {
  if (one instanceof CelList)
    return other instanceof CelList ? listsEqual(one, other) : one.equals ? noOverload() : false;
  if (one instanceof CelMap) return other instanceof CelMap ? mapsEqual(one, other) : one.equals ? noOverload() : false;
  if (one instanceof CelDouble) {
    if (other instanceof CelDouble) return one.value === other.value;
    if (other instanceof CelUint) return sameNumber(other.value, one.value);
    return typeof other === 'number' || typeof other === 'bigint' ? sameNumber(BigInt(other), one.value) : false;
  }
  if (one instanceof CelUint) {
    if (other instanceof CelUint) return one.value === other.value;
    if (other instanceof CelDouble) return sameNumber(one.value, other.value);
    return typeof other === 'number' || typeof other === 'bigint' ? one.value === BigInt(other) : false;
  }
  if (one instanceof Uint8Array) return other instanceof Uint8Array && Buffer.compare(one, other) === 0;
  if (one instanceof CelDuration) return other instanceof CelDuration && one.nanoseconds === other.nanoseconds;
  if (one instanceof CelTimestamp) return other instanceof CelTimestamp && one.nanoseconds === other.nanoseconds;
  if (one instanceof CelTypeValue) return other instanceof CelTypeValue && one.name === other.name;
  if (one instanceof CelOptional) return other instanceof CelOptional ? optionalsEqual(one, other) : false;
  return one instanceof CelOpaque && other instanceof CelOpaque && one.equals(other);
}

function optionalsEqual(one: CelOptional, other: CelOptional): boolean | CelError {
  if (one.value === undefined || other.value === undefined) return one.value === other.value;
  return equal(one.value, other.value);
}

function listsEqual(one: CelList, other: CelList): boolean | CelError {
  if (one.size !== other.size) return false;
  if (one.equals) return one.equals(other);
  for (let index = 0; index < one.size; index += 1) {
    const same = equal(one.at(index), other.at(index));
    if (same !== true) return same;
  }
  return true;
}

function mapsEqual(one: CelMap, other: CelMap): boolean | CelError {
  if (one.size !== other.size) return false;
  if (one.equals) return one.equals(other);
  for (const key of one.keys()) {
    const value = other.find(key);
    if (value === undefined) return false;
    const same = equal(one.find(key) ?? null, value);
    if (same !== true) return same;
  }
  return true;
}

/** What values of a schema say when they are compared with something else. */
export function noOverload(): CelError {
  return new CelError('no such overload');
}
