import { posix } from 'node:path';
import { badRequest, methodNotAllowed, notImplemented } from '../../kube/api-error.ts';
import { goQuote } from '../../kube/go-quote.ts';
import type { Served } from '../../registry/catalog.ts';
import { passedBody } from '../passed-body.ts';
import type { PipelineEnv } from '../pipeline.ts';
import { askPod, endToEnd, upgradePod } from '../pod-http.ts';
import { proxiedAnswer } from '../proxied-answer.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';
import type { Destination } from '../service-traffic.ts';
import { requestKey } from './incoming.ts';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

const SCHEMES = new Set(['', 'http', 'https']);

/** Headers that tell the API server who asks; a pod has no business with them. */
const CREDENTIALS = new Set(['authorization', 'cookie']);

/**
 * `…/services/[scheme:]name[:port]/proxy/…` and `…/pods/[scheme:]name[:port]/proxy/…`: HTTP through the API server.
 */
export async function proxy(request: ApiRequest, served: Served, env: PipelineEnv): Promise<ApiResponse> {
  if (!METHODS.has(request.method)) throw methodNotAllowed();
  const path = pathBelow(request.path);
  const query = request.query.size > 0 ? `?${request.query.toString()}` : '';
  const isUpgrade = request.isUpgrade ?? false;
  const isOfNode = served.info.resource === 'nodes';
  const destination = isOfNode ? undefined : destinationOf(request, served, env);
  if (path === '' && !isUpgrade && (request.method === 'GET' || request.method === 'HEAD')) {
    // Relative links of the page have to stay below the proxy path.
    const headers = { location: `${request.path}/${query}` };
    return { type: 'bytes', status: 301, mediaType: 'text/plain; charset=utf-8', body: '', headers };
  }
  if (!destination) return nodePage(request, served, path, env);
  const headers = passedHeaders(request);
  const asked = { method: request.method, path: (path === '' ? '/' : path) + query, headers };
  const prefix = request.path.slice(0, request.path.length - path.length);
  const passage = { prefix, origin: destination.address, host: request.header('host') ?? '' };
  if (!isUpgrade)
    return proxiedAnswer(await askPod(destination, { ...asked, body: await passedBody(request) }), passage);
  const { response, ...spoken } = await upgradePod(destination, asked, request.header('upgrade') ?? '');
  if (!spoken.socket) return proxiedAnswer(response, passage);
  // Client and pod speak with each other from now on.
  return { type: 'tunnel', status: 101, headers: response.headers, socket: spoken.socket, head: spoken.head };
}

function passedHeaders(request: ApiRequest): Record<string, string | string[]> {
  const headers = endToEnd(request.headers());
  for (const name of Object.keys(headers))
    if (CREDENTIALS.has(name) || name.startsWith('impersonate-')) delete headers[name];
  const { address } = request.peer;
  const before = request.header('x-forwarded-for');
  if (address !== '') headers['x-forwarded-for'] = before === undefined ? address : `${before}, ${address}`;
  headers['x-forwarded-uri'] = posix.normalize(request.path);
  return headers;
}

/** The path as sent, from after `/proxy` on. */
function pathBelow(path: string): string {
  const match = /^\/api\/[^/]+\/(?:namespaces\/[^/]+\/)?[^/]+\/[^/]+\/proxy(\/.*)?$/.exec(path);
  return match?.[1] ?? '';
}

const METRICS_TEXT = 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores';

/** Of what a kubelet serves there are only pages of metrics. @throws ApiError 404, 501 */
async function nodePage(request: ApiRequest, served: Served, path: string, env: PipelineEnv): Promise<ApiResponse> {
  const parts = requestKey(request, served).name.split(':');
  const [name = ''] = parts.length === 3 ? parts.slice(1) : parts;
  served.store.get({ namespace: '', name });
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const body = isRead ? await env.nodePage?.(name, path) : undefined;
  if (body === undefined) throw notImplemented(`nodes/proxy of ${path}`);
  return { type: 'bytes', status: 200, mediaType: METRICS_TEXT, body };
}

function destinationOf(request: ApiRequest, served: Served, env: PipelineEnv): Destination {
  const { namespace, name } = requestKey(request, served);
  const { resource } = served.info;
  const parts = name.split(':');
  // One part is the name, two are name and port, three are scheme, name and port.
  const [scheme = '', id = '', port = ''] = parts.length === 3 ? parts : ['', ...parts];
  if (parts.length > 3 || id === '' || !SCHEMES.has(scheme))
    throw badRequest(`invalid ${served.info.singular} request ${goQuote(name)}`);
  const isSecret = scheme === 'https';
  const key = { namespace, name: id };
  if (resource === 'services') return { ...env.traffic.proxiedService(key, port), isSecret };
  if (resource === 'pods') return { ...env.traffic.pod(key, port, isSecret ? 443 : 80), isSecret };
  throw notImplemented(`${resource}/proxy`);
}
