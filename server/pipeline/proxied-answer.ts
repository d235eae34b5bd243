/** What a pod answers through the proxy of the API (apimachinery, util/proxy/transport.go). */
import type { IncomingMessage } from 'node:http';
import { posix } from 'node:path';
import { promisify } from 'node:util';
import { deflateRaw, gunzip, gzip, inflateRaw } from 'node:zlib';
import { serviceUnavailable } from '../kube/api-error.ts';
import { LIMITS } from '../kube/limits.ts';
import { endToEnd } from './pod-http.ts';
import type { ApiResponse } from './request.ts';

/** Where a page comes from, and where its reader finds it. */
export interface Passage {
  /** The path of the API that stands before those of the pod. */
  readonly prefix: string;
  /** What the pod is called in addresses: `10.244.1.3:8080`. */
  readonly origin: string;
  /** What the client called the server. */
  readonly host: string;
}

/** The pod must not say what pages of others may read of the API server. */
const CORS = ['credentials', 'headers', 'methods', 'origin'].map((name) => `access-control-allow-${name}`);

/** What Go writes in percents when it puts a path together. */
const NOT_IN_PATHS = /[^!-~]|["<>\\^`{|}]/g;

const inPercents = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;

const URL_PARTS = /^(?:([a-z][a-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(.*)$/is;

/** An address of the same host leads through the proxy too. @param link bytes as latin1 */
export function rewriteLink(link: string, { prefix, origin, host }: Passage): string {
  const [, scheme, authority = '', path = '', rest = ''] = URL_PARTS.exec(link) ?? [];
  const isElsewhere = authority !== '' && authority !== origin && authority !== host;
  if (isElsewhere || !path.startsWith('/')) return link;
  const before = authority !== '' && authority === host ? `${scheme === undefined ? '' : `${scheme}:`}//${host}` : '';
  if (path.startsWith(prefix)) return `${before}${path}${rest}`;
  const joined = posix.join(prefix, path.replace(NOT_IN_PATHS, inPercents)).replace(/\/$/, '');
  return `${before}${joined}${path.endsWith('/') ? '/' : ''}${rest}`;
}

/** The answer as the client gets it. */
export async function proxiedAnswer(response: IncomingMessage, passage: Passage): Promise<ApiResponse> {
  const headers = endToEnd(response.headers);
  for (const name of CORS) delete headers[name];
  const { location } = response.headers;
  if (location !== undefined) headers.location = rewriteLink(location, passage);
  const answer = { type: 'proxied', status: response.statusCode ?? 502, headers } as const;
  const encoding = response.headers['content-encoding'] ?? '';
  const isPage = (response.headers['content-type'] ?? '').split(';', 1)[0]?.trim() === 'text/html';
  const coding = Object.hasOwn(CODINGS, encoding) ? CODINGS[encoding] : undefined;
  if (location !== undefined || !isPage || !coding || hasNoBody(response))
    return { ...answer, body: response, abort: () => response.destroy() };
  const { rewriteLinks } = await import('./page-links.ts');
  const page = await coding.decode(await bodyOf(response)).catch((error: Error) => Promise.reject(unreadable(error)));
  const rewritten = rewriteLinks(page.toString('latin1'), (link) => rewriteLink(link, passage));
  const body = await coding.encode(Buffer.from(rewritten, 'latin1'));
  headers['content-length'] = String(body.length);
  return { ...answer, body: once(body) };
}

interface Coding {
  decode(data: Buffer): Promise<Buffer>;
  encode(data: Buffer): Promise<Buffer>;
}

const asItIs = async (data: Buffer): Promise<Buffer> => data;
const bounded = { maxOutputLength: LIMITS.outboundAnswerBytes };

/** How pages are packed. What else there is cannot be read, and stays as it is. */
const CODINGS: Readonly<Record<string, Coding>> = {
  '': { decode: asItIs, encode: asItIs },
  gzip: { decode: (data) => promisify(gunzip)(data, bounded), encode: (data) => promisify(gzip)(data) },
  deflate: { decode: (data) => promisify(inflateRaw)(data, bounded), encode: (data) => promisify(deflateRaw)(data) },
};

const hasNoBody = ({ statusCode, req }: IncomingMessage & { readonly req?: { readonly method?: string } }): boolean =>
  req?.method === 'HEAD' || statusCode === 204 || statusCode === 304;

const unreadable = (error: Error): Error => serviceUnavailable(`error trying to reach service: ${error.message}`);

async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > LIMITS.outboundAnswerBytes)
        throw new Error(`pages may have ${LIMITS.outboundAnswerBytes} bytes, so that their links can be rewritten`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw unreadable(error as Error);
  }
  return Buffer.concat(chunks);
}

async function* once(body: Buffer): AsyncGenerator<Buffer> {
  yield body;
}
