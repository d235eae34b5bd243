/** The innermost stage: from what is asked to who answers. */
import { methodNotAllowed, notImplemented, unknownPath } from '../kube/api-error.ts';
import type { Served } from '../registry/catalog.ts';
import { negotiate } from './media-types.ts';
import { discoveryPage } from './pages/discovery.ts';
import { healthPage } from './pages/health.ts';
import { openapiPage } from './pages/openapi.ts';
import { versionPage } from './pages/version.ts';
import type { PipelineEnv } from './pipeline.ts';
import type { ApiRequest, ApiResponse, Handler } from './request.ts';
import { create } from './verbs/create.ts';
import { deleteCollection, deleteOne } from './verbs/delete.ts';
import { get } from './verbs/get.ts';
import { list } from './verbs/list.ts';
import { patch } from './verbs/patch.ts';
import { proxy } from './verbs/proxy.ts';
import { subresource } from './verbs/subresource.ts';
import { update } from './verbs/update.ts';
import { watch } from './verbs/watch.ts';

/** A page answers the paths that it knows. */
export type Page = (request: ApiRequest, env: PipelineEnv) => Promise<ApiResponse> | ApiResponse | undefined;

const PAGES: readonly Page[] = [healthPage, versionPage, openapiPage, discoveryPage];

type Verb = (request: ApiRequest, served: Served, env: PipelineEnv) => Promise<ApiResponse>;

const VERBS: Readonly<Record<string, Verb>> = {
  get,
  list,
  watch,
  create,
  update: (request, served, env) => update(request, served, env),
  patch: (request, served, env) => patch(request, served, env),
  delete: deleteOne,
  deletecollection: deleteCollection,
};

/** Methods that a collection and a single object know; anything else is 405 whatever the kind. */
const COLLECTION_VERBS = new Set(['list', 'watch', 'create', 'deletecollection']);

function plainNotFound(): ApiResponse {
  const headers = { 'x-content-type-options': 'nosniff' };
  return { type: 'bytes', status: 404, mediaType: 'text/plain; charset=utf-8', body: '404 page not found\n', headers };
}

export function dispatch(env: PipelineEnv): Handler {
  return async (request) => (request.info.isResource ? resource(request, env) : page(request, env));
}

async function page(request: ApiRequest, env: PipelineEnv): Promise<ApiResponse> {
  for (const answer of PAGES) {
    const response = await answer(request, env);
    if (response) return response;
  }
  return plainNotFound();
}

/** Whether there is a CustomResourceDefinition: its objects are not served yet, and 404 would be a wrong answer. */
function isDeclared(group: string, plural: string, { registry }: PipelineEnv): boolean {
  const key = { namespace: '', name: `${plural}.${group}` };
  return registry.find('customresourcedefinitions.apiextensions.k8s.io', key) !== undefined;
}

function resource(request: ApiRequest, env: PipelineEnv): Promise<ApiResponse> {
  const { group, version, prefix } = request.info;
  const known = env.catalog.groups.find((info) => info.group === group && (group === '') === (prefix === 'api'));
  const isCustom = !known && isDeclared(group, request.info.resource, env);
  if (isCustom) throw notImplemented(`custom resources such as ${request.info.resource}.${group}`);
  if (!known) return Promise.resolve(plainNotFound());
  const served = env.catalog.lookup(group, version, request.info.resource);
  if (!served) throw unknownPath();
  request.form = negotiate(request.header('accept') ?? '', request.header('user-agent') ?? '', request.query);
  return request.info.subresource === '' ? object(request, served, env) : part(request, served, env);
}

function object(request: ApiRequest, served: Served, env: PipelineEnv): Promise<ApiResponse> {
  const { verb, name, namespace, segments, legacyWatch } = request.info;
  const { info } = served;
  if (info.namespaced ? name !== '' && namespace === '' : namespace !== '' && info.resource !== 'namespaces')
    throw unknownPath();
  const handler = VERBS[verb];
  const isCollection = COLLECTION_VERBS.has(verb);
  const fits = legacyWatch || isCollection === (name === '');
  const needsNamespace = info.namespaced && namespace === '' && (verb === 'create' || verb === 'deletecollection');
  if (!handler || !fits || needsNamespace || !info.verbs.includes(verb) || segments.length === 0)
    throw methodNotAllowed();
  const { deprecation } = served.store.definition;
  if (deprecation) request.warnings.push(deprecation);
  return handler(request, served, env);
}

function part(request: ApiRequest, served: Served, env: PipelineEnv): Promise<ApiResponse> {
  const { info } = served;
  const { verb, subresource: name, namespace, rest } = request.info;
  const sub = info.subresources.get(name);
  if (!sub || (info.namespaced && namespace === '')) throw unknownPath();
  if (name === 'proxy') return proxy(request, served, env);
  if (rest.length > 0) throw unknownPath();
  if (!sub.verbs.includes(verb)) throw methodNotAllowed();
  if (name !== 'status') return subresource(request, served, sub, env);
  if (verb === 'get') return get(request, served, env);
  return verb === 'update' ? update(request, served, env, 'status') : patch(request, served, env, 'status');
}
