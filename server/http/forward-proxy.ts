import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { ApiError } from '../kube/api-error.ts';
import { askPod, endToEnd } from '../pipeline/pod-http.ts';
import type { ServiceTraffic } from '../pipeline/service-traffic.ts';
import { tunnel } from './forward-tunnel.ts';
import { type ListeningServer, listen } from './listening-server.ts';
import { passAnswer } from './pass-answer.ts';

const NOT_OURS =
  'fauxkube: this proxy only leads to services and pods of the cluster, and there is none of this name: use SERVICE ' +
  '(in the namespace default), SERVICE.NAMESPACE, SERVICE.NAMESPACE.svc.cluster.local, or an address\n';

/** An HTTP proxy into the cluster: `http_proxy=http://127.0.0.1:6480 curl my-service`. It leads nowhere else. */
export async function startForwardProxy(options: {
  host: string;
  port: number;
  traffic: ServiceTraffic;
}): Promise<ListeningServer> {
  const server = createServer((request, response) => {
    forward(request, response, options.traffic).catch((error: unknown) => refuse(response, error));
  });
  server.on('connect', (request, socket, head) => {
    const { traffic } = options;
    tunnel(request.url ?? '', socket, head, { traffic, elsewhere: NOT_OURS }).catch(() => socket.destroy());
  });
  return listen(server, options);
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent) response.destroy();
  else if (error instanceof ApiError)
    plain(response, error.code === 404 ? 403 : error.code, `fauxkube: ${error.message}\n`);
  else plain(response, 502, `fauxkube: ${(error as Error).message}\n`);
}

async function forward(request: IncomingMessage, response: ServerResponse, traffic: ServiceTraffic): Promise<void> {
  const url = absoluteUrl(request.url ?? '');
  if (!url) {
    plain(
      response,
      400,
      'fauxkube: this is an HTTP proxy: set http_proxy, or ask for a whole URL such as http://my-service/\n',
    );
    return;
  }
  const destination = traffic.host(url.hostname, url.port === '' ? 80 : Number(url.port));
  if (!destination) {
    plain(response, 403, NOT_OURS);
    return;
  }
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
  const headers = { ...endToEnd(request.headers), host: url.host };
  const answer = await askPod(destination, {
    method: request.method ?? 'GET',
    path: url.pathname + url.search,
    headers,
    ...((length !== '0' || encoding !== undefined) && { body: request }),
  });
  passAnswer(answer, response);
}

function absoluteUrl(text: string): URL | undefined {
  if (!/^http:\/\//i.test(text)) return undefined;
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
