/** What one path below `/-/` does: the table that requests are answered from, and that `/-/openapi.json` shows. */
import { badRequest } from '../kube/api-error.ts';
import type { ApiRequest, ApiResponse } from '../pipeline/request.ts';
import type { AdminTarget } from './target.ts';

/** A schema of OpenAPI 3.0, as far as these routes need it. */
export type AdminSchema = Readonly<Record<string, unknown>>;

/** One request to a route. */
export interface AdminCall {
  readonly request: ApiRequest;
  /** What stands in the places of `{name}`. */
  readonly params: Readonly<Record<string, string>>;
  /** @throws ApiError 400 unless the body is a JSON object; no body is an empty one */
  readonly body: () => Promise<Record<string, unknown>>;
}

/**
 * One route.
 *
 * @example
 * const route: AdminRoute = {
 *   method: 'POST',
 *   path: '/reset',
 *   summary: 'go back to the start',
 *   answer: STATUS,
 *   handle: async (target) => { await target.reset(); return SUCCESS; },
 * };
 */
export interface AdminRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/-`, with `{name}` for whatever stands there: `/savepoints/{name}/restore`. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  /** What may stand behind the question mark, and what it means. */
  readonly query?: Readonly<Record<string, string>>;
  /** The body that the route takes: a JSON object, unless it names a media type; without it the route reads none. */
  readonly body?: AdminSchema | { readonly mediaType: string };
  /** What it answers when all is well: JSON, unless it names a media type. */
  readonly answer: AdminSchema | { readonly mediaType: string };
  /** @returns what is sent as JSON, or a whole answer */
  handle(target: AdminTarget, call: AdminCall): Promise<object>;
}

/** An answer that is more than a JSON object. */
export function isResponse(value: object): value is ApiResponse {
  return 'type' in value && 'status' in value && typeof value.status === 'number';
}

/**
 * Reads a JSON object; no body is an empty one unless the route needs some field.
 *
 * @throws ApiError 400 for anything else
 */
export async function readJson(request: ApiRequest, { body: wanted }: AdminRoute): Promise<Record<string, unknown>> {
  const body = await request.body();
  const isEmpty = 'bytes' in body && body.bytes.length === 0;
  if (isEmpty && wanted && !('required' in wanted)) return {};
  try {
    if ('bytes' in body && body.bytes.length === 0) return {};
    const value: unknown = 'bytes' in body ? JSON.parse(body.bytes.toString()) : body.object;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // told below
  }
  throw badRequest('the body has to be a JSON object');
}

/** `?all=true`: what is not there is false, and a name alone is true. @throws ApiError 400 for anything else */
export function flagIn(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  if (value === null || value === 'false') return false;
  if (value === 'true' || value === '') return true;
  throw badRequest(`${JSON.stringify(name)} has to be true or false, and is ${JSON.stringify(value)}`);
}

/** The words of a schema that stand again and again. */
export const schema = {
  text: (description: string): AdminSchema => ({ type: 'string', description }),
  flag: (description: string): AdminSchema => ({ type: 'boolean', description }),
  number: (description: string): AdminSchema => ({ type: 'number', description }),
  list: (items: AdminSchema, description = ''): AdminSchema => ({
    type: 'array',
    items,
    ...(description !== '' && { description }),
  }),
  object: (properties: Readonly<Record<string, AdminSchema>>, required: readonly string[] = []): AdminSchema => ({
    type: 'object',
    properties,
    ...(required.length > 0 && { required }),
  }),
  /** An object whose fields are nobody's business here. */
  any: { type: 'object', additionalProperties: true } as AdminSchema,
  /** One of a few words. */
  oneOf: (words: readonly string[], description: string): AdminSchema => ({ type: 'string', enum: words, description }),
} as const;

/** What is answered where there is nothing to tell. */
export const SUCCESS = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' } as const;

export const STATUS: AdminSchema = schema.object({
  kind: schema.text('Status'),
  apiVersion: schema.text('v1'),
  metadata: schema.any,
  status: schema.text('Success'),
});
