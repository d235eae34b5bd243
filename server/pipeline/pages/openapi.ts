/** /openapi/v2 and /openapi/v3: what clients read before they validate, explain and apply. Any method will do. */
import { publishedKinds } from '../../registry/custom/published-kinds.ts';
import { CustomPublication } from '../../schema/openapi/custom-publication.ts';
import type { Document } from '../../schema/openapi/publication.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';
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

export function openapiPage(request: ApiRequest, env: PipelineEnv): ApiResponse | undefined {
  const { path } = request.info;
  if (path === '/openapi/v2') return swagger(request, env);
  if (path === '/openapi/v3') return index(request, env);
  return path.startsWith(V3) ? document(request, path.slice(V3.length), env) : undefined;
}

/** Where the document of this content is, for ever. */
function locationOf(name: string, { hash }: Document): string {
  return `${V3}${name}?hash=${hash}`;
}

/** The list of documents. Upstream's aggregator makes it anew for every request, and without a media type. */
function index(request: ApiRequest, env: PipelineEnv): ApiResponse {
  const known = current(env);
  known.index ??= Buffer.from(JSON.stringify({ paths: Object.fromEntries(paths(known.documents)) }));
  return file(request, { 'content-type': 'text/plain; charset=utf-8' }, known.index, env.registry.clock.now());
}

function paths(publication: CustomPublication): [name: string, entry: object][] {
  return publication.names.flatMap((name) => {
    const found = publication.document(name);
    return found ? [[name, { serverRelativeURL: locationOf(name, found) }]] : [];
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
    return exactly(301, { ...headers, location: locationOf(name, found), 'content-length': '0' });
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

function swagger(request: ApiRequest, env: PipelineEnv): ApiResponse {
  const vary = ['Accept-Encoding', 'Accept'];
  const chosen = chooseMediaType(request.header('accept'), [JSON_TYPE, V2_PROTOBUF_DEPRECATED, V2_PROTOBUF]);
  if (!chosen) return exactly(406, { vary, 'content-length': '0' });
  const found = published(env).swagger;
  const isJson = chosen === JSON_TYPE;
  const bytes = isJson ? found.json : found.protobuf;
  const headers: Headers = { 'content-type': isJson ? JSON_TYPE : V2_PROTOBUF, etag: `"${found.hash}"`, vary };
  if (!acceptsGzip(request) || bytes.length < COMPRESS_FROM_BYTES)
    return file(request, headers, bytes, publishedMs(env));
  return file(request, { ...headers, 'content-encoding': 'gzip' }, found.compressed(bytes), publishedMs(env));
}
