/** The description of the routes below `/-/`, for clients in other languages. */
import type { AdminRoute, AdminSchema } from './route.ts';

const STATUS_ANSWER = {
  description: 'what is wrong, and what to do about it',
  content: {
    'application/json': {
      schema: {
        type: 'object',
        properties: {
          kind: { type: 'string', description: 'Status' },
          status: { type: 'string', description: 'Failure' },
          message: { type: 'string' },
          reason: { type: 'string' },
          code: { type: 'integer' },
        },
      },
    },
  },
} as const;

/** `POST /savepoints/{name}/restore` → `postSavepointsNameRestore` */
function operationId({ method, path }: AdminRoute): string {
  const words = path.split(/[^a-zA-Z]+/).filter((word) => word !== '');
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

/** JSON, unless a media type is named: then a text. */
function contentOf(what: AdminSchema | { readonly mediaType: string }): object {
  return 'mediaType' in what && typeof what.mediaType === 'string'
    ? { [what.mediaType]: { schema: { type: 'string' } } }
    : { 'application/json': { schema: what } };
}

function operationOf(route: AdminRoute): object {
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const inQuery = Object.entries(route.query ?? {}).map(([name, description]) => ({
    name,
    in: 'query',
    description,
    schema: { type: 'string' },
  }));
  const { answer, body } = route;
  const content = contentOf(answer);
  return {
    operationId: operationId(route),
    summary: route.summary,
    ...(route.description !== undefined && { description: route.description }),
    ...(inPath.length + inQuery.length > 0 && { parameters: [...inPath, ...inQuery] }),
    ...(body && { requestBody: { content: contentOf(body) } }),
    responses: { 200: { description: route.summary, content }, default: STATUS_ANSWER },
  };
}

/** An OpenAPI 3.0 document. Its server is relative: it holds below the prefix of a virtual cluster as well. */
export function openApiOf(routes: readonly AdminRoute[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = paths[route.path] ?? {};
    path[route.method.toLowerCase()] = operationOf(route);
    paths[route.path] = path;
  }
  return {
    openapi: '3.0.3',
    info: { title: 'fauxkube', description: 'Controls that no real cluster has.', version: '1' },
    servers: [{ url: '.' }],
    paths,
  };
}
