import { BEARER_TOKEN, INFO_TITLE, statusText, typesOf } from './document-v3.ts';
import type { Parameter } from './parameters.ts';
import { byNameAndPlace, type PathItem, pathItems } from './paths.ts';
import type { Route } from './routes.ts';
import { closure, REFERENCE_PREFIX, type SchemaSource } from './schemas.ts';

type Json = Record<string, unknown>;

/**
 * The document of OpenAPI v2 as JSON: all routes of the server in one.
 *
 * @param bodyHash what ends the name of a shared body, such as that of DeleteOptions
 * @param version `1.37`
 */
export function documentV2(
  routes: readonly Route[],
  schemas: SchemaSource,
  bodyHash: (type: string) => string | undefined,
  version: string,
): string {
  const writer = new PathWriter(bodyHash);
  const paths = pathItems(routes).map((item) => `${JSON.stringify(item.path)}:${JSON.stringify(writer.path(item))}`);
  const models = closure(schemas, typesOf(routes), undefined).map(([name, json]) => `${JSON.stringify(name)}:${json}`);
  const head = JSON.stringify({ swagger: '2.0', info: { title: INFO_TITLE, version } }).slice(0, -1);
  const { type, description, name, in: place } = BEARER_TOKEN;
  const tail = {
    parameters: writer.shared(),
    securityDefinitions: { BearerToken: { description, type, name, in: place } },
    security: [{ BearerToken: [] }],
  };
  return `${head},"paths":{${paths.join(',')}},"definitions":{${models.join(',')}},${JSON.stringify(tail).slice(1)}`;
}

class PathWriter {
  readonly #bodyHash: (type: string) => string | undefined;
  readonly #shared = new Map<string, Json>();

  constructor(bodyHash: (type: string) => string | undefined) {
    this.#bodyHash = bodyHash;
  }

  path({ common, operations }: PathItem): Json {
    const methods = operations.map(({ route, parameters }) => [route.method, this.#operation(route, parameters)]);
    const parameters = common.map((parameter) => this.#parameter(parameter));
    return { ...Object.fromEntries(methods), ...(parameters.length > 0 && { parameters }) };
  }

  /** Parameters that the paths written so far refer to. */
  shared(): Json {
    return Object.fromEntries([...this.#shared].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #operation(route: Route, parameters: readonly Parameter[]): Json {
    const { kind, body } = route;
    const all = parameters.map((parameter) => ({ ...parameter, json: this.#parameter(parameter) }));
    const written = body ? [...all, { name: 'body', in: 'body', json: this.#body(body) }].sort(byNameAndPlace) : all;
    return {
      description: route.description,
      ...(route.consumes.length > 0 && { consumes: route.consumes }),
      produces: route.produces,
      schemes: ['https'],
      tags: [route.tag],
      operationId: route.id,
      ...(written.length > 0 && { parameters: written.map(({ json }) => json) }),
      responses: responsesOf(route),
      ...(route.action && { 'x-kubernetes-action': route.action }),
      ...(kind && {
        'x-kubernetes-group-version-kind': { group: kind.group, kind: kind.kind, version: kind.version },
      }),
    };
  }

  #parameter({ shared, type, description, name, in: place, required }: Parameter): Json {
    const json = { uniqueItems: true, type, description, name, in: place, ...(required && { required }) };
    return shared ? this.#share(shared, json) : json;
  }

  #body({ type, required }: { type: string; required: boolean }): Json {
    const schema = { $ref: REFERENCE_PREFIX.v2 + type };
    const json = { name: 'body', in: 'body', ...(required && { required }), schema };
    const hash = this.#bodyHash(type);
    return hash === undefined ? json : this.#share(`body-${hash}`, json);
  }

  #share(name: string, json: Json): Json {
    this.#shared.set(name, json);
    return { $ref: `#/parameters/${name}` };
  }
}

function responsesOf({ codes, answer }: Route): Json {
  const schema = answer === 'string' ? { type: 'string' } : { $ref: REFERENCE_PREFIX.v2 + answer };
  const success = codes.map((code) => [code, { description: statusText(code), schema }]);
  return { ...Object.fromEntries(success), 401: { description: statusText(401) } };
}
