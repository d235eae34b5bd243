import type { TypeDescription } from '../../server/schema/type-table.ts';
import { applyChange, type Change } from './changes.ts';
import type { Json } from './values.ts';

export type Query = readonly (readonly [name: string, value: string])[];

/** A request whose parts may depend on what the server holds, so that it means the same to two servers. */
export interface FuzzRequest {
  /** `apps/v1/deployments`, with `/status` and the like. */
  readonly about: string;
  readonly method: string;
  readonly path: string;
  readonly query: Query;
  readonly contentType?: string;
  readonly accept?: string;
  /** Text, or the object at the path with changes, without its resourceVersion. */
  readonly body?: string | { readonly type: TypeDescription; readonly changes: readonly Change[] };
  /** Makes the continue token of this list's second page, then damages it. */
  readonly token?: { readonly damage: (token: string) => string };
}

/** A request as it goes out. */
export interface WireRequest {
  readonly method: string;
  /** With the query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

export interface WireAnswer {
  readonly status: number;
  readonly text: string;
}

/** A server that is asked. */
export interface Target {
  send(request: WireRequest): Promise<WireAnswer>;
}

const WRITES = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** Whether a request may not change anything. */
export function isHarmless({ method, url, body }: WireRequest): boolean {
  // Options in the body of a DELETE are taken instead of those in the query.
  if (method === 'DELETE' && body !== undefined) return false;
  return !WRITES.has(method) || new URLSearchParams(url.split('?')[1]).has('dryRun');
}

/** In a query: what the server's newest list says. */
export const NEWEST = '$newest';

async function live(target: Target, path: string): Promise<Record<string, Json> | undefined> {
  const { status, text } = await target.send({ method: 'GET', url: path, headers: {}, body: undefined });
  return status === 200 ? (JSON.parse(text) as Record<string, Json>) : undefined;
}

async function bodyOf(request: FuzzRequest, target: Target): Promise<string | undefined> {
  const { body, path } = request;
  if (typeof body !== 'object') return body;
  const object = (await live(target, path)) ?? {};
  const { metadata } = object as { metadata?: Record<string, Json> };
  if (metadata) {
    delete metadata.resourceVersion;
    delete metadata.managedFields;
  }
  for (const one of body.changes) applyChange(object, body.type, one);
  return JSON.stringify(object);
}

async function queryOf({ query, path, token }: FuzzRequest, target: Target): Promise<URLSearchParams> {
  const parameters = new URLSearchParams(query.map(([name, value]): [string, string] => [name, value]));
  const needsList = token !== undefined || parameters.get('resourceVersion') === NEWEST;
  const list = needsList ? await live(target, `${path}?limit=1`) : undefined;
  const { resourceVersion = '', continue: next = '' } = (list?.metadata ?? {}) as Record<string, string>;
  if (parameters.get('resourceVersion') === NEWEST) parameters.set('resourceVersion', resourceVersion);
  if (token) parameters.set('continue', token.damage(next));
  return parameters;
}

/** What goes out to one server. */
export async function resolved(request: FuzzRequest, target: Target): Promise<WireRequest> {
  const query = String(await queryOf(request, target));
  const body = await bodyOf(request, target);
  const headers: Record<string, string> = {};
  if (request.contentType !== undefined) headers['content-type'] = request.contentType;
  if (request.accept !== undefined) headers.accept = request.accept;
  return { method: request.method, url: query === '' ? request.path : `${request.path}?${query}`, headers, body };
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A request to paste into a shell, where SERVER and TOKEN are set. */
export function curlOf({ method, url, headers, body }: WireRequest): string {
  const parts = ['curl -sk', `-X ${method}`, '-H "Authorization: Bearer $TOKEN"'];
  for (const [name, value] of Object.entries(headers)) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (body !== undefined) parts.push(`--data-binary ${quoted(body)}`);
  return [...parts, `"$SERVER"${quoted(url)}`].join(' ');
}
