/** What only the operations of the published OpenAPI v2 document tell: connections, answers, shared parameters. */
import type { SubresourceRow } from '../type-table-format.ts';
import type { PublishedOperation, PublishedParameter, PublishedPath, PublishedSwagger } from './published.ts';
import type { GoField } from './types.ts';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** Types whose fields are query parameters, by x-kubernetes-action. */
const OPTIONS: Readonly<Record<string, string[]>> = {
  list: [`${META}.ListOptions`],
  watch: [`${META}.ListOptions`],
  watchlist: [`${META}.ListOptions`],
  post: [`${META}.CreateOptions`],
  put: [`${META}.UpdateOptions`],
  patch: [`${META}.PatchOptions`],
  delete: [`${META}.DeleteOptions`],
  deletecollection: [`${META}.DeleteOptions`, `${META}.ListOptions`],
};

function operationsOf(path: PublishedPath): [method: string, operation: PublishedOperation][] {
  return Object.entries(path).filter(([method]) => method !== 'parameters') as [string, PublishedOperation][];
}

/** `/api/v1/namespaces/{namespace}/pods/{name}`. */
export function itemPath(root: string, resource: string, namespaced: boolean): string {
  return `${root}/${namespaced ? 'namespaces/{namespace}/' : ''}${resource}/{name}`;
}

/** Whether DELETE of one object answers with the object. `root` is `/api/v1` or `/apis/apps/v1`. */
export function deleteReturnsObject(
  swagger: PublishedSwagger,
  root: string,
  resource: string,
  namespaced: boolean,
): boolean {
  const operation = swagger.paths[itemPath(root, resource, namespaced)]?.delete as PublishedOperation | undefined;
  const answer = operation?.responses['200']?.schema?.$ref;
  return answer !== undefined && !answer.endsWith('.Status');
}

/** The kind of the options that GET of a subresource takes (`PodLogOptions`), by upstream's way to name them. */
export function optionsKind(parentKind: string, subresource: string): string {
  return `${parentKind}${subresource.charAt(0).toUpperCase()}${subresource.slice(1)}Options`;
}

/** Whether GET of a subresource takes parameters of its own. */
export function hasOptions(swagger: PublishedSwagger, path: string): boolean {
  const get = swagger.paths[path]?.get as PublishedOperation | undefined;
  if (get?.['x-kubernetes-action'] !== 'get') return false;
  const own = [...(swagger.paths[path]?.parameters ?? []), ...(get.parameters ?? [])].map((parameter) =>
    resolve(swagger, parameter),
  );
  return own.some((parameter) => parameter.in === 'query' && parameter.name !== 'pretty');
}

/** What the operations of one subresource add to its row. */
export function subresourceFacts(
  swagger: PublishedSwagger,
  root: string,
  resource: string,
  namespaced: boolean,
  name: string,
  options: string | undefined,
): Partial<SubresourceRow> {
  const path = `${itemPath(root, resource, namespaced)}/${name}`;
  const operations = operationsOf(swagger.paths[path] ?? {});
  const connect = operations
    .filter(([, operation]) => operation['x-kubernetes-action'] === 'connect')
    .map(([method]) => method.toUpperCase());
  const facts: Partial<SubresourceRow> = {};
  if (connect.length > 0) facts.connect = connect;
  if (swagger.paths[`${path}/{path}`]) facts.subpath = 1;
  const get = operations.find(
    ([method, operation]) => method === 'get' && operation['x-kubernetes-action'] === 'get',
  )?.[1];
  const special = (get?.produces ?? []).filter(
    (type) => !/^application\/(json|yaml|vnd\.kubernetes\.protobuf)$/.test(type),
  );
  if (special.length > 0) facts.produces = special;
  if (get?.responses['200']?.schema?.type === 'string') facts.text = 1;
  if (options) facts.options = options;
  return facts;
}

function resolve(swagger: PublishedSwagger, parameter: PublishedParameter): PublishedParameter & { shared?: string } {
  if (!parameter.$ref) return parameter;
  const shared = parameter.$ref.slice('#/parameters/'.length);
  return { ...swagger.parameters[shared], shared };
}

/** `type#field`, or the name of a parameter of no type → what ends its name among the shared parameters. */
export function sharedParameters(
  swagger: PublishedSwagger,
  structs: Readonly<Record<string, GoField[]>>,
  optionsOf: (operation: PublishedOperation, path: string) => string | undefined,
): Record<string, string> {
  const hashes: Record<string, string> = {};
  for (const [path, item] of Object.entries(swagger.paths)) {
    for (const [, operation] of operationsOf(item)) {
      const own = optionsOf(operation, path);
      const types = own ? [own] : (OPTIONS[operation['x-kubernetes-action'] ?? ''] ?? []);
      for (const parameter of [...(item.parameters ?? []), ...(operation.parameters ?? [])]) {
        const { shared, name = '', in: place, schema } = resolve(swagger, parameter);
        if (!shared) continue;
        const type =
          place === 'query'
            ? types.find((candidate) => structs[candidate]?.some((field) => field.name === name))
            : undefined;
        const key =
          place === 'body' ? (schema?.$ref?.slice('#/definitions/'.length) ?? '') : type ? `${type}#${name}` : name;
        hashes[key] = shared.slice(name.length + 1);
      }
    }
  }
  return Object.fromEntries(Object.entries(hashes).sort(([a], [b]) => (a < b ? -1 : 1)));
}
