/** The innermost stage: from what is asked to who answers. */
import { badRequest, methodNotAllowed, methodNotSupported, notFound, unknownPath } from '../kube/api-error.ts';
import type { Served } from '../registry/catalog.ts';
import { onceConverted } from '../registry/custom/conversion/unconverted.ts';
import { parseDuration } from '../schema/go-duration.ts';
import type { SubresourceInfo } from '../schema/type-table.ts';
import { passOn } from './aggregation/pass-on.ts';
import { PASSED_ON } from './aggregation/remote-headers.ts';
import { annotate } from './audit/annotate.ts';
import { internalPackage } from './decode-body.ts';
import { checkForm, checkIncludeObject, negotiate } from './media-types.ts';
import { written } from './other-servers.ts';
import { discoveryPage } from './pages/discovery.ts';
import { healthPage } from './pages/health.ts';
import { metricsPage } from './pages/metrics.ts';
import { openapiPage } from './pages/openapi.ts';
import { serviceAccountIssuerPage } from './pages/service-account-issuer.ts';
import { versionPage } from './pages/version.ts';
import type { OtherServers, PipelineEnv } from './pipeline.ts';
import type { ApiRequest, ApiResponse, Handler } from './request.ts';
import { apply } from './verbs/apply.ts';
import { admitConnection, isConnected } from './verbs/connect.ts';
import { create } from './verbs/create.ts';
import { deleteCollection, deleteOne } from './verbs/delete.ts';
import { get } from './verbs/get.ts';
import { list } from './verbs/list.ts';
import { checkPatchType, patch } from './verbs/patch.ts';
import { proxy } from './verbs/proxy.ts';
import { subresource } from './verbs/subresource.ts';
import { update } from './verbs/update.ts';
import { watch } from './verbs/watch.ts';
import { isApply } from './write-options.ts';

/** A page answers the paths that it knows. */
export type Page = (request: ApiRequest, env: PipelineEnv) => Promise<ApiResponse> | ApiResponse | undefined;

const PAGES: readonly Page[] = [
  healthPage,
  versionPage,
  openapiPage,
  discoveryPage,
  metricsPage,
  serviceAccountIssuerPage,
];

type Verb = (request: ApiRequest, served: Served, env: PipelineEnv) => Promise<ApiResponse>;

const VERBS: Readonly<Record<string, Verb>> = {
  get,
  list,
  watch,
  create,
  update: (request, served, env) => update(request, served, env),
  patch: (request, served, env) => (isApply(request) ? apply : patch)(request, served, env),
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
  return (request) => {
    const { aggregation } = env;
    const remote = aggregation.hasRemotes ? aggregation.remoteFor(request.info) : undefined;
    if (remote) return passOn(request, remote, env);
    return request.info.isResource ? resource(request, env) : env.requests.page(request, () => page(request, env));
  };
}

async function page(request: ApiRequest, env: PipelineEnv): Promise<ApiResponse> {
  for (const answer of PAGES) {
    const response = await answer(request, env);
    if (response) return response;
  }
  return plainNotFound();
}

/** What is asked for where there is no such resource. Groups of custom resources are no routes. @throws ApiError 404 */
function unserved({ info }: ApiRequest, env: PipelineEnv): ApiResponse {
  const { group, prefix } = info;
  const { groups } = env.catalog.table;
  const known = groups.find((other) => other.group === group && (group === '') === (prefix === 'api'));
  if (known) throw unknownPath();
  return plainNotFound();
}

/** Steps that most requests do not need are no turns of their own: see benchmark.md. */
function resource(request: ApiRequest, env: PipelineEnv): Promise<ApiResponse> {
  const { group, version, prefix } = request.info;
  const isPlaced = (group === '') === (prefix === 'api');
  const served = isPlaced ? env.catalog.lookup(group, version, request.info.resource) : undefined;
  const leader = env.leader && isOfPods(request) ? env.leader() : undefined;
  if (leader) return passOn(request, leader, env);
  if (served) return env.requests.resource(request, served.info, () => answered(request, served, env));
  return env.others && isPlaced ? lookedUpAgain(request, env.others, env) : Promise.resolve(unserved(request, env));
}

/** What only the process knows in which pods run. */
const OF_PODS = new Set(['attach', 'exec', 'log', 'portforward', 'proxy']);

/** Whether a request is for whoever runs the pods: that may be another server, unless it has passed this on. */
function isOfPods(request: ApiRequest): boolean {
  const { group, subresource } = request.info;
  return OF_PODS.has(subresource) && group === '' && !request.isLocal && request.header(PASSED_ON) === undefined;
}

