/** Answers that net/http gives for files: with their age, and 304 for a client that has them. */
import type { ApiRequest, ApiResponse } from '../request.ts';

export type Headers = Record<string, string | string[]>;

/** What is answered before a page says otherwise. */
export const NO_CACHE = 'no-cache, private';

async function* pieces(bytes: Buffer): AsyncGenerator<Buffer> {
  if (bytes.length > 0) yield bytes;
}

/** An answer whose headers are exactly these. */
export function exactly(status: number, headers: Headers, bytes: Buffer = Buffer.alloc(0)): ApiResponse {
  return { type: 'proxied', status, headers: { 'cache-control': NO_CACHE, ...headers }, body: pieces(bytes) };
}

const tagsOf = (header: string): string[] => header.split(',').map((tag) => tag.trim().replace(/^W\//, ''));

function isKnown(request: ApiRequest, headers: Headers, modifiedMs: number): boolean {
  const known = request.header('if-none-match');
  if (known !== undefined) return known.trim() === '*' || tagsOf(known).some((tag) => tag === headers.etag);
  const since = Date.parse(request.header('if-modified-since') ?? '');
  return !Number.isNaN(since) && Math.floor(modifiedMs / 1000) * 1000 <= since;
}

const NO_OVERLAP = 'invalid range: failed to overlap';

/** The part that a client asks for, undefined for everything (also where it asks for several), or what is wrong. */
function wantedRange(
  request: ApiRequest,
  headers: Headers,
  size: number,
): [start: number, end: number] | string | undefined {
  const asked = request.header('range');
  const only = request.header('if-range');
  const isOther = only !== undefined && only !== headers.etag && only !== headers['last-modified'];
  if (asked === undefined || isOther || size === 0) return undefined;
  const ranges = asked.startsWith('bytes=') ? asked.slice('bytes='.length).split(',') : [''];
  if (ranges.length > 1) return undefined;
  const [, from = '', to = ''] = /^\s*(\d*)\s*-\s*(\d*)\s*$/.exec(ranges[0] ?? '') ?? [];
  if (from === '') return to === '' ? 'invalid range' : [Math.max(0, size - Number(to)), size];
  if (Number(from) >= size) return NO_OVERLAP;
  if (to !== '' && Number(to) < Number(from)) return 'invalid range';
  return [Number(from), to === '' ? size : Math.min(Number(to) + 1, size)];
}

function unsatisfiable(why: string, size: number): ApiResponse {
  const body = Buffer.from(`${why}\n`);
  return exactly(
    416,
    {
      'content-type': 'text/plain; charset=utf-8',
      'content-length': String(body.length),
      'x-content-type-options': 'nosniff',
      ...(why === NO_OVERLAP && { 'content-range': `bytes */${size}` }),
    },
    body,
  );
}

/**
 * The content, the part of it that is asked for, or 304 without what describes it.
 *
 * @param headers of the content; `etag` is compared with If-None-Match
 */
export function file(request: ApiRequest, headers: Headers, bytes: Buffer, modifiedMs: number): ApiResponse {
  if (isKnown(request, headers, modifiedMs)) {
    const { 'content-type': _type, 'content-encoding': _encoding, ...rest } = headers;
    return exactly(304, rest);
  }
  const length = headers['content-encoding'] === undefined ? { 'content-length': String(bytes.length) } : {};
  const modified = new Date(modifiedMs).toUTCString();
  const all = { ...headers, 'accept-ranges': 'bytes', 'last-modified': modified };
  const range = wantedRange(request, all, bytes.length);
  if (range === undefined) return exactly(200, { ...all, ...length }, bytes);
  if (typeof range === 'string') return unsatisfiable(range, bytes.length);
  const [start, end] = range;
  const part = bytes.subarray(start, end);
  const described = { 'content-range': `bytes ${start}-${end - 1}/${bytes.length}` };
  return exactly(206, { ...all, ...described, 'content-length': String(part.length) }, part);
}
