/** `/-/ui/session` and `/-/ui/sessions`: how a browser gets into the dashboard. */
import { ApiError, badRequest } from '../kube/api-error.ts';
import { mapping, textIn, WrongField } from '../kube/script-fields.ts';
import { type AdminRoute, SUCCESS, schema } from './route.ts';
import type { AdminTarget } from './target.ts';

const TOKEN = schema.object(
  {
    token: schema.text('good once'),
    path: schema.text('/-/ui/?token=TOKEN: what to open in a browser, below the URL of the server'),
    expires: schema.text('until when'),
  },
  ['token', 'path', 'expires'],
);

/** @throws ApiError 400 */
function clusterIn(body: Record<string, unknown>): string | undefined {
  try {
    return textIn(mapping(body, 'the body', ['cluster']), 'cluster', 'the body').cluster;
  } catch (error) {
    if (error instanceof WrongField) throw badRequest(error.message);
    throw error;
  }
}

async function tokenOf({ clusters, uiSessions }: AdminTarget, name: string | undefined): Promise<object> {
  if (name === undefined) return uiSessions.issue();
  const issued = await clusters?.uiToken(name);
  if (issued) return issued;
  throw new ApiError(404, 'NotFound', `there is no virtual cluster ${JSON.stringify(name)}`, {
    name,
    kind: 'clusters',
  });
}

export const uiRoutes: readonly AdminRoute[] = [
  {
    method: 'POST',
    path: '/ui/sessions',
    summary: 'a token that lets a browser into the dashboard, once',
    body: schema.object({ cluster: schema.text('a virtual cluster whose dashboard it is; this one unless given') }),
    answer: TOKEN,
    handle: async (target, { body, request }) => {
      const cluster = clusterIn(await body());
      const issued = (await tokenOf(target, cluster)) as { token: string };
      const prefix = cluster === undefined ? (request.prefix ?? '') : `/clusters/${cluster}`;
      return { ...issued, path: `${prefix}/-/ui/?token=${issued.token}` };
    },
  },
  {
    method: 'GET',
    path: '/ui/session',
    summary: 'whether whoever asks may use the dashboard: 401 or 403 if not',
    answer: schema.object({ version: schema.text('of Kubernetes'), virtual: schema.flag('a virtual cluster') }),
    handle: async ({ clusters, kubernetesVersion }) => ({
      version: kubernetesVersion,
      virtual: clusters === undefined,
    }),
  },
  {
    method: 'DELETE',
    path: '/ui/session',
    summary: 'end the session of a browser',
    answer: schema.any,
    handle: async ({ uiSessions }, { request }) => ({
      type: 'bytes',
      status: 200,
      mediaType: 'application/json',
      body: JSON.stringify(SUCCESS),
      headers: { 'set-cookie': uiSessions.end(request) },
    }),
  },
];
