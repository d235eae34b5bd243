import { parseDuration } from '../../go-duration.ts';
import { parseGoTime, RFC3339 } from '../../go-time.ts';
import { type Read, readDyn, wholeNumber } from './json-values.ts';
import { CelDouble, CelDuration, CelError, CelTimestamp, isInt, type Value } from './value.ts';

/** How the scalars of a schema become values. */

const NANOSECONDS = 1_000_000_000n;

export const readText: Read = (raw) =>
  typeof raw === 'string' ? raw : new CelError(`invalid data, expected string, got ${goKind(raw)}`);

export const readBoolean: Read = (raw) =>
  typeof raw === 'boolean' ? raw : new CelError(`invalid data, expected bool, got ${goKind(raw)}`);

export const readInteger: Read = (raw) => {
  if (typeof raw === 'number' && Number.isInteger(raw)) {
    const value = wholeNumber(raw);
    if (isInt(value)) return value;
  }
  return typeof raw === 'bigint' ? raw : new CelError(`invalid data, expected int, got ${goKind(raw)}`);
};

export const readNumber: Read = (raw) =>
  typeof raw === 'number' ? new CelDouble(raw) : new CelError(`invalid data, expected float, got ${goKind(raw)}`);

export const readIntOrString: Read = (raw) => {
  if (typeof raw === 'string') return raw;
  const value = typeof raw === 'number' ? readDyn(raw) : undefined;
  if (isInt(value)) return value;
  return new CelError('invalid data, expected XIntOrString value to be either a string or integer');
};

export const readDuration: Read = ofText((text) => {
  try {
    return new CelDuration(parseDuration(text));
  } catch {
    const nanoseconds = wordedDuration(text);
    if (nanoseconds !== undefined) return new CelDuration(nanoseconds);
    return new CelError(`Invalid duration ${text}: unable to parse ${text} as duration`);
  }
});

export const readDate: Read = ofText((text) => {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return new CelError(`Invalid date formatted string ${text}`);
  try {
    return timestamp(`${text}T00:00:00Z`);
  } catch (error) {
    return new CelError(`Invalid date formatted string ${text}: ${messageOf(error)}`);
  }
});

export const readDateTime: Read = ofText((text) => {
  try {
    return timestamp(text.replace(/[tz]/g, (letter) => letter.toUpperCase()));
  } catch (error) {
    return new CelError(`Invalid date-time formatted string ${text}: ${messageOf(error)}`);
  }
});

export const readBytes: Read = ofText((text) => {
  if (/^(?:[\w+/-]{4})*(?:[\w+/-]{2}==|[\w+/-]{3}=)?$/.test(text)) return Buffer.from(text, 'base64');
  return new CelError(`Invalid byte formatted string ${text}: illegal base64 data`);
});

/** Null is a value where the schema allows it. */
export function nullable(read: Read, allowed: boolean): Read {
  if (allowed) return (raw) => (raw === null || raw === undefined ? null : read(raw));
  return (raw) =>
    raw === null || raw === undefined
      ? new CelError('invalid data, got null for schema with nullable=false')
      : read(raw);
}

/** @throws Error with Go's message */
export function timestamp(text: string): CelTimestamp {
  const { seconds, nanoseconds } = parseGoTime(text, RFC3339);
  const [, sign, hours = '0', minutes = '0'] = /([-+])(\d\d):(\d\d)$/.exec(text) ?? [];
  const offsetSeconds = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -60 : 60);
  return new CelTimestamp(BigInt(seconds) * NANOSECONDS + BigInt(nanoseconds), offsetSeconds);
}

function ofText(read: (text: string) => Value): Read {
  return (raw) => (typeof raw === 'string' ? read(raw) : readText(raw));
}

const SECOND = 1_000_000_000n;
/** The words of the `duration` format, besides what Go reads. */
const WORDS: readonly (readonly [word: RegExp, nanoseconds: bigint])[] = [
  [/^(?:ns|nano)/, 1n],
  [/^(?:us|µs|micro)/, 1_000n],
  [/^(?:ms|milli)/, 1_000_000n],
  [/^(?:s|sec)/, SECOND],
  [/^(?:m|min)/, 60n * SECOND],
  [/^(?:h|hr|hour)/, 3600n * SECOND],
  [/^(?:d|day)/, 86_400n * SECOND],
  [/^(?:w|wk|week)/, 604_800n * SECOND],
];

function wordedDuration(text: string): bigint | undefined {
  let total: bigint | undefined;
  for (const [, amount = '', unit = ''] of text.matchAll(/(\d+)\s*([A-Za-zµ]+)/g)) {
    const found = WORDS.find(([word]) => word.test(unit.toLowerCase()));
    if (found) total = (total ?? 0n) + BigInt(amount) * found[1];
  }
  return total;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What Go's %T prints for JSON. */
export function goKind(raw: unknown): string {
  if (raw === null || raw === undefined) return '<nil>';
  if (Array.isArray(raw)) return '[]interface {}';
  if (typeof raw === 'number') return Number.isInteger(raw) ? 'int64' : 'float64';
  return { string: 'string', boolean: 'bool', object: 'map[string]interface {}' }[typeof raw as string] ?? typeof raw;
}
