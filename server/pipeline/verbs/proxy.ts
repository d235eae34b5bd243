import type { IncomingMessage } from 'node:http';
import { badRequest, methodNotAllowed, notImplemented } from '../../kube/api-error.ts';
import type { Served } from '../../registry/catalog.ts';
import type { PipelineEnv } from '../pipeline.ts';
import { askPod, endToEnd, type UpgradeAnswer, upgradePod } from '../pod-http.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';
import type { Destination } from '../service-traffic.ts';
import { requestKey } from './incoming.ts';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

const SCHEMES = new Set(['', 'http', 'https']);

/** Headers that tell the API server who asks; a pod has no business with them. */
const CREDENTIALS = new Set(['authorization', 'cookie']);

/** `…/services/[scheme:]name[:port]/proxy/…` and `…/pods/name[:port]/proxy/…`: HTTP through the API server. */
export async function proxy(request: ApiRequest, served: Served, env: PipelineEnv): Promise<ApiResponse> {
  if (!METHODS.has(request.method)) throw methodNotAllowed();
  const path = pathBelow(request.path);
  const query = request.query.size > 0 ? `?${request.query.toString()}` : '';
  const isUpgrade = request.isUpgrade ?? false;
  if (path === '' && !isUpgrade && (request.method === 'GET' || request.method === 'HEAD')) {
    // Relative links of the page have to stay below the proxy path.
    const headers = { location: `${request.path}/${query}` };
    return { type: 'bytes', status: 301, mediaType: 'text/plain; charset=utf-8', body: '', headers };
  }
  const destination = destinationOf(request, served, env);
  const headers = endToEnd(request.headers());
  for (const name of Object.keys(headers))
    if (CREDENTIALS.has(name) || name.startsWith('impersonate-')) delete headers[name];
  const asked = { method: request.method, path: (path === '' ? '/' : path) + query, headers };
  if (isUpgrade) return upgraded(await upgradePod(destination, asked, request.header('upgrade') ?? ''));
  const body = await request.body();
  const response = await askPod(destination, { ...asked, body: 'bytes' in body ? body.bytes : Buffer.alloc(0) });
  return proxied(response);
}

function proxied(response: IncomingMessage): ApiResponse {
  return { type: 'proxied', status: response.statusCode ?? 502, headers: endToEnd(response.headers), body: response };
}

/** Client and pod speak with each other from now on, if the pod wants to. */
function upgraded(answer: UpgradeAnswer): ApiResponse {
  const { response, socket } = answer;
  if (!socket) return proxied(response);
  return { type: 'tunnel', status: 101, headers: response.headers, socket, head: answer.head };
}

/** The path as sent, from after `/proxy` on. */
function pathBelow(path: string): string {
  const match = /^\/api\/[^/]+\/(?:namespaces\/[^/]+\/)?[^/]+\/[^/]+\/proxy(\/.*)?$/.exec(path);
  return match?.[1] ?? '';
}

function destinationOf(request: ApiRequest, served: Served, env: PipelineEnv): Destination {
  const { namespace, name } = requestKey(request, served);
  const { resource } = served.info;
  const parts = name.split(':');
  // One part is the name, two are name and port, three are scheme, name and port.
  const [scheme = '', id = '', port = ''] = parts.length === 3 ? parts : ['', ...parts];
  if (parts.length > 3 || id === '' || !SCHEMES.has(scheme))
    throw badRequest(`invalid ${served.info.singular} request ${JSON.stringify(name)}`);
  const isSecret = scheme === 'https';
  if (resource === 'services') return { ...env.traffic.service({ namespace, name: id }, port), isSecret };
  if (resource === 'pods') return { ...env.traffic.pod({ namespace, name: id }, port), isSecret };
  served.store.get({ namespace, name: id });
  throw notImplemented(`${resource}/proxy`);
}