/** The definition of a custom resource may have been made elsewhere a moment ago. */
async function lookedUpAgain(request: ApiRequest, others: OtherServers, env: PipelineEnv): Promise<ApiResponse> {
  const { group, version, resource: plural } = request.info;
  await others.learn(others.revision());
  const served = env.catalog.lookup(group, version, plural);
  if (!served) return unserved(request, env);
  return env.requests.resource(request, served.info, () => answered(request, served, env));
}

/** Upstream has no route for an unknown subresource, so that nothing else about the request matters. */
function hasPath({ info }: ApiRequest, { subresources, namespaced }: Served['info']): boolean {
  const { subresource: name, namespace, rest } = info;
  if (name === '') return true;
  return subresources.has(name) && !(namespaced && namespace === '') && (rest.length === 0 || name === 'proxy');
}

/** The answer to a request for a resource that there is. */
function answered(request: ApiRequest, served: Served, env: PipelineEnv): Promise<ApiResponse> {
  if (!request.isLocal) env.clientRequests.meet(request, served.info);
  const { group } = request.info;
  checkTimeout(request);
  if (!served.info.isCustom && !hasPath(request, served.info)) throw unknownPath();
  const isCollection = request.method === 'GET' && request.info.name === '';
  const { subresource } = request.info;
  const { statusHasNoTable = false } = served.store.definition;
  const hasTable =
    subresource === '' ? served.info.verbs.includes('get') : !(statusHasNoTable && subresource === 'status');
  const [accept, userAgent] = [request.header('accept') ?? '', request.header('user-agent') ?? ''];
  const isCustom = served.info.isCustom === true && request.info.subresource !== 'scale';
  const form = negotiate(accept, userAgent, request.query, { isCollection, hasTable, isCustom });
  request.form = form;
  const act = env.others ? current(env.others) : acting(request);
  const answer = served.store.definition.conversions
    ? converted(request, served, () => act(request, served, env))
    : act(request, served, env);
  if (form.form === 'object') return answer;
  return answer.then((response) => {
    checkIncludeObject(form);
    const { verb } = request.info;
    if (verb === 'get' || verb === 'list')
      checkForm(form, verb === 'list', `${internalPackage(group)}.${served.info.kind}`);
    return response;
  });
}

type Act = (request: ApiRequest, served: Served, env: PipelineEnv) => Promise<ApiResponse>;

const acting = ({ info }: ApiRequest): Act => (info.subresource === '' ? object : part);

/** Reads of objects know what others have written, or need not; reads of parts learn it, and writes when they fail. */
const current =
  (others: OtherServers): Act =>
  async (request, served, env) => {
    const act = acting(request);
    const { verb, subresource } = request.info;
    const isRead = verb === 'get' || verb === 'list' || verb === 'watch';
    if (isRead && subresource !== '' && subresource !== 'status') await others.learn(others.revision());
    if (isRead || subresource === 'proxy') return act(request, served, env);
    if (verb === 'deletecollection') await served.store.fresh();
    return written(others, request, async () => act(request, served, env));
  };

/** Reads and deletions ask the webhook each time; everything else only about what is new. */
const ANEW: ReadonlySet<string> = new Set(['get', 'delete']);

/** Answers when all that it takes has been converted by a webhook. */
async function converted(request: ApiRequest, served: Served, act: () => Promise<ApiResponse>): Promise<ApiResponse> {
  const { info, warnings } = request;
  const { store } = served;
  const done = store.definition.conversions?.begin();
  const told = warnings.length;
  const read = request.body.bind(request);
  let body: ReturnType<typeof read> | undefined;
  // It comes from a socket, and only once.
  request.body = () => (body ??= read());
  try {
    if (ANEW.has(info.verb) && info.name !== '')
      await store.refresh({ namespace: served.info.namespaced ? info.namespace : '', name: info.name });
    return await onceConverted(() => {
      warnings.length = told;
      return act();
    });
  } finally {
    done?.();
  }
}

/** Answers come at once, so that a time limit that can be read needs no more. @throws ApiError 400 */
function checkTimeout({ query, info }: ApiRequest): void {
  const timeout = query.get('timeout') ?? '';
  if (timeout === '' || info.verb === 'watch' || info.subresource === 'proxy') return;
  try {
    parseDuration(timeout);
  } catch (error) {
    throw badRequest(`invalid timeout specified in the request URL - ${(error as Error).message}`);
  }
}

