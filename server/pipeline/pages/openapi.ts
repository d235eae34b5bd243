/** /openapi/v2 and /openapi/v3: what clients read before they validate, explain and apply. Any method will do. */
import { publishedKinds } from '../../registry/custom/published-kinds.ts';
import { CustomPublication } from '../../schema/openapi/custom-publication.ts';
import { mergedSwagger } from '../../schema/openapi/merge-v2.ts';
import { MESSAGES_V2 } from '../../schema/openapi/messages-v2.ts';
import { Document } from '../../schema/openapi/publication.ts';
import type { ApiService, RemoteSpecs } from '../aggregation/aggregation.ts';
import { sortedGroups } from '../aggregation/group-order.ts';
import { passOn } from '../aggregation/pass-on.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';
import { requestInfo } from '../request-info.ts';
import { acceptsGzip, chooseMediaType } from './accept.ts';
import { exactly, file, type Headers } from './file.ts';

const V3 = '/openapi/v3/';

const JSON_TYPE = 'application/json';
const V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
const V3_PROTOBUF = 'application/com.github.proto-openapi.spec.v3.v1.0+protobuf';
/** With this name of the protobuf no client can parse the header by the book; old clients still send it. */
const V2_PROTOBUF_DEPRECATED = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
const V3_PROTOBUF_DEPRECATED = 'application/com.github.proto-openapi.spec.v3@v1.0+protobuf';

/** gziphandler leaves smaller answers as they are. */
const COMPRESS_FROM_BYTES = 1400;

interface Published {
  readonly documents: CustomPublication;
  generation: number;
  index?: Buffer;
}

/** The documents of several servers, and what they are of. */
interface Merged {
  readonly own: Document;
  readonly generation: number;
  readonly swagger: Document;
}

const merged = new WeakMap<PipelineEnv, Merged>();

/** The document of v2, with what other servers say of themselves. */
async function swaggerOf(env: PipelineEnv): Promise<Document> {
  const { aggregation } = env;
  const own = published(env).swagger;
  if (!aggregation.hasRemotes) return own;
  const specs = await aggregation.specs();
  const { generation } = aggregation;
  const known = merged.get(env);
  if (known?.own === own && known.generation === generation) return known.swagger;
  let json: object | undefined;
  for (const { swagger } of inOrder(specs, aggregation.services()))
    if (swagger) json = mergedSwagger(json ?? (JSON.parse(own.json.toString()) as object), swagger);
  const swagger = json ? new Document(JSON.stringify(json), MESSAGES_V2) : own;
  merged.set(env, { own, generation, swagger });
  return swagger;
}

/** What the most wanted group says is kept as it is (byPriority). */
function inOrder(specs: ReadonlyMap<string, RemoteSpecs>, services: readonly ApiService[]): RemoteSpecs[] {
  return sortedGroups(services)
    .flat()
    .flatMap(({ metadata }) => specs.get(metadata.name ?? '') ?? []);
}

const publications = new WeakMap<PipelineEnv, Published>();

/** The documents of what is served right now. */
function current(env: PipelineEnv): Published {
  const { catalog } = env;
  let known = publications.get(env);
  if (known?.generation === catalog.generation) return known;
  known = { documents: known?.documents ?? new CustomPublication(catalog.table), generation: catalog.generation };
  known.documents.publish(catalog.customKinds().flatMap(publishedKinds));
  publications.set(env, known);
  return known;
}

const published = (env: PipelineEnv): CustomPublication => current(env).documents;

/** When each cluster first published its documents: they are not younger than the first request for one. */
const firstPublished = new WeakMap<PipelineEnv, number>();

function publishedMs(env: PipelineEnv): number {
  let timeMs = firstPublished.get(env);
  if (timeMs === undefined) {
    timeMs = env.registry.clock.now();
    firstPublished.set(env, timeMs);
  }
  return timeMs;
}

export function openapiPage(request: ApiRequest, env: PipelineEnv): Promise<ApiResponse> | ApiResponse | undefined {
  const { path } = request.info;
  const { hasRemotes } = env.aggregation;
  if (path === '/openapi/v2') {
    return hasRemotes
      ? swaggerOf(env).then((found) => swagger(request, env, found))
      : swagger(request, env, published(env).swagger);
  }
  if (path === '/openapi/v3') return hasRemotes ? indexOfAll(request, env) : index(request, env);
  if (!path.startsWith(V3)) return undefined;
  const name = path.slice(V3.length);
  return hasRemotes ? anyDocument(request, name, env) : document(request, name, env);
}

