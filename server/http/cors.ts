/** What lets programs in browsers talk to another origin: apiserver's WithCORS, with its default headers. */

const HEADERS: Readonly<Record<string, string>> = {
  'access-control-allow-methods': 'POST, GET, OPTIONS, PUT, DELETE, PATCH',
  'access-control-allow-headers':
    'Content-Type, Content-Length, Accept-Encoding, X-CSRF-Token, Authorization, X-Requested-With, If-Modified-Since',
  'access-control-expose-headers': 'Date',
  'access-control-allow-credentials': 'true',
};

/**
 * @param allowed origins such as `http://localhost:5173`, or `*` for any
 * @returns what is added to the answer; undefined for origins that may not read it
 */
export function corsHeaders(
  origin: string | undefined,
  allowed: readonly string[],
): Record<string, string> | undefined {
  if (!origin || !(allowed.includes(origin) || allowed.includes('*'))) return undefined;
  return { 'access-control-allow-origin': origin, ...HEADERS };
}