function object(request: ApiRequest, served: Served, env: PipelineEnv): Promise<ApiResponse> {
  const { verb, name, namespace, segments, legacyWatch } = request.info;
  const { info } = served;
  // The path of a namespace has its name where others have their namespace.
  const isMisplaced = info.namespaced
    ? name !== '' && namespace === ''
    : namespace !== '' && !(info.resource === 'namespaces' && name === namespace);
  if (isMisplaced && info.isCustom) return Promise.resolve(plainNotFound());
  if (isMisplaced || (legacyWatch && !info.verbs.includes('watch'))) throw unknownPath();
  const handler = VERBS[verb];
  const isCollection = COLLECTION_VERBS.has(verb);
  const fits = legacyWatch || isCollection === (name === '');
  const needsNamespace = info.namespaced && namespace === '' && (verb === 'create' || verb === 'deletecollection');
  const isKnown = request.method !== 'HEAD' && (!legacyWatch || request.method === 'GET');
  // Discovery leaves out what a definition that is being deleted refuses.
  const isOffered = info.isCustom || info.verbs.includes(verb);
  const deprecation = served.conversion?.deprecation ?? served.store.definition.deprecation;
  if (verb === 'watch' && !legacyWatch && info.verbs.includes('list') && !info.verbs.includes('watch')) {
    if (deprecation) tellDeprecation(request, deprecation);
    throw methodNotSupported(served.store.about, verb);
  }
  if (needsNamespace && info.isCustom) return Promise.resolve(plainNotFound());
  if (info.isCustom && !fits && (verb === 'update' || verb === 'patch')) throw badRequest('name must be provided');
  if (!handler || !isKnown || !fits || needsNamespace || !isOffered || segments.length === 0) throw methodNotAllowed();
  if (verb === 'patch' && !isApply(request)) checkPatchType(request, served);
  if (deprecation) tellDeprecation(request, deprecation);
  return handler(request, served, env);
}

function tellDeprecation(request: ApiRequest, deprecation: string): void {
  request.warnings.push(deprecation);
  if (!request.audit && !request.note) return;
  annotate(request, 'k8s.io/deprecated', 'true');
  const removed = /unavailable in v(1\.\d+)\+/.exec(deprecation)?.[1];
  if (removed !== undefined) annotate(request, 'k8s.io/removed-release', removed);
}

function part(request: ApiRequest, served: Served, env: PipelineEnv): Promise<ApiResponse> {
  const { info } = served;
  const { verb, subresource: name, namespace } = request.info;
  const sub = info.subresources.get(name);
  const { isCustom } = info;
  if (isCustom && info.namespaced && namespace === '') return Promise.resolve(plainNotFound());
  if (!sub && isCustom) throw notFound(served.store.about, request.info.name);
  if (!sub) throw unknownPath();
  if (isConnected(sub)) return connected(request, served, sub, env);
  if (request.method === 'HEAD' || !sub.verbs.includes(verb)) throw methodNotAllowed();
  if (name === 'log' && !isCustom) return log(request, env);
  if (verb === 'patch' && !isApply(request)) checkPatchType(request, served);
  const { deprecation } = served.store.definition;
  if (isCustom && deprecation !== undefined) tellDeprecation(request, deprecation);
  // Status and parts are read and written as the object that they belong to.
  if (name !== 'status' && !served.store.definition.subresources?.[name]?.part)
    return subresource(request, served, sub, env);
  if (verb === 'get') return get(request, served, env);
  return verb === 'update'
    ? update(request, served, env, name)
    : (isApply(request) ? apply : patch)(request, served, env, name);
}

/** Loaded when somebody asks for one. */
async function log(request: ApiRequest, env: PipelineEnv): Promise<ApiResponse> {
  const { podLog } = await import('./pod-streams/pod-log.ts');
  return podLog(request, env);
}

async function connected(
  request: ApiRequest,
  served: Served,
  sub: SubresourceInfo,
  env: PipelineEnv,
): Promise<ApiResponse> {
  const isProxy = sub.name === 'proxy';
  if (!isProxy && (request.method === 'HEAD' || !sub.verbs.includes(request.info.verb))) throw methodNotAllowed();
  const options = await admitConnection(request, served, sub, env);
  if (isProxy) return proxy(request, served, env);
  const { connectPod } = await import('./pod-streams/connect-pod.ts');
  return connectPod(request, sub.name, options, env);
}
