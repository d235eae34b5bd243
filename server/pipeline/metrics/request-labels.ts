/** How metrics call a request: k8s.io/apiserver/pkg/endpoints/metrics. */
import type { ResourceInfo } from '../../schema/type-table.ts';
import type { ApiRequest } from '../request.ts';
import { isApply } from '../write-options.ts';

/** Subresources that are connections. */
const CONNECTIONS = new Set(['attach', 'exec', 'log', 'portforward', 'proxy']);

/** Whether a request is for one object, a namespace or everything (CleanScope). */
export function scopeOf({ info: { name, verb, namespace } }: ApiRequest): string {
  if (name !== '' || verb === 'create') return 'resource';
  return namespace === '' ? 'cluster' : 'namespace';
}

/** The verb of a request for a resource (cleanVerb): the method, but for what GET and PATCH mean besides. */
export function verbOf(request: ApiRequest): string {
  const { info, method } = request;
  if (CONNECTIONS.has(info.subresource)) return 'CONNECT';
  if (info.verb === 'watch' || info.verb === 'list') return info.verb === 'watch' ? 'WATCH' : 'LIST';
  if (method === 'HEAD') return 'GET';
  return isApply(request) ? 'APPLY' : method;
}

/** Labels that all metrics about requests for a resource have. */
export function requestLabels(
  { group, version, resource }: ResourceInfo,
  subresource: string,
  verb: string,
  scope: string,
): Record<string, string> {
  return { component: 'apiserver', group, version, resource, scope, subresource, verb };
}

/** Labels of the pages that are counted; the others are not, as upstream. */
export function pageLabels(path: string): Record<string, string> | undefined {
  const empty = { group: '', version: '', resource: '', scope: '', verb: 'GET' };
  if (path === '/api' || path === '/apis') return { ...empty, component: 'apiserver', subresource: path.slice(1) };
  if (path === '/healthz' || path === '/livez' || path === '/readyz')
    return { ...empty, component: '', subresource: path };
  if (path === '/openapi/v2') return { ...empty, component: '', subresource: 'openapi/v2' };
  return path === '/openapi/v3' || path.startsWith('/openapi/v3/')
    ? { ...empty, component: '', subresource: 'openapi/v3' }
    : undefined;
}
