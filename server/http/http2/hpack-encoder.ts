import type { OutgoingHttpHeaders } from 'node:http';
import { systemClock } from '../../base/clock.ts';
import { STATIC_FIELDS } from '../../base/http2/hpack-table.ts';
import { SPARE_BYTES, writeInteger, writeText } from '../../base/http2/hpack-texts.ts';

/** Statuses that have a number of their own in the static table. */
const STATUSES = new Map<number, number>();
/** The number of a name in the static table. */
const NAMES = new Map<string, number>();
for (const [i, [name, value]] of STATIC_FIELDS.entries()) {
  if (name === ':status') STATUSES.set(Number(value), i + 1);
  if (!NAMES.has(name)) NAMES.set(name, i + 1);
}

/** What belongs to a connection of HTTP/1.1 (RFC 9113, section 8.2.2). */
const OF_CONNECTIONS = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);
/** Others come from servers that requests were passed on to. */
const KNOWN_NAMES_MAX = 512;
const SECOND_MS = 1000;

/** The beginning of a field with that name: its number, or the name itself. Empty for a name that is not sent. */
const beginnings = new Map<string, Uint8Array>();
const NO_BEGINNING = new Uint8Array(0);
/** Where blocks are written: only what is returned of it is looked at. */
let scratch = Buffer.allocUnsafe(8192);

/** Never with a place in the table of the client: what it has there, this side would have to remember, too. */
function makeBeginning(name: string): Uint8Array {
  const lower = name.toLowerCase();
  if (OF_CONNECTIONS.has(lower)) return NO_BEGINNING;
  const bytes = new Uint8Array(lower.length + SPARE_BYTES);
  const number = NAMES.get(lower) ?? 0;
  const end = writeInteger(bytes, 0, 0, 4, number);
  return bytes.slice(0, number > 0 ? end : writeText(bytes, end, lower, lower));
}

function beginningOf(name: string): Uint8Array {
  let beginning = beginnings.get(name);
  if (beginning === undefined) {
    beginning = makeBeginning(name);
    if (beginnings.size < KNOWN_NAMES_MAX) beginnings.set(name, beginning);
  }
  return beginning;
}

function writeField(from: number, name: string, value: string): number {
  const beginning = beginningOf(name);
  if (beginning.length === 0) return from;
  const most = from + beginning.length + value.length + SPARE_BYTES;
  if (most > scratch.length) {
    const larger = Buffer.allocUnsafe(2 * most);
    scratch.copy(larger, 0, 0, from);
    scratch = larger;
  }
  let at = from;
  for (let i = 0; i < beginning.length; i++) scratch[at++] = beginning[i] as number;
  return writeText(scratch, at, value, name);
}

const clock = systemClock();
let date = { second: -1, text: '' };

function dateText(): string {
  const second = Math.floor(clock.now() / SECOND_MS);
  if (date.second !== second) date = { second, text: new Date(second * SECOND_MS).toUTCString() };
  return date.text;
}

/**
 * The header block of an answer, with the date unless it has one, and without what belongs to a connection of
 * HTTP/1.1. Good until the next call.
 *
 * @throws TypeError for a character that no header may have
 * @example headBlock(200, { 'content-type': 'application/json' })
 */
export function headBlock(status: number, headers: OutgoingHttpHeaders): Buffer {
  const known = STATUSES.get(status);
  let at = known === undefined ? writeField(0, ':status', String(status)) : writeInteger(scratch, 0, 0x80, 7, known);
  for (const name in headers) {
    const value = headers[name];
    if (typeof value === 'string') at = writeField(at, name, value);
    else if (typeof value === 'number') at = writeField(at, name, String(value));
    else if (value !== undefined) for (const each of value) at = writeField(at, name, each);
  }
  if (status >= 200 && headers.date === undefined) at = writeField(at, 'date', dateText());
  return scratch.subarray(0, at);
}
