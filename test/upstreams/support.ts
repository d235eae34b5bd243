import { createServer, type RequestListener, type Server } from 'node:http';
import { type LoopbackServer, listenOnLoopback } from '../support/loopback-server.ts';

/** A real server beside the cluster. */
export interface Outside extends LoopbackServer, AsyncDisposable {
  readonly server: Server;
  readonly requests: string[];
  /** `127.0.0.1:PORT` */
  readonly address: string;
}

/** One that says what it was asked, unless it is to do something else. */
export async function outside(answer?: RequestListener): Promise<Outside> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (answer) answer(request, response);
    else response.end(`real ${request.method} ${request.url} for ${request.headers.host}\n`);
  });
  const listening = await listenOnLoopback(server);
  return {
    ...listening,
    server,
    requests,
    address: `127.0.0.1:${listening.port}`,
    [Symbol.asyncDispose]: listening.close,
  };
}

/** A pod labelled `app: NAME` whose ports lead to servers. @param ports of its container */
export function bound(name: string, upstreams: string, ports = '{name: http, containerPort: 80}', spec = ''): string {
  const metadata = `{name: ${name}, labels: {app: ${name}}, annotations: {fauxkube.dev/upstreams: "${upstreams}"}}`;
  const container = `{name: c, image: example/app, ports: [${ports}]${spec && `, ${spec}`}}`;
  return `{apiVersion: v1, kind: Pod, metadata: ${metadata}, spec: {containers: [${container}]}}`;
}
