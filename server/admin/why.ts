/** `/-/why`: why an object is as it is. */
import { keptElsewhere } from '../cluster/why/elsewhere.ts';
import { resourceNamed, type Why, whyOf } from '../cluster/why/why.ts';
import { whyText } from '../cluster/why/why-text.ts';
import { ApiError, badRequest } from '../kube/api-error.ts';
import type { ApiRequest } from '../pipeline/request.ts';
import { type AdminRoute, schema } from './route.ts';
import type { AdminTarget } from './target.ts';

const QUERY = { format: 'text for people; json unless given' };

const ANSWER = schema.object({
  kind: schema.text('of the object'),
  namespace: schema.text('of the object'),
  name: schema.text('of the object'),
  exists: schema.flag('whether it is there'),
  history: schema.list(schema.any, 'revisions that are kept: time, type, user, manager, changed fields'),
  fields: schema.list(schema.any, 'who manages which fields'),
  owners: schema.list(schema.any, 'whom it belongs to, the nearest first'),
  chain: schema.any,
});

/** @throws ApiError 400, 404, and 501 for what another server keeps */
async function why({ why: parts }: AdminTarget, resource: string, namespace: string, name: string): Promise<Why> {
  const served = resourceNamed(parts.catalog, resource);
  const elsewhere = served ? undefined : await keptElsewhere(resource, name, parts);
  if (elsewhere) throw new ApiError(501, 'NotImplemented', elsewhere.message, { name });
  if (!served) throw new ApiError(404, 'NotFound', `there is no resource ${JSON.stringify(resource)}`);
  const { info } = served;
  if (info.namespaced !== (namespace !== '')) {
    const path = info.namespaced ? 'NAMESPACE/NAME' : 'NAME';
    throw badRequest(`${info.resource} are asked about as /-/why/${info.resource}/${path}`);
  }
  const found = whyOf(served, namespace, name, parts);
  if (found) return found;
  const what = `${info.resource} ${JSON.stringify(name)}`;
  throw new ApiError(404, 'NotFound', `${what} not found, and none of its revisions is kept`, { name });
}

function answer(found: Why, { query }: ApiRequest): object {
  const format = query.get('format') ?? 'json';
  if (format === 'json') return found;
  if (format === 'text')
    return { type: 'bytes', status: 200, mediaType: 'text/plain; charset=utf-8', body: whyText(found) };
  throw badRequest(`format has to be json or text, and is ${JSON.stringify(format)}`);
}

export const whyRoutes: readonly AdminRoute[] = [
  {
    method: 'GET',
    path: '/why/{resource}/{namespace}/{name}',
    summary: 'why an object is as it is: what happened to it, who owns which field, what it owns and how that is',
    query: QUERY,
    answer: ANSWER,
    handle: async (target, { request, params: { resource = '', namespace = '', name = '' } }) =>
      answer(await why(target, resource, namespace, name), request),
  },
  {
    method: 'GET',
    path: '/why/{resource}/{name}',
    summary: 'the same of an object that has no namespace',
    query: QUERY,
    answer: ANSWER,
    handle: async (target, { request, params: { resource = '', name = '' } }) =>
      answer(await why(target, resource, '', name), request),
  },
];
