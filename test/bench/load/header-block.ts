/**
 * HPACK (RFC 7541) without a dynamic table: requests are written with the static table and literals, of an answer
 * only the status is looked at.
 */

/** Numbers of names in the static table. */
const NAME = { authority: 1, path: 4, status: 8, accept: 19, contentLength: 28, contentType: 31 } as const;
/** Numbers of fields in the static table that have their value there too. */
const METHOD: Readonly<Record<string, number>> = { GET: 2, POST: 3 };
const SCHEME_HTTPS = 7;
const METHOD_NAME = 2;

/** An integer after the bits of `first`, of which `prefixBits` are its own (section 5.1). */
function integer(first: number, prefixBits: number, value: number): number[] {
  const limit = 2 ** prefixBits - 1;
  if (value < limit) return [first | value];
  const bytes = [first | limit];
  let rest = value - limit;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

function literal(name: number, value: string): Buffer {
  const text = Buffer.from(value);
  return Buffer.concat([Buffer.from([...integer(0, 4, name), ...integer(0, 7, text.length)]), text]);
}

/** What a request says of its body. */
export interface BodyHeaders {
  readonly type: string;
  readonly bytes: number;
}

/** The header block of a request that wants JSON. */
export function requestBlock(method: string, authority: string, path: string, body: BodyHeaders | undefined): Buffer {
  const known = METHOD[method];
  const fields = [
    known === undefined ? literal(METHOD_NAME, method) : Buffer.from([128 | known]),
    Buffer.from([128 | SCHEME_HTTPS]),
    literal(NAME.authority, authority),
    literal(NAME.path, path),
    literal(NAME.accept, 'application/json'),
  ];
  if (body !== undefined)
    fields.push(literal(NAME.contentType, body.type), literal(NAME.contentLength, String(body.bytes)));
  return Buffer.concat(fields);
}

/** Statuses of the static table from 8 on. */
const STATIC_STATUS = [200, 204, 206, 304, 400, 404, 500];

/** Whether an answer's header block begins with a status of 2xx. */
export function isSuccess(block: Buffer): boolean {
  let at = 0;
  while (((block[at] ?? 0) & 0xe0) === 0x20) at++; // the table's size, which was agreed to be 0
  const first = block[at] ?? 0;
  if (first & 128) return (STATIC_STATUS[(first & 127) - NAME.status] ?? 0) < 300;
  const [length = 0, digit = 0] = block.subarray(at + 1);
  // A 2 is 00010 in HPACK's Huffman code.
  return length & 128 ? digit >> 3 === 0b00010 : digit === 0x32;
}
