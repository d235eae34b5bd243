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

/**
 * The content, or 304 without what describes it.
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
  return exactly(200, { ...headers, ...length, 'last-modified': modified }, bytes);
}
