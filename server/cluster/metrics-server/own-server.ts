/** Answers in this process what would go to a metrics-server. */
import { Readable } from 'node:stream';
import { getOwn } from '../../base/freeze.ts';
import type { Outbound } from '../../kube/outbound.ts';
import type { MetricsServer } from './metrics-server.ts';
import { METRICS_SERVICE } from './objects.ts';

const SERVER_NAME = `${METRICS_SERVICE.name}.${METRICS_SERVICE.namespace}.svc`;

/** The way out, but for what is meant for the service of the metrics-server. */
export function withMetricsServer(outbound: Outbound, server: () => MetricsServer): Outbound {
  return {
    call: (request) => outbound.call(request),
    upgrade: (request) => outbound.upgrade(request),
    async open(request) {
      if (request.serverName !== SERVER_NAME) return outbound.open(request);
      const { pathname, searchParams } = new URL(request.url);
      const accept = String(getOwn(request.headers, 'accept') ?? '');
      const { method = 'GET' } = request;
      const answer = await server().answer({ method, path: pathname, query: searchParams, accept });
      const body = Buffer.from(JSON.stringify(answer.body));
      const headers = { 'content-type': answer.mediaType, 'content-length': String(body.length) };
      return { status: answer.status, headers, body: Readable.from([body]) };
    },
  };
}
