import type { Parameter } from './parameters.ts';
import { type PathItem, pathItems } from './paths.ts';
import type { Route } from './routes.ts';
import { closure, REFERENCE_PREFIX, type SchemaSource } from './schemas.ts';

/** What every document says of the server. */
export const INFO_TITLE = 'Kubernetes';
export const BEARER_TOKEN = {
  type: 'apiKey',
  description: 'Bearer Token authentication',
  name: 'authorization',
  in: 'header',
};

const STATUS_TEXTS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  401: 'Unauthorized',
};

/** `OK` for 200. */
export function statusText(code: number): string {
  return STATUS_TEXTS[code] ?? '';
}

/** The types that routes name, without those that these refer to. */
export function typesOf(routes: readonly Route[]): Set<string> {
  const types = new Set<string>();
  for (const { answer, body } of routes) {
    if (answer !== 'string') types.add(answer);
    if (body) types.add(body.type);
  }
  return types;
}

/**
 * One document of OpenAPI v3 as JSON.
 *
 * @param groupVersion `apps/v1` (core: `/v1`); none for the pages above the versions
 * @param version `1.37`, or what a document says of itself that is not the server's
 */
export function documentV3(
  routes: readonly Route[],
  schemas: SchemaSource,
  groupVersion: string | undefined,
  version: string | { readonly title: string; readonly version: string },
): string {
  const paths = pathItems(routes).map((item) => `${JSON.stringify(item.path)}:${JSON.stringify(pathOf(item))}`);
  const models = closure(schemas, typesOf(routes), groupVersion).map(
    ([name, json]) => `${JSON.stringify(name)}:${json}`,
  );
  const isOwn = typeof version === 'string';
  const info = isOwn ? { title: INFO_TITLE, version } : version;
  const head = JSON.stringify({ openapi: '3.0.0', info }).slice(0, -1);
  if (!isOwn) return `${head},"paths":{${paths.join(',')}},"components":{"schemas":{${models.join(',')}}}}`;
  const security = JSON.stringify({ BearerToken: BEARER_TOKEN });
  const components = models.length > 0 ? `"schemas":{${models.join(',')}},` : '';
  return `${head},"paths":{${paths.join(',')}},"components":{${components}"securitySchemes":${security}}}`;
}

function pathOf({ common, operations }: PathItem): object {
  const methods = operations.map(({ route, parameters }) => [route.method, operationOf(route, parameters)]);
  return { ...Object.fromEntries(methods), ...(common.length > 0 && { parameters: common.map(parameterOf) }) };
}

function operationOf(route: Route, parameters: readonly Parameter[]): object {
  const { body, kind } = route;
  return {
    tags: [route.tag],
    description: route.description,
    operationId: route.id,
    ...(parameters.length > 0 && { parameters: parameters.map(parameterOf) }),
    ...(body && {
      requestBody: { content: contentOf(route.consumes, body.type), ...(body.required && { required: true }) },
    }),
    responses: responsesOf(route),
    ...(route.action && { 'x-kubernetes-action': route.action }),
    ...(kind && {
      'x-kubernetes-group-version-kind': { group: kind.group, version: kind.version, kind: kind.kind },
    }),
  };
}

function responsesOf({ codes, produces, answer }: Route): object {
  const content = contentOf(produces, answer);
  const success = codes.map((code) => [code, { description: statusText(code), content }]);
  return { ...Object.fromEntries(success), 401: { description: statusText(401) } };
}

function contentOf(mediaTypes: readonly string[], type: string): object {
  const schema = type === 'string' ? { type: 'string' } : { $ref: REFERENCE_PREFIX.v3 + type };
  return Object.fromEntries([...mediaTypes].sort().map((mediaType) => [mediaType, { schema }]));
}

function parameterOf({ name, in: place, description, required, type }: Parameter): object {
  return { name, in: place, description, ...(required && { required }), schema: { type, uniqueItems: true } };
}
