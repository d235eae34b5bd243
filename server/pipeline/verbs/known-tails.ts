/**
 * Ends of JSON bodies that came before, from the spec on. Who makes many objects from one template sends the same bytes
 * after the metadata each time: those need no parsing, no counting and no decoding again.
 *
 * A text that ends with `,"spec":{…}}` and is JSON as a whole has that spec, whatever comes before: inside of a string
 * the quote before `spec` would end it and `spec` could not follow, and the brackets of the end close the outermost
 * object and nothing else.
 */
import type { Frozen } from '../../base/freeze.ts';
import type { ResourceStore } from '../../registry/resource-store.ts';

/** Templates that are in use at the same time; more take the usual way. */
const TAILS_MAX = 8;
/** Longer ones are parsed each time. */
const TAIL_BYTES_MAX = 64 * 1024;
/** Shorter beginnings are left to the usual way, whose errors show the first 30 bytes of a body. */
const HEAD_BYTES_MIN = 48;
const EMPTY_STATUS = ',"status":{}';

/** One end of bodies. */
interface Tail {
  /** From the comma before the spec to the end. */
  readonly bytes: Buffer;
  /** Whether a `"status":{}` follows the spec, as Go's clients write it. */
  readonly hasStatus: boolean;
  /** The spec, decoded and with its defaults. */
  readonly decoded: Frozen<object>;
}

const stores = new WeakMap<ResourceStore, Tail[]>();

/** A body of which only the beginning had to be parsed. */
export interface KnownTail {
  /** The object without its spec. */
  readonly value: Record<string, unknown>;
  /** What the value was parsed from. */
  readonly text: string;
  readonly decoded: Frozen<object>;
}

/**
 * Looks whether a body ends as one before did.
 *
 * @returns undefined when it does not, and when its beginning has to be looked at beside its end
 * @example
 * knownTail(store, Buffer.from('{"kind":"Pod","apiVersion":"v1","metadata":{"name":"b"},"spec":{"containers":[]}}'))
 */
export function knownTail(store: ResourceStore, body: Buffer): KnownTail | undefined {
  const tails = stores.get(store);
  if (!tails) return undefined;
  for (const { bytes, hasStatus, decoded } of tails) {
    const start = body.length - bytes.length;
    if (start < HEAD_BYTES_MIN || body.compare(bytes, 0, bytes.length, start) !== 0) continue;
    const text = `${body.toString('utf8', 0, start)}${hasStatus ? EMPTY_STATUS : ''}}`;
    const value = parsed(text);
    // A second spec is for Go's reader of fields that are there twice, half a surrogate pair for the usual way too.
    if (value === undefined || 'spec' in value || text.includes('\\u')) return undefined;
    return { value, text, decoded };
  }
  return undefined;
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

const ENDS = ['}', '}\n', `${EMPTY_STATUS}}`, `${EMPTY_STATUS}}\n`];

/**
 * Remembers the end of a body.
 *
 * @param specText the spec as `JSON.stringify` writes it: ends that are written otherwise are not remembered
 * @param decoded what became of it; nothing was to be said about it
 */
export function rememberTail(store: ResourceStore, text: string, specText: string, decoded: Frozen<object>): void {
  const member = `,"spec":${specText}`;
  const start = text.lastIndexOf(member);
  const end = start < 0 ? '' : text.slice(start + member.length);
  const bytes = ENDS.includes(end) ? Buffer.from(text.slice(start)) : undefined;
  if (!bytes || bytes.length > TAIL_BYTES_MAX) return;
  const tails = stores.get(store) ?? [];
  stores.set(store, tails);
  if (tails.some((tail) => tail.bytes.equals(bytes))) return;
  if (tails.length >= TAILS_MAX) tails.pop();
  tails.unshift({ bytes, hasStatus: end.startsWith(','), decoded });
}
