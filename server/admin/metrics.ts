/** `/-/metrics`: what pods and others are said to use. */
import type { SimulatedMetrics } from '../cluster/simulated-metrics.ts';
import { readToldMetric } from '../cluster/told-metrics.ts';
import { badRequest } from '../kube/api-error.ts';
import { type AdminRoute, type AdminSchema, schema } from './route.ts';
import type { AdminTarget } from './target.ts';

function simulated({ metrics }: AdminTarget): SimulatedMetrics {
  if (metrics) return metrics;
  throw badRequest('metrics are not simulated: start the cluster with --simulated-metrics');
}

const texts = (description: string): AdminSchema => ({
  type: 'object',
  additionalProperties: { type: 'string' },
  description,
});

const TOLD = schema.object({
  namespace: schema.text('of the pods, the object or the autoscaler; default unless given'),
  selector: schema.text('which pods, such as app=web; all of the namespace unless given. Kinds resource and pods'),
  usage: texts('what each of the pods uses: {"cpu": "250m"}. Kind resource'),
  metric: schema.text('its name. Kinds pods, object and external'),
  labels: texts('of the metric, by which autoscalers select'),
  object: texts('kind, name and, where it matters, apiVersion. Kind object'),
  value: schema.text('a quantity; without it, or without usage, what was told is taken back'),
});

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
    description: 'KIND is resource, pods, object or external; the answer is what was told, with its kind.',
    body: TOLD,
    answer: TOLD,
    handle: async (target, { params: { kind = '' }, body }) => {
      const metrics = simulated(target);
      const metric = readToldMetric(kind, await body());
      metrics.tell(metric);
      return metric;
    },
  },
];
