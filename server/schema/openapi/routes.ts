/** What can be done with a resource: one route for each path and method, before a version of OpenAPI writes it down. */
import type { ResourceInfo, SubresourceInfo } from '../type-table.ts';
import { type Action, type Operation, operationId, operationText, tagOf } from './operation-names.ts';
import type { Parameter, Parameters } from './parameters.ts';

/** In the order in which Go prints the methods of a path. */
export type Method = 'get' | 'put' | 'post' | 'delete' | 'options' | 'head' | 'patch';

export interface Gvk {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export interface Route {
  readonly path: string;
  readonly method: Method;
  readonly tag: string;
  readonly id: string;
  readonly description: string;
  readonly action?: Action;
  readonly kind?: Gvk;
  readonly consumes: readonly string[];
  readonly produces: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly body?: { readonly type: string; readonly required: boolean };
  /** Status codes of success. */
  readonly codes: readonly number[];
  /** The type that all of them answer with, or `string`. */
  readonly answer: string;
}

/** What the routes of a group and version have in common. */
export interface RouteContext {
  readonly parameters: Parameters;
  /** `application/json` first; what streams is derived. */
  readonly mediaTypes: readonly string[];
  readonly streamTypes: readonly string[];
  readonly patchTypes: readonly string[];
  /** Name of the schema of a kind. @throws Error when there is none */
  typeName(group: string, version: string, kind: string): string;
}

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

const METHODS: Readonly<Record<Action, Method>> = {
  get: 'get',
  list: 'get',
  post: 'post',
  put: 'put',
  patch: 'patch',
  delete: 'delete',
  deletecollection: 'delete',
  watch: 'get',
  watchlist: 'get',
  connect: 'get',
};

/** Types whose fields are query parameters. */
const OPTIONS: Readonly<Partial<Record<Action, readonly string[]>>> = {
  list: [`${META}.ListOptions`],
  watch: [`${META}.ListOptions`],
  watchlist: [`${META}.ListOptions`],
  post: [`${META}.CreateOptions`],
  put: [`${META}.UpdateOptions`],
  patch: [`${META}.PatchOptions`],
  delete: [`${META}.DeleteOptions`],
  deletecollection: [`${META}.DeleteOptions`, `${META}.ListOptions`],
};

const CODES: Readonly<Partial<Record<Action, readonly number[]>>> = {
  post: [200, 201, 202],
  put: [200, 201],
  patch: [200, 201],
  delete: [200, 202],
};

/** Fields of ListOptions that make no sense for a deletion. */
const NOT_FOR_DELETION = new Set(['watch', 'allowWatchBookmarks']);

/** Routes of one resource and its subresources, the deprecated watch paths included. */
export function resourceRoutes(info: ResourceInfo, context: RouteContext): Route[] {
  const root = info.group === '' ? `/api/${info.version}` : `/apis/${info.group}/${info.version}`;
  const below = (prefix: string, suffix: string): string =>
    `${root}/${prefix}${info.namespaced ? 'namespaces/{namespace}/' : ''}${info.resource}${suffix}`;
  const can = (verb: string): boolean => info.verbs.includes(verb);
  const scope = info.namespaced ? [context.parameters.namespace] : [];
  const item = [...scope, context.parameters.name(info.kind)];
  const routes: Route[] = [];
  const add = (action: Action, path: string, parameters: readonly Parameter[], everywhere = false): void => {
    routes.push(new RouteBuilder(info, undefined, context).route(action, path, parameters, { everywhere }));
  };
  if (can('list')) add('list', below('', ''), scope);
  if (can('create')) add('post', below('', ''), scope);
  if (can('deletecollection')) add('deletecollection', below('', ''), scope);
  if (can('list') && can('watch')) add('watchlist', below('watch/', ''), scope);
  if (can('get')) add('get', below('', '/{name}'), item);
  if (can('update')) add('put', below('', '/{name}'), item);
  if (can('patch')) add('patch', below('', '/{name}'), item);
  if (can('delete')) add('delete', below('', '/{name}'), item);
  if (can('watch')) add('watch', below('watch/', '/{name}'), item);
  if (info.namespaced && can('list')) add('list', `${root}/${info.resource}`, [], true);
  if (info.namespaced && can('list') && can('watch')) add('watchlist', `${root}/watch/${info.resource}`, [], true);
  for (const sub of info.subresources.values()) {
    const parameters = [...scope, context.parameters.name(sub.kind)];
    routes.push(...subresourceRoutes(info, sub, below('', `/{name}/${sub.name}`), parameters, context));
  }
  return routes;
}

function subresourceRoutes(
  info: ResourceInfo,
  sub: SubresourceInfo,
  path: string,
  parameters: readonly Parameter[],
  context: RouteContext,
): Route[] {
  const builder = new RouteBuilder(info, sub, context);
  if (sub.row.connect) {
    const withPath = [...parameters, context.parameters.subpath];
    return sub.row.connect.flatMap((method) => [
      builder.route('connect', path, parameters, { method }),
      ...(sub.row.subpath === 1
        ? [builder.route('connect', `${path}/{path}`, withPath, { method, withPath: true })]
        : []),
    ]);
  }
  const actions: readonly [verb: string, action: Action][] = [
    ['create', 'post'],
    ['get', 'get'],
    ['update', 'put'],
    ['patch', 'patch'],
    ['delete', 'delete'],
  ];
  return actions.flatMap(([verb, action]) =>
    sub.verbs.includes(verb) ? [builder.route(action, path, parameters, {})] : [],
  );
}

interface RouteVariant {
  /** Across all namespaces. */
  readonly everywhere?: boolean;
  readonly withPath?: boolean;
  /** HTTP method of a connection. */
  readonly method?: string;
}

class RouteBuilder {
  readonly #info: ResourceInfo;
  readonly #sub: SubresourceInfo | undefined;
  readonly #context: RouteContext;

