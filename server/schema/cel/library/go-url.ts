import { goQuote } from '../../../kube/go-quote.ts';

/** URLs as Go's net/url reads them. */
export interface GoUrl {
  readonly scheme: string;
  /** With the port. */
  readonly host: string;
  readonly opaque: string;
  readonly path: string;
  readonly query: string;
}

/** @throws Error with Go's message; `request` reads the target of a request: an absolute path or an absolute URL. */
export function parseUrl(text: string, request: boolean): GoUrl {
  const hash = request ? -1 : text.indexOf('#');
  const whole = hash < 0 ? text : text.slice(0, hash);
  try {
    return read(whole, request);
  } catch (error) {
    throw new Error(`parse ${goQuote(whole)}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function read(text: string, request: boolean): GoUrl {
  for (const character of text) {
    if (character < ' ' || character === '\x7f') throw new Error('net/url: invalid control character in URL');
  }
  if (text === '' && request) throw new Error('empty url');
  if (text === '*') return { scheme: '', host: '', opaque: '', path: '*', query: '' };
  const [scheme, afterScheme] = splitScheme(text);
  const question = afterScheme.indexOf('?');
  const query = question < 0 ? '' : afterScheme.slice(question + 1);
  let rest = question < 0 ? afterScheme : afterScheme.slice(0, question);
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { scheme, host: '', opaque: rest, path: '', query };
    if (request) throw new Error('invalid URI for request');
    if (/^[^/]*:/.test(rest)) throw new Error('first path segment in URL cannot contain colon');
  }
  let host = '';
  if ((scheme !== '' || (!request && !rest.startsWith('///'))) && rest.startsWith('//')) {
    const slash = rest.indexOf('/', 2);
    host = hostOf(rest.slice(2, slash < 0 ? undefined : slash));
    rest = slash < 0 ? '' : rest.slice(slash);
  }
  unescapeBytes(rest);
  return { scheme, host, opaque: '', path: rest, query };
}

function splitScheme(text: string): [scheme: string, rest: string] {
  if (text.startsWith(':')) throw new Error('missing protocol scheme');
  const scheme = /^([A-Za-z][A-Za-z\d+\-.]*):/.exec(text)?.[1];
  return scheme === undefined ? ['', text] : [scheme.toLowerCase(), text.slice(scheme.length + 1)];
}

function hostOf(authority: string): string {
  const at = authority.lastIndexOf('@');
  if (at >= 0 && !/^[\w\-.:~!$&'()*+,;=%@]*$/.test(authority.slice(0, at)))
    throw new Error('net/url: invalid userinfo');
  const host = authority.slice(at + 1);
  const bracket = host.lastIndexOf(']');
  if (host.startsWith('[') && bracket < 0) throw new Error("missing ']' in host");
  const colon = host.startsWith('[') ? bracket + 1 : host.lastIndexOf(':');
  const port = colon < 0 ? '' : host.slice(colon);
  if (port !== '' && !/^:\d*$/.test(port)) throw new Error(`invalid port ${goQuote(port)} after host`);
  for (const character of host) {
    if (!/[\w\-.~!$&'()*+,;=:[\]<>"%]/.test(character) && character < '\x80') {
      throw new Error(`invalid character ${goQuote(character)} in host name`);
    }
  }
  const wrongEscape = /%(?!25|[89a-fA-F][\da-fA-F])..?/.exec(host.startsWith('[') ? host.slice(colon) : host)?.[0];
  if (wrongEscape !== undefined) throw new Error(`invalid URL escape ${goQuote(wrongEscape)}`);
  return decode(host);
}

/** @throws Error with Go's message */
function unescapeBytes(text: string): Buffer {
  const wrong = /%(?![\da-fA-F]{2}).{0,2}/s.exec(text)?.[0];
  if (wrong !== undefined) throw new Error(`invalid URL escape ${goQuote(wrong)}`);
  const parts = Array.from(text.matchAll(/%(..)|[^%]+/gs), ([whole, hex]) =>
    hex === undefined ? Buffer.from(whole) : Buffer.of(Number.parseInt(hex, 16)),
  );
  return Buffer.concat(parts);
}

function decode(text: string): string {
  return unescapeBytes(text).toString();
}

/** The path as it was written, if that was correct; otherwise escaped anew. */
export function escapedPath({ path }: GoUrl): string {
  if (/^[\w\-.~!$&'()*+,;=:@[\]%/]*$/.test(path)) return path;
  return Array.from(unescapeBytes(path), (byte) => {
    const character = String.fromCharCode(byte);
    return /[\w\-.~$&+,/:;=@]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

export function hostname({ host }: GoUrl): string {
  const bracket = host.indexOf(']');
  if (host.startsWith('[') && bracket > 0) return host.slice(1, bracket);
  const colon = host.lastIndexOf(':');
  return colon >= 0 && /^:\d*$/.test(host.slice(colon)) ? host.slice(0, colon) : host;
}

export function port({ host }: GoUrl): string {
  return /(?:^|\]|[^\]]):(\d*)$/.exec(host)?.[1] ?? '';
}

/** The values of each parameter; what is wrong is left out. */
export function queryValues({ query }: GoUrl): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const pair of query.split('&')) {
    if (pair === '' || pair.includes(';')) continue;
    const equals = pair.indexOf('=');
    try {
      const key = decode((equals < 0 ? pair : pair.slice(0, equals)).replaceAll('+', ' '));
      const value = equals < 0 ? '' : decode(pair.slice(equals + 1).replaceAll('+', ' '));
      values.set(key, [...(values.get(key) ?? []), value]);
    } catch {
      // An escape that is none: Go goes on with the next pair.
    }
  }
  return values;
}
