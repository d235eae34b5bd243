/** Times of Go: time.Parse for RFC 3339, with what it lets pass and the words of its errors; and printing. */

/** A moment: whole seconds since 1970 and the nanoseconds after them. */
export interface GoTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

export const RFC3339 = '2006-01-02T15:04:05Z07:00';
export const RFC3339_MICRO = '2006-01-02T15:04:05.000000Z07:00';

/** How errors of package time quote: bytes that are not printable ASCII as \xNN. */
export function goTimeQuote(text: string): string {
  let result = '';
  for (const byte of Buffer.from(text)) {
    const c = String.fromCharCode(byte);
    if (c === '"' || c === '\\') result += `\\${c}`;
    else result += byte < 0x20 || byte >= 0x7f ? `\\x${byte.toString(16).padStart(2, '0')}` : c;
  }
  return `"${result}"`;
}

/** Reads a text from left to right, one element of the layout after the other. */
class TimeReader {
  readonly #text: string;
  readonly #layout: string;
  #rest: string;

  constructor(text: string, layout: string) {
    this.#text = text;
    this.#layout = layout;
    this.#rest = text;
  }

  misfit(element: string, rest: string): Error {
    const [text, layout] = [goTimeQuote(this.#text), goTimeQuote(this.#layout)];
    return new Error(`parsing time ${text} as ${layout}: cannot parse ${goTimeQuote(rest)} as ${goTimeQuote(element)}`);
  }

  outOfRange(what: string): Error {
    return new Error(`parsing time ${goTimeQuote(this.#text)}: ${what} out of range`);
  }

  /** @param pattern matches at the beginning of what is left */
  take(element: string, pattern: RegExp): string {
    const [found] = pattern.exec(this.#rest) ?? [];
    if (found === undefined) throw this.misfit(element, this.#rest);
    this.#rest = this.#rest.slice(found.length);
    return found;
  }

  /** A number of two digits, checked at once. */
  number(element: string, pattern: RegExp, what: string, least: number, most: number): number {
    const value = Number(this.take(element, pattern));
    if (value < least || value > most) throw this.outOfRange(what);
    return value;
  }

  end(): void {
    if (this.#rest !== '')
      throw new Error(`parsing time ${goTimeQuote(this.#text)}: extra text: ${goTimeQuote(this.#rest)}`);
  }
}

const TWO_DIGITS = /^\d\d/;

function zoneOffsetSeconds(reader: TimeReader, zone: string): number {
  if (zone === 'Z') return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(4))];
  // Some people write offsets of 24 hours, which Go lets pass.
  if (hours > 24) throw reader.outOfRange('time zone offset hour');
  if (minutes > 60) throw reader.outOfRange('time zone offset minute');
  return (hours * 60 + minutes) * 60 * (zone.startsWith('-') ? -1 : 1);
}

/**
 * @param layout RFC3339 takes any fraction of a second; RFC3339_MICRO wants six digits
 * @throws Error with Go's message
 */
export function parseGoTime(text: string, layout: typeof RFC3339 | typeof RFC3339_MICRO): GoTime {
  const reader = new TimeReader(text, layout);
  const year = Number(reader.take('2006', /^\d{4}/));
  reader.take('-', /^-/);
  const month = reader.number('01', TWO_DIGITS, 'month', 1, 12);
  reader.take('-', /^-/);
  const day = Number(reader.take('02', TWO_DIGITS));
  reader.take('T', /^T/);
  const hour = reader.number('15', /^\d\d?/, 'hour', 0, 23);
  reader.take(':', /^:/);
  const minute = reader.number('04', TWO_DIGITS, 'minute', 0, 59);
  reader.take(':', /^:/);
  const second = reader.number('05', TWO_DIGITS, 'second', 0, 59);
  const fraction = layout === RFC3339 ? reader.take('', /^([.,]\d+)?/) : reader.take('.000000', /^[.,]\d{6}/);
  const zone = reader.take('Z07:00', /^(Z|[-+]\d\d:\d\d)/);
  const offset = zoneOffsetSeconds(reader, zone);
  reader.end();
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (day < 1 || date.getUTCMonth() !== month - 1) throw reader.outOfRange('day');
  const seconds = date.getTime() / 1000 + (hour * 60 + minute) * 60 + second - offset;
  return { seconds, nanoseconds: Number(fraction.slice(1, 10).padEnd(9, '0')) };
}

const CANONICAL_TIME = /^\d{4}-(0[1-9]|1[0-2])-([01]\d|2[0-8])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

/** Go prints years with four digits at least, and refuses to print others. */
function isoSeconds(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, -5);
}

/** metav1.Time: whole seconds, UTC. @throws Error with Go's message */
export function canonicalTime(text: string): string {
  // By far the most frequent: a time that we printed, of a day that every month has.
  if (CANONICAL_TIME.test(text)) return text;
  return `${isoSeconds(parseGoTime(text, RFC3339).seconds)}Z`;
}

/** metav1.MicroTime: six digits after the second, UTC. @throws Error with Go's message */
export function canonicalMicroTime(text: string): string {
  const { seconds, nanoseconds } = parseGoTime(text, RFC3339_MICRO);
  return `${isoSeconds(seconds)}.${String(Math.floor(nanoseconds / 1000)).padStart(6, '0')}Z`;
}
