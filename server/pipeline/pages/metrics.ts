/** GET /metrics: what is counted, as Prometheus reads it. Health checks have a page of their own, /metrics/slis. */
import { constants, gzipSync } from 'node:zlib';
import { type MetricFamily, metricsText } from '../../base/metrics-text.ts';
import { objectFamilies } from '../metrics/object-metrics.ts';
import { processFamilies } from '../metrics/process-metrics.ts';
import { workQueueFamilies } from '../metrics/work-queue-metrics.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';
import { acceptsGzip } from './accept.ts';

const TEXT = 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores';

/** Whatever the method, upstream answers with the page; DELETE forgets what was counted. */
export function metricsPage(request: ApiRequest, env: PipelineEnv): ApiResponse | undefined {
  const { info, method } = request;
  const isOfHealth = info.path === '/metrics/slis';
  if (info.path !== '/metrics' && !isOfHealth) return undefined;
  if (method === 'DELETE') {
    (isOfHealth ? env.checks : env.requests).reset();
    if (!isOfHealth) {
      env.admission.resetMetrics?.();
      env.aggregation.resetMetrics();
    }
    return { type: 'bytes', status: 200, mediaType: 'text/plain; charset=utf-8', body: 'metrics reset\n' };
  }
  const body = metricsText(isOfHealth ? env.checks.families() : everything(env));
  if (!acceptsGzip(request)) return { type: 'bytes', status: 200, mediaType: TEXT, body };
  const gzip = gzipSync(body, { level: constants.Z_BEST_SPEED });
  return { type: 'bytes', status: 200, mediaType: TEXT, body: gzip, headers: { 'content-encoding': 'gzip' } };
}

function everything(env: PipelineEnv): MetricFamily[] {
  return [
    ...env.requests.families(),
    ...(env.admission.families?.() ?? []),
    ...env.aggregation.families(),
    ...objectFamilies(env.catalog),
    ...workQueueFamilies(env.workQueues()),
    ...processFamilies(),
  ];
}