  constructor(info: ResourceInfo, sub: SubresourceInfo | undefined, context: RouteContext) {
    this.#info = info;
    this.#sub = sub;
    this.#context = context;
  }

  route(action: Action, path: string, pathParameters: readonly Parameter[], variant: RouteVariant): Route {
    const { group, version, kind } = this.#info;
    const { everywhere = false, withPath = false, method = '' } = variant;
    const operation: Operation = {
      action,
      group,
      version,
      kind,
      subresource: this.#sub?.name ?? '',
      namespaced: this.#info.namespaced && !everywhere,
      method,
      suffix: `${withPath ? 'WithPath' : ''}${everywhere ? 'ForAllNamespaces' : ''}`,
      watchable: this.#info.verbs.includes('watch'),
    };
    const body = this.#body(action);
    return {
      path,
      method: action === 'connect' ? (method.toLowerCase() as Method) : METHODS[action],
      tag: tagOf(group, version),
      id: operationId(operation),
      description: operationText(operation),
      action,
      kind: this.#sub ?? this.#info,
      consumes: action === 'patch' ? this.#context.patchTypes : ['*/*'],
      produces: this.#produces(action),
      parameters: [...pathParameters, ...this.#query(action)],
      ...(body && { body }),
      codes: CODES[action] ?? [200],
      answer: this.#answer(action),
    };
  }

  #type(): string {
    if (!this.#sub) return this.#info.type.name;
    return this.#context.typeName(this.#sub.group, this.#sub.version, this.#sub.kind);
  }

  #body(action: Action): Route['body'] {
    if (action === 'post' || action === 'put') return { type: this.#type(), required: true };
    if (action === 'patch') return { type: `${META}.Patch`, required: true };
    if (action === 'delete' || action === 'deletecollection') return { type: `${META}.DeleteOptions`, required: false };
    return undefined;
  }

  #answer(action: Action): string {
    const { group, version, kind, returnsDeleted } = this.#info;
    if (action === 'connect' || (action === 'get' && this.#sub?.row.text === 1)) return 'string';
    if (action === 'list') return this.#context.typeName(group, version, `${kind}List`);
    if (action === 'watch' || action === 'watchlist') return `${META}.WatchEvent`;
    if (action === 'deletecollection' || (action === 'delete' && !returnsDeleted)) return `${META}.Status`;
    return this.#type();
  }

  #produces(action: Action): readonly string[] {
    const { mediaTypes, streamTypes } = this.#context;
    if (action === 'connect') return ['*/*'];
    if (action === 'list' || action === 'watch' || action === 'watchlist') return [...mediaTypes, ...streamTypes];
    return action === 'get' && this.#sub?.row.produces ? [...this.#sub.row.produces, ...mediaTypes] : mediaTypes;
  }

  #query(action: Action): readonly Parameter[] {
    const { parameters } = this.#context;
    if (action === 'connect') return parameters.ofType(this.#type());
    const types = action === 'get' && this.#sub?.row.options ? [this.#sub.row.options] : (OPTIONS[action] ?? []);
    const own = types.flatMap((type) => parameters.ofType(type));
    return [
      parameters.pretty,
      ...(action === 'deletecollection' ? own.filter(({ name }) => !NOT_FOR_DELETION.has(name)) : own),
    ];
  }
}
