/** Headers of a request that is passed on to another server (httputil.ReverseProxy, transport.SetAuthProxyHeaders). */
import type { User } from '../../kube/object.ts';
import { endToEnd } from '../pod-http.ts';
import type { ApiRequest } from '../request.ts';

export type PassedHeaders = Record<string, string | string[]>;

/** What only this server has to know, and what the other one must not take for its words. */
const WITHHELD = /^(?:x-remote-(?:user|uid|group|extra-.*)|impersonate-.*|authorization|host|content-length)$/;

/** Characters that a header's name may have (RFC 9110, 5.6.2), but for the percent sign that escapes the others. */
const NO_TOKEN = /[^!#$&'*+\-.^_`|~0-9A-Za-z]/g;

export interface Passage {
  /** Where the request goes. */
  readonly host: string;
  /** Encoded. */
  readonly path: string;
  /** Whether some other server takes a header (in lower case) for what a proxy says. */
  readonly isOfProxy: (name: string) => boolean;
}

/** Who asks, as the other server reads it from a proxy whose certificate it trusts. */
export function userHeaders({ name, uid = '', groups, extra = {} }: User): PassedHeaders {
  const headers: PassedHeaders = { 'x-remote-user': headerText(name) };
  if (uid !== '') headers['x-remote-uid'] = headerText(uid);
  if (groups.length > 0) headers['x-remote-group'] = groups.map(headerText);
  for (const [key, values] of Object.entries(extra))
    headers[`x-remote-extra-${escapedKey(key)}`] = values.map(headerText);
  return headers;
}

/** A header carries bytes, and Node takes each character for one. Line breaks would begin another header. */
const headerText = (text: string): string => Buffer.from(text.replace(/[\r\n\0]/g, ' ')).toString('latin1');

const escapedKey = (key: string): string =>
  Buffer.from(key)
    .toString('latin1')
    .replace(NO_TOKEN, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);

/** Headers that a list in `Connection` binds to this hop. */
function withoutConnection(headers: PassedHeaders, connection: string | string[] | undefined): PassedHeaders {
  const bound = new Set([connection ?? ''].flat().flatMap((list) => list.split(',').map((name) => name.trim())));
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !bound.has(name) && !bound.has(titled(name))));
}

const titled = (name: string): string => name.replace(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase());

/** What is passed on of a client's headers, and who it is. */
export function passedHeaders(request: ApiRequest, { host, path, isOfProxy }: Passage): PassedHeaders {
  const sent = request.headers();
  const kept = withoutConnection(endToEnd(sent), sent.connection);
  for (const name of Object.keys(kept)) if (WITHHELD.test(name) || isOfProxy(name)) delete kept[name];
  if ([sent.te ?? ''].flat().some((te) => te.split(',').some((coding) => coding.trim() === 'trailers')))
    kept.te = 'trailers';
  const forwarded = [sent['x-forwarded-for'] ?? []].flat();
  return {
    ...kept,
    host,
    'x-forwarded-for': [...forwarded, request.peer.address.replace(/^::ffff:/, '')].join(', '),
    'x-forwarded-host': host,
    'x-forwarded-proto': 'https',
    'x-forwarded-uri': path,
    ...userHeaders(request.user),
  };
}

/** Says that another server has passed a request on: it is not passed on again. */
export const PASSED_ON = 'fauxkube-passed-on';

/** The same for a server like this one, which takes this one for somebody who may impersonate anybody. */
export function impersonating(headers: PassedHeaders): PassedHeaders {
  const entries = Object.entries(headers).map(([name, value]) => [name.replace(/^x-remote-/, 'impersonate-'), value]);
  return { ...Object.fromEntries(entries), [PASSED_ON]: 'true' };
}

/** A decoded path as Go writes it (URL.EscapedPath). */
export const encodedPath = (path: string): string =>
  encodeURI(path).replace(/[?#!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);

/** Answers about who may read them are this server's to give. */
const CROSS_ORIGIN = new Set([
  'access-control-allow-credentials',
  'access-control-allow-headers',
  'access-control-allow-methods',
  'access-control-allow-origin',
]);

/** What is passed on of another server's headers. */
export function answeredHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): PassedHeaders {
  const kept = withoutConnection(endToEnd(headers), headers.connection);
  for (const name of Object.keys(kept)) if (CROSS_ORIGIN.has(name)) delete kept[name];
  const caching = [kept['cache-control'] ?? []].flat();
  return { ...kept, 'cache-control': caching.includes(OWN_CACHING) ? caching : [OWN_CACHING, ...caching] };
}

const OWN_CACHING = 'no-cache, private';
