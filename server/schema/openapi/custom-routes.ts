/** Routes of custom resources, which upstream builds apart from others (apiextensions-apiserver, openapi/builder). */
import type { ResourceInfo, SubresourceInfo } from '../type-table.ts';
import { type Action, type Operation, operationId, operationText, tagOf } from './operation-names.ts';
import type { Parameter, Parameters } from './parameters.ts';
import type { Method, Route } from './routes.ts';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const SCALE = 'io.k8s.api.autoscaling.v1.Scale';

const MEDIA_TYPES = ['application/json', 'application/yaml'];
const PATCH_TYPES = ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml'];

type CustomAction = Extract<Action, 'get' | 'list' | 'post' | 'put' | 'patch' | 'delete' | 'deletecollection'>;

const METHODS: Readonly<Record<CustomAction, Method>> = {
  get: 'get',
  list: 'get',
  post: 'post',
  put: 'put',
  patch: 'patch',
  delete: 'delete',
  deletecollection: 'delete',
};

const OPTIONS: Readonly<Record<Exclude<CustomAction, 'get'>, string>> = {
  list: `${META}.ListOptions`,
  deletecollection: `${META}.ListOptions`,
  post: `${META}.CreateOptions`,
  put: `${META}.UpdateOptions`,
  patch: `${META}.PatchOptions`,
  delete: `${META}.DeleteOptions`,
};

const CODES: Readonly<Partial<Record<CustomAction, readonly number[]>>> = {
  post: [200, 201, 202],
  put: [200, 201],
  delete: [200, 202],
};

/** @param listType name of the schema of a list */
export function customRoutes(info: ResourceInfo, listType: string, parameters: Parameters): Route[] {
  const root = `/apis/${info.group}/${info.version}`;
  const collection = `${root}/${info.namespaced ? 'namespaces/{namespace}/' : ''}${info.resource}`;
  const scope = info.namespaced ? [parameters.namespace] : [];
  const item = [...scope, parameters.name(info.kind)];
  const make = (action: CustomAction, path: string, own: readonly Parameter[], place: Place = {}): Route =>
    routeOf({ info, listType, parameters }, action, path, own, place);
  const routes: Route[] = [];
  if (info.namespaced) routes.push(make('list', `${root}/${info.resource}`, [], { everywhere: true }));
  routes.push(...(['list', 'post', 'deletecollection'] as const).map((action) => make(action, collection, scope)));
  const actions = ['get', 'put', 'delete', 'patch'] as const;
  routes.push(...actions.map((action) => make(action, `${collection}/{name}`, item)));
  for (const sub of info.subresources.values()) {
    for (const action of ['get', 'put', 'patch'] as const)
      routes.push(make(action, `${collection}/{name}/${sub.name}`, item, { sub }));
  }
  return routes;
}

interface Place {
  /** Across all namespaces. */
  readonly everywhere?: boolean;
  readonly sub?: SubresourceInfo;
}

interface Parts {
  readonly info: ResourceInfo;
  readonly listType: string;
  readonly parameters: Parameters;
}

function routeOf(
  { info, listType, parameters }: Parts,
  action: CustomAction,
  path: string,
  own: readonly Parameter[],
  { everywhere = false, sub }: Place,
): Route {
  const { group, version, kind } = info;
  const operation: Operation = {
    action,
    group,
    version,
    kind,
    subresource: sub?.name ?? '',
    namespaced: info.namespaced && !everywhere,
    method: '',
    suffix: everywhere ? 'ForAllNamespaces' : '',
    watchable: false,
  };
  const type = sub?.name === 'scale' ? SCALE : info.type.name;
  const body = bodyOf(action, type);
  const answers: Partial<Record<CustomAction, string>> = {
    list: listType,
    delete: `${META}.Status`,
    deletecollection: `${META}.Status`,
  };
  return {
    path,
    method: METHODS[action],
    tag: tagOf(group, version),
    id: operationId(operation),
    description: operationText(operation),
    action,
    kind: { group, version, kind },
    consumes: action === 'patch' ? PATCH_TYPES : MEDIA_TYPES,
    produces: MEDIA_TYPES,
    parameters: [...own, parameters.pretty, ...optionsOf(action, parameters)],
    ...(body && { body }),
    codes: CODES[action] ?? [200],
    answer: answers[action] ?? type,
  };
}

function optionsOf(action: CustomAction, parameters: Parameters): readonly Parameter[] {
  if (action !== 'get') return parameters.ofType(OPTIONS[action]);
  // GetOptions have one field, and it is that of ListOptions.
  return parameters.ofType(OPTIONS.list).filter(({ name }) => name === 'resourceVersion');
}

function bodyOf(action: CustomAction, type: string): Route['body'] {
  if (action === 'post' || action === 'put') return { type, required: true };
  if (action === 'patch') return { type: `${META}.Patch`, required: true };
  return action === 'delete' ? { type: `${META}.DeleteOptions`, required: false } : undefined;
}
