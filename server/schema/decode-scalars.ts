/** Decoding values that hold no others: scalars, and types with an encoding of their own. */
import { canonicalQuantity, QUANTITY_FORMAT_WRONG } from '../kube/quantity.ts';
import { DecodeError, jsonKind, misfit } from './decode-error.ts';
import { formatDuration, parseDuration } from './go-duration.ts';
import { canonicalMicroTime, canonicalTime } from './go-time.ts';
import type { ValueType } from './type-table.ts';

type DecodeScalar = (value: unknown) => unknown;

const INT32_MAX = 2 ** 31 - 1;
const INT64_LIMIT = 2 ** 63;

function decodeInteger(value: unknown, type: ValueType): number {
  if (typeof value !== 'number') throw misfit(value, type);
  const inRange =
    type.kind === 'int64'
      ? value < INT64_LIMIT && value >= -INT64_LIMIT
      : value <= INT32_MAX && value >= -INT32_MAX - 1;
  if (!Number.isInteger(value) || !inRange) throw new DecodeError(`number ${value}`, type.go, value);
  return value;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const INT32 = { kind: 'int32', go: 'int32', pointer: false } as const;
const UINT8 = { kind: 'int32', go: 'uint8', pointer: false } as const;

function decodeBytes(value: unknown, type: ValueType): string {
  if (Array.isArray(value)) return Buffer.from(value.map(decodeByte)).toString('base64');
  if (typeof value !== 'string') throw misfit(value, type);
  const text = value.replace(/[\r\n]/g, '');
  if (BASE64.test(text)) return text;
  const bad = text.search(/[^A-Za-z0-9+/]/);
  throw new DecodeError(`illegal base64 data at input byte ${bad < 0 ? text.length - (text.length % 4) : bad}`);
}

/** Go takes a list of numbers for bytes too. */
function decodeByte(value: unknown): number {
  if (value === null) return 0;
  const byte = decodeInteger(value, UINT8);
  if (byte < 0 || byte > 255) throw new DecodeError(`number ${byte}`, UINT8.go);
  return byte;
}

/** Errors of types that read themselves are not wrapped by encoding/json. */
function plain(value: string, read: (text: string) => string): string {
  try {
    return read(value);
  } catch (error) {
    throw new DecodeError((error as Error).message);
  }
}

export function decodeText(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new DecodeError(jsonKind(value), 'string');
}

const quantityText = (value: unknown): string => {
  if (typeof value !== 'string' && typeof value !== 'number') throw new DecodeError(QUANTITY_FORMAT_WRONG);
  return String(value).replace(/^ +| +$/g, '');
};

const ZERO_TIME = /^0001-01-01T00:00:00(\.000000)?Z$/;

/** Times that are zero print as null. */
const unlessZero = (time: string): string | null => (ZERO_TIME.test(time) ? null : time);

/** The decoder of a type that is neither struct, list, map nor schema. */
export function scalarDecoder(type: ValueType): DecodeScalar {
  switch (type.kind) {
    case 'string':
      return (value) => {
        if (typeof value !== 'string') throw misfit(value, type);
        return value;
      };
    case 'boolean':
      return (value) => {
        if (typeof value !== 'boolean') throw misfit(value, type);
        return value;
      };
    case 'int32':
    case 'int64':
      return (value) => decodeInteger(value, type);
    case 'double':
      return (value) => {
        if (typeof value !== 'number') throw misfit(value, type);
        return value;
      };
    case 'bytes':
      return (value) => decodeBytes(value, type);
    case 'time':
      return (value) => unlessZero(plain(decodeText(value), canonicalTime));
    case 'micro-time':
      return (value) => unlessZero(plain(decodeText(value), canonicalMicroTime));
    case 'duration':
      return (value) => plain(decodeText(value), (duration) => formatDuration(parseDuration(duration)));
    case 'quantity':
      return (value) => plain(quantityText(value), canonicalQuantity);
    case 'int-or-string':
      return (value) => (typeof value === 'string' ? value : decodeInteger(value, INT32));
    default:
      return (value) => value;
  }
}
