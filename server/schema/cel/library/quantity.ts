import { DECIMAL_EXPONENTS, parseQuantity } from '../../../kube/quantity.ts';
import { type CelType, structType } from '../types/cel-type.ts';
import type { Library } from '../types/functions.ts';
import { CelDouble, CelError, CelOpaque, type Int, toInt, type Value } from '../values/value.ts';

const TYPE = structType('kubernetes.Quantity');
const NANO = 1_000_000_000n;
const INT64 = 1n << 63n;

/** A resource.Quantity. */
export class CelQuantity extends CelOpaque {
  readonly type: CelType = TYPE;
  readonly nano: bigint;
  /** Written with decimals or as a part of one: never an integer, even when nothing stands behind the point. */
  readonly fractional: boolean;

  constructor(nano: bigint, fractional: boolean) {
    super();
    this.nano = nano;
    this.fractional = fractional;
  }

  equals(other: CelOpaque): boolean {
    return other instanceof CelQuantity && other.nano === this.nano;
  }

  /** Undefined when it has a fraction or does not fit. */
  asInteger(): bigint | undefined {
    const whole = this.nano / NANO;
    return !this.fractional && this.nano % NANO === 0n && whole >= -INT64 && whole < INT64 ? whole : undefined;
  }
}

function isFractional(text: string): boolean {
  const [, decimals = '', suffix = ''] = /^[-+]?\d*(?:\.(\d*))?(.*)$/.exec(text) ?? [];
  const exponent = DECIMAL_EXPONENTS[suffix] ?? (suffix.endsWith('i') ? 0 : Number(suffix.slice(1)));
  return exponent < decimals.length;
}

/** Reads a quantity. @returns an error when it is none */
export function quantity(text: string): Value {
  try {
    return new CelQuantity(parseQuantity(text).nano, isFractional(text));
  } catch (error) {
    return new CelError(error instanceof Error ? error.message : String(error));
  }
}

const compare = (one: CelQuantity, other: CelQuantity): number =>
  one.nano < other.nano ? -1 : Number(one.nano > other.nano);

const ofInt = (value: Int): CelQuantity => new CelQuantity(BigInt(value) * NANO, false);
const add = (one: CelQuantity, other: CelQuantity): Value =>
  new CelQuantity(one.nano + other.nano, one.fractional || other.fractional);
const subtract = (one: CelQuantity, other: CelQuantity): Value =>
  new CelQuantity(one.nano - other.nano, one.fractional || other.fractional);
const ZERO = new CelQuantity(0n, false);

export const QUANTITY: Library = {
  quantity: { 'string_to_quantity(string): kubernetes.Quantity': quantity },
  isQuantity: { 'is_quantity_string(string): bool': (text: string) => !(quantity(text) instanceof CelError) },
  sign: { 'quantity_sign(kubernetes.Quantity): int': (value: CelQuantity) => compare(value, ZERO) },
  isInteger: {
    '.quantity_is_integer(kubernetes.Quantity): bool': (value: CelQuantity) => value.asInteger() !== undefined,
  },
  asInteger: {
    '.quantity_get_int(kubernetes.Quantity): int': (value: CelQuantity) => {
      const integer = value.asInteger();
      return integer === undefined ? new CelError('cannot convert value to integer') : toInt(integer);
    },
  },
  asApproximateFloat: {
    '.quantity_get_float(kubernetes.Quantity): double': ({ nano }: CelQuantity) => new CelDouble(Number(nano) / 1e9),
  },
  isGreaterThan: {
    '.quantity_is_greater_than(kubernetes.Quantity, kubernetes.Quantity): bool': (
      one: CelQuantity,
      other: CelQuantity,
    ) => compare(one, other) > 0,
  },
  isLessThan: {
    '.quantity_is_less_than(kubernetes.Quantity, kubernetes.Quantity): bool': (one: CelQuantity, other: CelQuantity) =>
      compare(one, other) < 0,
  },
  compareTo: { '.quantity_compare_to(kubernetes.Quantity, kubernetes.Quantity): int': compare },
  add: {
    '.quantity_add(kubernetes.Quantity, kubernetes.Quantity): kubernetes.Quantity': add,
    '.quantity_add_int(kubernetes.Quantity, int): kubernetes.Quantity': (one: CelQuantity, other: Int) =>
      add(one, ofInt(other)),
  },
  sub: {
    '.quantity_sub(kubernetes.Quantity, kubernetes.Quantity): kubernetes.Quantity': subtract,
    '.quantity_sub_int(kubernetes.Quantity, int): kubernetes.Quantity': (one: CelQuantity, other: Int) =>
      subtract(one, ofInt(other)),
  },
};
