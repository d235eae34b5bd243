/** `/-/metrics`: what pods and others are said to use. */
import type { SimulatedMetrics } from '../cluster/simulated-metrics.ts';
import { readToldMetric } from '../cluster/told-metrics.ts';
import { badRequest } from '../kube/api-error.ts';
import { type AdminRoute, schema } from './route.ts';
import type { AdminTarget } from './target.ts';

function simulated({ metrics }: AdminTarget): SimulatedMetrics {
  if (metrics) return metrics;
  throw badRequest('metrics are not simulated: start the cluster with --simulated-metrics');
}

export const metricRoutes: readonly AdminRoute[] = [
  {
    method: 'GET',
    path: '/metrics',
    summary: 'the metrics that somebody has told',
    answer: schema.object({ metrics: schema.list(schema.any) }),
    handle: async (target) => ({ metrics: simulated(target).told }),
  },
  {
    method: 'PUT',
    path: '/metrics/{kind}',
    summary: 'say what pods use, or what a custom or external metric is',
    body: schema.any,
    answer: schema.any,
    handle: async (target, { params: { kind = '' }, body }) => {
      const metrics = simulated(target);
      const metric = readToldMetric(kind, await body());
      metrics.tell(metric);
      return metric;
    },
  },
];
