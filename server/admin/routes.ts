/** What is served below `/-/`: controls that no real cluster has. */
import type { PodScripts } from '../cluster/pod-scripts.ts';
import type { SimulatedMetrics } from '../cluster/simulated-metrics.ts';
import { readToldMetric } from '../cluster/told-metrics.ts';
import { ApiError, badRequest, methodNotAllowed, unknownPath } from '../kube/api-error.ts';
import type { FidelityReport } from '../pipeline/fidelity/client-requests.ts';
import type { ApiRequest, ApiResponse } from '../pipeline/request.ts';
import { failure } from '../pipeline/stages/recover.ts';
import { type AdminAccess, checkAccess } from './access.ts';
import { type ControllerSwitches, setController, unsetController } from './controllers.ts';
import { answerPods } from './pods.ts';

/** What the routes work on. */
export interface AdminTarget {
  readonly access: AdminAccess;
  kubeconfig(): string;
  reset(): Promise<void>;
  /** What clients have asked for, and how faithfully it was answered. */
  fidelity(): FidelityReport;
  readonly controllers: ControllerSwitches;
  /** Metrics that somebody tells; undefined unless they are simulated. */
  readonly metrics: SimulatedMetrics | undefined;
  /** What pods are told to do. */
  readonly scripts: PodScripts;
}

type Route = (request: ApiRequest, target: AdminTarget, name: string) => Promise<ApiResponse>;

const json = (value: object): ApiResponse => ({ type: 'value', status: 200, value });

const ROUTES: Readonly<Record<string, Route>> = {
  'GET kubeconfig': async (_request, target) => ({
    type: 'bytes',
    status: 200,
    mediaType: 'application/yaml',
    body: target.kubeconfig(),
  }),
  'POST reset': async (_request, target) => {
    await target.reset();
    return json({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' });
  },
  'GET fidelity': async (_request, target) => json(target.fidelity()),
  'GET controllers': async (_request, target) => json({ controllers: target.controllers.list() }),
  'PUT controllers/': async (request, target, name) =>
    json(await setController(target.controllers, name, await readJson(request))),
  'DELETE controllers/': async (request, target, name) =>
    json(await unsetController(target.controllers, name, request.query.get('namespace'))),
  'GET metrics': async (_request, target) => json({ metrics: simulated(target).told }),
  'PUT metrics/': async (request, target, kind) => {
    const metrics = simulated(target);
    const metric = readToldMetric(kind, await readJson(request));
    metrics.tell(metric);
    return json(metric);
  },
};

function simulated({ metrics }: AdminTarget): SimulatedMetrics {
  if (metrics) return metrics;
  throw badRequest('metrics are not simulated: start the cluster with --simulated-metrics');
}

async function readJson(request: ApiRequest): Promise<Record<string, unknown>> {
  const body = await request.body();
  try {
    const value: unknown = 'bytes' in body ? JSON.parse(body.bytes.toString()) : body.object;
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // told below
  }
  throw badRequest('the body has to be a JSON object');
}

/** Whether a request is for these routes, however its path is written. */
export function isAdminRequest({ info }: ApiRequest): boolean {
  return info.segments[0] === '-';
}

/** Answers a request below `/-/`; whoever may not is told so before anything else is looked at. */
export async function answerAdmin(request: ApiRequest, target: AdminTarget): Promise<ApiResponse> {
  try {
    await checkAccess(request, target.access);
    const [, root = '', name, ...more] = request.info.segments;
    if (root === 'pods')
      return json(await answerPods(request, request.info.segments.slice(2), target.scripts, () => readJson(request)));
    const path = name === undefined ? root : `${root}/`;
    const route =
      more.length === 0 && Object.hasOwn(ROUTES, `${request.method} ${path}`)
        ? ROUTES[`${request.method} ${path}`]
        : undefined;
    if (route) return await route(request, target, name ?? '');
    const otherMethod = Object.keys(ROUTES).some((known) => known.endsWith(` ${path}`));
    throw otherMethod && more.length === 0 ? methodNotAllowed() : unknownPath();
  } catch (error) {
    if (error instanceof ApiError) return failure(error);
    throw error;
  }
}
