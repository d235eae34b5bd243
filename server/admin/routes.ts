/** What is served below `/-/`: controls that no real cluster has. */

import { didYouMean } from '../base/near-names.ts';
import { ApiError, badRequest } from '../kube/api-error.ts';
import type { ApiRequest, ApiResponse } from '../pipeline/request.ts';
import { failure } from '../pipeline/stages/recover.ts';
import { checkAccess } from './access.ts';
import { applyRoutes } from './apply.ts';
import { basics } from './basics.ts';
import { clockRoutes } from './clock.ts';
import { clusterRoutes } from './clusters.ts';
import { controllerRoutes } from './controllers.ts';
import { faultRoutes } from './faults.ts';
import { initRoutes } from './init.ts';
import { lintRoutes } from './lint.ts';
import { metricRoutes } from './metrics.ts';
import { openApiOf } from './openapi.ts';
import { podRoutes } from './pods.ts';
import { rbacRoutes } from './rbac.ts';
import { requestRoutes } from './requests.ts';
import { type AdminRoute, isResponse, readJson, schema } from './route.ts';
import { RouteTable } from './route-table.ts';
import { savepointRoutes } from './savepoints.ts';
import { snapshotRoutes } from './snapshot.ts';
import type { AdminTarget } from './target.ts';
import { uiRoutes } from './ui.ts';
import { uiPage } from './ui-page.ts';
import { whyRoutes } from './why.ts';

const description: AdminRoute = {
  method: 'GET',
  path: '/openapi.json',
  summary: 'this description',
  answer: schema.any,
  handle: async () => openApiOf(TABLE.routes),
};

/** Each feature has a file of its own. */
const TABLE = new RouteTable([
  ...basics,
  ...applyRoutes,
  ...clusterRoutes,
  ...controllerRoutes,
  ...faultRoutes,
  ...initRoutes,
  ...metricRoutes,
  ...podRoutes,
  ...clockRoutes,
  ...lintRoutes,
  ...rbacRoutes,
  ...requestRoutes,
  ...whyRoutes,
  ...savepointRoutes,
  ...snapshotRoutes,
  ...uiRoutes,
  description,
]);

/** What there is to ask for. */
export const adminRoutes: readonly AdminRoute[] = TABLE.routes;

/** What kubectl adds to whatever it asks for. */
const OF_EVERY_CLIENT = ['timeout', 'pretty'];

/** @throws ApiError 400 for a parameter that the route does not know: a test would be told something else */
function checkQuery({ query = {} }: AdminRoute, given: URLSearchParams): void {
  for (const name of given.keys()) {
    if (Object.hasOwn(query, name) || OF_EVERY_CLIENT.includes(name)) continue;
    const known = Object.keys(query);
    const others = known.length === 0 ? 'this takes none' : `there are ${known.join(', ')}`;
    throw badRequest(`there is no parameter ${JSON.stringify(name)}; ${others}${didYouMean(name, known)}`);
  }
}

/** Whether a request is for these routes, however its path is written. */
export function isAdminRequest({ info }: ApiRequest): boolean {
  return info.segments[0] === '-';
}

/**
 * Answers a request below `/-/`; whoever may not is told so before anything else is looked at. Only the files of the
 * dashboard are for everybody: nothing of the cluster is in them.
 */
export async function answerAdmin(request: ApiRequest, target: AdminTarget): Promise<ApiResponse> {
  try {
    const page = uiPage(request, target);
    if (page) return page;
    await checkAccess(request, target.access);
    const { route, params } = TABLE.find(request.method, request.info.segments.slice(1));
    checkQuery(route, request.query);
    const answer = await route.handle(target, { request, params, body: () => readJson(request, route) });
    return isResponse(answer) ? answer : { type: 'value', status: 200, value: answer };
  } catch (error) {
    if (error instanceof ApiError) return failure(error);
    throw error;
  }
}