/** What this server says of a group version holds, unless another one serves it. */
const isOwn = (name: string, env: PipelineEnv): boolean => {
  const [root, group = '', version = ''] = name.split('/');
  const remote =
    root === 'apis' ? env.aggregation.remoteFor(requestInfo('GET', `/apis/${group}/${version}`, NO_QUERY)) : undefined;
  return remote === undefined && published(env).has(name);
};

const NO_QUERY = new URLSearchParams();

async function anyDocument(request: ApiRequest, name: string, env: PipelineEnv): Promise<ApiResponse> {
  if (isOwn(name, env)) return document(request, name, env);
  const remote = await env.aggregation.remoteOfDocument(name);
  return remote ? passOn(request, remote, env) : document(request, name, env);
}

async function indexOfAll(request: ApiRequest, env: PipelineEnv): Promise<ApiResponse> {
  const own = paths(published(env), request);
  const remote = [...(await env.aggregation.specs()).values()].flatMap(({ documents }) => [...documents]);
  const all = [...own.filter(([name]) => isOwn(name, env)), ...remote.filter(([name]) => !isOwn(name, env))];
  const sorted = all.sort(([a], [b]) => (a < b ? -1 : 1));
  const bytes = Buffer.from(JSON.stringify({ paths: Object.fromEntries(sorted) }));
  return file(request, { 'content-type': 'text/plain; charset=utf-8' }, bytes, env.registry.clock.now());
}

/** Where the document of this content is, for ever. */
function locationOf(name: string, hash: string, { prefix = '' }: ApiRequest): string {
  return `${prefix}${V3}${name}?hash=${hash}`;
}

/** The list of documents. Upstream's aggregator makes it anew for every request, and without a media type. */
function index(request: ApiRequest, env: PipelineEnv): ApiResponse {
  const known = current(env);
  const made = (): Buffer =>
    Buffer.from(JSON.stringify({ paths: Object.fromEntries(paths(known.documents, request)) }));
  if (!request.prefix) known.index ??= made();
  const bytes = (!request.prefix && known.index) || made();
  return file(request, { 'content-type': 'text/plain; charset=utf-8' }, bytes, env.registry.clock.now());
}

function paths(publication: CustomPublication, request: ApiRequest): [name: string, entry: object][] {
  return publication.names.flatMap((name) => {
    const hash = publication.hashOf(name);
    return hash === undefined ? [] : [[name, { serverRelativeURL: locationOf(name, hash, request) }]];
  });
}

function document(request: ApiRequest, name: string, env: PipelineEnv): ApiResponse {
  const found = published(env).document(name);
  if (!found) return exactly(404, { 'content-length': '0' });
  const chosen = chooseMediaType(request.header('accept'), [JSON_TYPE, V3_PROTOBUF, V3_PROTOBUF_DEPRECATED]);
  if (!chosen) return exactly(406, { vary: 'Accept', 'content-length': '0' });
  const isJson = chosen === JSON_TYPE;
  const headers: Headers = {
    'content-type': isJson ? JSON_TYPE : V3_PROTOBUF,
    etag: `"${found.hash}"`,
    vary: 'Accept',
  };
  const hash = request.query.get('hash') ?? '';
  if (hash !== '' && hash !== found.hash) {
    return exactly(301, { ...headers, location: locationOf(name, found.hash, request), 'content-length': '0' });
  }
  if (hash !== '') Object.assign(headers, immutable(env.registry.clock.now()));
  return file(request, headers, isJson ? found.json : found.protobuf, publishedMs(env));
}

/** A document that is asked for by its hash never changes. */
function immutable(nowMs: number): Headers {
  const expires = new Date(nowMs);
  expires.setUTCFullYear(expires.getUTCFullYear() + 1);
  return { 'cache-control': 'public, immutable', expires: expires.toUTCString().replace('GMT', 'UTC') };
}

function swagger(request: ApiRequest, env: PipelineEnv, found: Document): ApiResponse {
  const vary = ['Accept-Encoding', 'Accept'];
  const chosen = chooseMediaType(request.header('accept'), [JSON_TYPE, V2_PROTOBUF_DEPRECATED, V2_PROTOBUF]);
  if (!chosen) return exactly(406, { vary, 'content-length': '0' });
  const isJson = chosen === JSON_TYPE;
  const bytes = isJson ? found.json : found.protobuf;
  const headers: Headers = { 'content-type': isJson ? JSON_TYPE : V2_PROTOBUF, etag: `"${found.hash}"`, vary };
  const isPart = request.header('range') !== undefined;
  if (!acceptsGzip(request) || isPart || bytes.length < COMPRESS_FROM_BYTES)
    return file(request, headers, bytes, publishedMs(env));
  return file(request, { ...headers, 'content-encoding': 'gzip' }, found.compressed(bytes), publishedMs(env));
}
