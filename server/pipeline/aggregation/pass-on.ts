/** Passes requests on to the server that serves their group version (kube-aggregator, proxyHandler). */
import type { OutboundStream, OutboundStreamRequest } from '../../kube/outbound.ts';
import { passedBody } from '../passed-body.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';
import type { RemoteApi } from './aggregation.ts';
import { answeredHeaders, encodedPath, impersonating, passedHeaders } from './remote-headers.ts';

/** Clients ask every server what it serves; one without an answer must not keep them (aggregatedDiscoveryTimeout). */
const DISCOVERY_TIMEOUT_MS = 5000;
/** `/apis/group/version` */
const DISCOVERY_SEGMENTS = 3;

/** `http.Error` */
export function plainError(status: number, text: string): ApiResponse {
  const headers = { 'x-content-type-options': 'nosniff' };
  return { type: 'bytes', status, mediaType: 'text/plain; charset=utf-8', body: `${text}\n`, headers };
}

const UNAVAILABLE = plainError(503, 'service unavailable');

/** The answer of the server that serves what is asked for. Whether the client may ask is settled already. */
export async function passOn(request: ApiRequest, remote: RemoteApi, env: PipelineEnv): Promise<ApiResponse> {
  const target = targetOf(request, remote, env);
  if (!target) return UNAVAILABLE;
  const { outbound } = env.aggregation;
  try {
    if (request.isUpgrade) return await tunnel(request, target, env);
    const body = await passedBody(request);
    const length = Buffer.isBuffer(body) ? { 'content-length': String(body.length) } : {};
    const answer = await outbound.open({
      ...target,
      headers: { ...target.headers, ...length },
      ...(body && { body }),
      ...(isDiscovery(request) && { timeoutMs: DISCOVERY_TIMEOUT_MS }),
    });
    return answerOf(answer);
  } catch (error) {
    if ((error as Error).name !== 'OutboundError') throw error;
    return plainError(503, `${request.isUpgrade ? '' : 'error trying to reach service: '}${(error as Error).message}`);
  }
}

const isDiscovery = ({ info }: ApiRequest): boolean => !info.isResource && info.segments.length === DISCOVERY_SEGMENTS;

function targetOf(request: ApiRequest, remote: RemoteApi, env: PipelineEnv): OutboundStreamRequest | undefined {
  if (!remote.isAvailable) return undefined;
  let origin: string;
  try {
    origin = remote.origin();
  } catch (err) {
    env.log.debug({ err, group: remote.group, version: remote.version }, 'a service could not be resolved');
    return undefined;
  }
  const path = encodedPath(request.info.path);
  const { host } = new URL(origin);
  const passage = { host, path, isOfProxy: (name: string) => env.aggregation.isProxyHeader(name) };
  const passed = passedHeaders(request, passage);
  const headers = remote.isAlike ? impersonating(passed) : passed;
  const { method } = request;
  return { ...remote.connection(), method, url: `${origin}${path}${queryOf(request.query)}`, headers };
}

/** Go writes parameters in the order of their names. */
function queryOf(query: URLSearchParams): string {
  if (query.size === 0) return '';
  const sorted = new URLSearchParams(query);
  sorted.sort();
  return `?${sorted.toString()}`;
}

const MISDIRECTED = 'the backend attempted to redirect this request, which is not permitted';

function answerOf({ status, headers, body }: OutboundStream): ApiResponse {
  if (status >= 300 && status <= 399 && headers.location !== undefined) {
    body.destroy();
    return { type: 'bytes', status: 502, mediaType: 'text/plain; charset=utf-8', body: MISDIRECTED };
  }
  return { type: 'proxied', status, headers: answeredHeaders(headers), body, abort: () => body.destroy() };
}

/** Both sides speak another protocol from now on, unless the server does not want to. */
async function tunnel(request: ApiRequest, target: OutboundStreamRequest, env: PipelineEnv): Promise<ApiResponse> {
  const upgrade = request.header('upgrade') ?? '';
  const headers = { ...target.headers, connection: 'Upgrade', upgrade };
  const answer = await env.aggregation.outbound.upgrade({ ...target, headers });
  if (answer.tunnel) return { type: 'tunnel', status: answer.status, headers: answer.headers, ...answer.tunnel };
  if (answer.status >= 400) return answerOf(answer);
  answer.body.destroy();
  return plainError(503, `invalid upgrade response: status code ${answer.status}`);
}
