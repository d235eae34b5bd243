import { realNumber } from '../../number-format.ts';

/** What came from outside: a text that is a number too, if it looks like one. */
export class Input {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  get number(): number | undefined {
    return LOOKS_NUMERIC.test(this.text) ? numberAhead(this.text) : undefined;
  }
}

/** Nothing was assigned to a variable that is undefined: it is empty and zero. */
export type Value = number | string | Input | undefined;

export type AwkArray = Map<string, Value>;

const LOOKS_NUMERIC = /^\s*[-+]?(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*$/;
const NUMBER_AHEAD = /^\s*([-+]?)(0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/;

/** As strtod reads what stands ahead. */
function numberAhead(text: string): number {
  const [, sign, digits = '0'] = NUMBER_AHEAD.exec(text) ?? [];
  return sign === '-' ? -Number(digits) : Number(digits);
}

export function toNumber(value: Value): number {
  if (typeof value === 'number') return value;
  if (value === undefined) return 0;
  return numberAhead(typeof value === 'string' ? value : value.text);
}

/** @param format how numbers with a fraction are written: CONVFMT, or OFMT where they are printed */
export function toText(value: Value, format = '%.6g'): string {
  if (typeof value === 'string') return value;
  if (value === undefined) return '';
  if (typeof value !== 'number') return value.text;
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) return BigInt(value).toString();
  const [, flags = '', precision = '6', letter = 'g'] = /^%([-+ #0]*)\d*\.?(\d*)([a-zA-Z])$/.exec(format) ?? [];
  return realNumber(value, letter, flags, Number(precision || '6'));
}

export function isTrue(value: Value): boolean {
  if (typeof value === 'number') return value !== 0;
  if (value === undefined) return false;
  if (typeof value === 'string') return value !== '';
  const { number } = value;
  return number === undefined ? value.text !== '' : number !== 0;
}

/** As a number, where a comparison takes it for one. */
function asNumber(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (value === undefined) return 0;
  return typeof value === 'string' ? undefined : value.number;
}

/** Less than zero, zero or more: as numbers if both are, else as texts. */
export function compare(left: Value, right: Value, format: string): number {
  const [a, b] = [asNumber(left), asNumber(right)];
  if (a !== undefined && b !== undefined) return a - b;
  const [x, y] = [toText(left, format), toText(right, format)];
  return x < y ? -1 : x > y ? 1 : 0;
}

export function sizeOf(value: Value): number {
  return typeof value === 'string' ? value.length : value instanceof Input ? value.text.length : 0;
}
