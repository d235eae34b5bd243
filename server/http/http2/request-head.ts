import type { IncomingHttpHeaders } from 'node:http';

/** The head of a request. */
export interface RequestHead {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Names and values alternately, as sent. */
  readonly rawHeaders: readonly string[];
  /** What it says of the length of its body. */
  readonly contentLength: number | undefined;
}

/** What belongs to a connection of HTTP/1.1 (RFC 9113, section 8.2.2). */
const OF_CONNECTIONS = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);
const PSEUDO_NAMES = new Set([':method', ':scheme', ':authority', ':path']);
/** Headers that have one value; of more than one, Node takes the first. */
const SINGLE = new Set([
  'age',
  'authorization',
  'content-length',
  'content-type',
  'date',
  'etag',
  'expires',
  'from',
  'host',
  'if-modified-since',
  'if-unmodified-since',
  'last-modified',
  'location',
  'max-forwards',
  'proxy-authorization',
  'referer',
  'retry-after',
  'user-agent',
]);
const DIGITS_MAX = 15;

/** Names that were found to be good: those of most requests are the same. */
const goodNames = new Set<string>();
const GOOD_NAMES_MAX = 1024;

/** Whether every character may be in a name of HTTP/2: a token without capitals. */
function isName(name: string): boolean {
  if (goodNames.has(name)) return true;
  if (name === '') return false;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    const isLetterOrDigit = (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39);
    if (!isLetterOrDigit && !"!#$%&'*+-.^_`|~".includes(name[i] as string)) return false;
  }
  if (goodNames.size < GOOD_NAMES_MAX) goodNames.add(name);
  return true;
}

function isValue(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f) return false;
  }
  return true;
}

function lengthOf(text: string): number | undefined {
  if (text === '' || text.length > DIGITS_MAX) return undefined;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return undefined;
  }
  return Number(text);
}

/**
 * Headers of a request: no name leads to anything but what is put there. V8 keeps objects of a constructor in a
 * compact form, those without any prototype in a table four times as large.
 */
const Headers = function Headers() {
  // Nothing is there yet.
} as unknown as new () => IncomingHttpHeaders;
Headers.prototype = Object.create(null);

/** What Node makes of a header that comes more than once. */
function add(headers: IncomingHttpHeaders, name: string, value: string): void {
  const known = headers[name];
  if (known === undefined) headers[name] = name === 'set-cookie' ? [value] : value;
  else if (typeof known === 'object') known.push(value);
  else if (!SINGLE.has(name)) headers[name] = `${known}${name === 'cookie' ? '; ' : ', '}${value}`;
}

/**
 * Looks at the fields of a request as RFC 9113, section 8.3 wants it.
 *
 * @returns undefined for what is no request: its stream is refused
 */
export function requestHead(fields: string[]): RequestHead | undefined {
  const headers = new Headers();
  let isBehindPseudo = false;
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string;
    const value = fields[i + 1] as string;
    if (!isValue(value)) return undefined;
    if (name.charCodeAt(0) === 0x3a) {
      if (isBehindPseudo || !PSEUDO_NAMES.has(name) || headers[name] !== undefined) return undefined;
      headers[name] = value;
      continue;
    }
    isBehindPseudo = true;
    if (!isName(name) || OF_CONNECTIONS.has(name)) return undefined;
    if (name === 'te' && value !== 'trailers') return undefined;
    if (name === 'content-length' && headers[name] !== undefined && headers[name] !== value) return undefined;
    add(headers, name, value);
  }
  const { ':method': method, ':path': path, ':scheme': scheme, ':authority': authority } = headers;
  if (typeof method !== 'string' || method === '') return undefined;
  if (method === 'CONNECT') {
    if (path !== undefined || scheme !== undefined || !authority) return undefined;
  } else if (!path || (scheme !== 'https' && scheme !== 'http')) return undefined;
  const length = headers['content-length'];
  const contentLength = length === undefined ? undefined : lengthOf(length);
  if (length !== undefined && contentLength === undefined) return undefined;
  return {
    method,
    url: typeof path === 'string' ? path : String(authority),
    headers,
    rawHeaders: fields,
    contentLength,
  };
}
