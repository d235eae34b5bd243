import { goQuote } from '../../../kube/go-quote.ts';
import type { Library } from '../types/functions.ts';
import { formatDouble } from '../values/double-text.ts';
import { items } from '../values/json-values.ts';
import { compareTexts } from '../values/order.ts';
import { formatSeconds, formatTimestamp } from '../values/times.ts';
import {
  CelDouble,
  CelDuration,
  CelError,
  CelList,
  CelMap,
  CelTimestamp,
  CelTypeValue,
  CelUint,
  type Int,
  isInt,
  typeName,
  type Value,
} from '../values/value.ts';
import { type Clause, type ClauseKind, parseFormat, refusal } from './format-string.ts';

/** A value that a clause does not take. */
class FormatFault extends Error {}

function format(text: string, list: CelList): Value {
  const values = items(list);
  const { parts, problem } = parseFormat(text, values.length);
  let used = 0;
  let result = '';
  try {
    for (const part of parts) {
      if (typeof part === 'string') {
        result += part;
        continue;
      }
      const value = values[used] ?? null;
      used += 1;
      if (value instanceof CelError) return value;
      result += clause(part, value);
    }
  } catch (error) {
    if (error instanceof FormatFault) return new CelError(error.message);
    throw error;
  }
  return problem === undefined ? result : new CelError(problem);
}

function clause({ kind, precision }: Clause, value: Value): string {
  switch (kind) {
    case 's':
      return asText(value, kind);
    case 'd':
      return integer(value, kind).toString();
    case 'b':
      return typeof value === 'boolean' ? String(Number(value)) : integer(value, kind).toString(2);
    case 'o':
      return integer(value, kind).toString(8);
    case 'x':
      return hex(value, kind);
    case 'X':
      return hex(value, kind).toUpperCase();
    case 'f':
      return special(value, kind) ?? grouped(fixed(double(value, kind), precision));
    case 'e':
      return special(value, kind) ?? scientific(double(value, kind), precision);
  }
}

function wrong(kind: ClauseKind, value: Value): FormatFault {
  return new FormatFault(refusal(kind, typeName(value)));
}

function integer(value: Value, kind: ClauseKind): Int {
  if (isInt(value)) return value;
  if (value instanceof CelUint) return value.value;
  throw wrong(kind, value);
}

function hex(value: Value, kind: ClauseKind): string {
  if (typeof value === 'string' || value instanceof Uint8Array) return Buffer.from(value as string).toString('hex');
  return integer(value, kind).toString(16);
}

function double(value: Value, kind: ClauseKind): number {
  if (value instanceof CelDouble) return value.value;
  if (value === 'NaN') return Number.NaN;
  if (value === 'Infinity' || value === '-Infinity') return Number(value);
  throw wrong(kind, value);
}

function special(value: Value, kind: ClauseKind): string | undefined {
  const number = double(value, kind);
  if (Number.isNaN(number)) return 'NaN';
  return Number.isFinite(number) ? undefined : number < 0 ? '-∞' : '∞';
}

/** As many decimals as wanted; halves go to the even neighbour, as in Go. */
function fixed(value: number, precision: number): string {
  const exact = Math.abs(value).toFixed(Math.min(100, precision + 40));
  const point = exact.indexOf('.');
  const [kept, rest] = [exact.slice(0, point + 1 + precision), exact.slice(point + 1 + precision)];
  const isHalf = /^50*$/.test(rest);
  const even = isHalf && Number(kept.replace(/\.$/, '').at(-1)) % 2 === 0;
  if (!even) return value.toFixed(precision);
  return (value < 0 ? '-' : '') + (precision === 0 ? kept.slice(0, -1) : kept);
}

/** Commas between thousands: upstream prints as in American English. */
function grouped(text: string): string {
  const [whole = '', decimals] = text.split('.');
  const head = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return decimals === undefined ? head : `${head}.${decimals}`;
}

const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹';

function scientific(value: number, precision: number): string {
  const [digits = '', power = '0'] = value.toExponential(precision).split('e');
  const exponent = String(Math.abs(Number(power))).padStart(2, '0');
  const raised = Array.from(exponent, (digit) => RAISED[Number(digit)]).join('');
  return `${digits}×10${Number(power) < 0 ? '⁻' : ''}${raised}`;
}

/** `%s`: as string() converts, and lists and maps as literals. */
function asText(value: Value, kind: ClauseKind): string {
  if (typeof value === 'string') return value;
  if (value === null || typeof value === 'boolean' || isInt(value)) return String(value);
  if (value instanceof CelUint) return String(value.value);
  if (value instanceof CelDouble) return formatDouble(value.value, 6);
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (value instanceof CelDuration) return formatSeconds(value.nanoseconds);
  if (value instanceof CelTimestamp) return formatTimestamp(value);
  if (value instanceof CelTypeValue) return value.name;
  if (value instanceof CelList) return `[${items(value).map(literal).join(', ')}]`;
  if (value instanceof CelMap) {
    const entries = value.keys().map((key) => [literal(key), literal(value.find(key) ?? null)] as const);
    return `{${entries
      .sort(([one], [other]) => compareTexts(one, other))
      .map((entry) => entry.join(':'))
      .join(', ')}}`;
  }
  throw wrong(kind, value);
}

/** A value inside of a list or a map. */
function literal(value: Value): string {
  if (typeof value === 'string') return goQuote(value);
  if (value instanceof Uint8Array) return `b${goQuote(Buffer.from(value).toString())}`;
  if (value instanceof CelDouble)
    return Number.isFinite(value.value) ? fixed(value.value, 6) : goQuote(formatDouble(value.value));
  if (value instanceof CelDuration) return `duration(${goQuote(formatSeconds(value.nanoseconds))})`;
  if (value instanceof CelTimestamp) return `timestamp(${goQuote(formatTimestamp(value))})`;
  try {
    return asText(value, 's');
  } catch (error) {
    if (!(error instanceof FormatFault)) throw error;
    throw new FormatFault(`error during formatting: no formatting function for ${typeName(value)}`);
  }
}

export const FORMAT: Library = { format: { '.string_format(string, list(dyn)): string': format } };
