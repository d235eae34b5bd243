import { request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { seededRandom } from '../../server/base/random.ts';
import type { Cluster } from '../../server/cluster/cluster.ts';
import { startHttpServer } from '../../server/http/server.ts';
import { AuditIds } from '../../server/pipeline/audit/audit-ids.ts';
import { testCluster } from './test-cluster.ts';

/** An answer as it came over the wire. */
export interface Exchange {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** Sends one request on a connection of its own; `headers` are all that is sent besides Host. */
export function exchange(
  server: string,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Exchange> {
  const send = server.startsWith('https:') ? secureRequest : plainRequest;
  return new Promise((resolve, reject) => {
    const options = { method, headers, agent: false, rejectUnauthorized: false };
    const outgoing = send(new URL(path, server), options, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) });
      });
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

/** A cluster without users behind a plain HTTP server: everything is allowed. */
export interface PlainServer extends AsyncDisposable {
  readonly cluster: Cluster;
  ask(method: string, path: string, headers?: Readonly<Record<string, string>>): Promise<Exchange>;
}

/** Lets a cluster without users answer over plain HTTP. A fault of the server fails the test. */
export function plainHttp(cluster: Cluster): ReturnType<typeof startHttpServer> {
  return startHttpServer({
    host: '127.0.0.1',
    port: 0,
    answer: (request) => cluster.pipeline.handle(request),
    now: () => cluster.clock.now(),
    auditIds: new AuditIds(seededRandom(1)),
    onFault: (error) => {
      throw error;
    },
  });
}

/** @example await using server = await plainServer(); const { status } = await server.ask('GET', '/healthz'); */
export async function plainServer(): Promise<PlainServer> {
  const started = await testCluster();
  const { cluster } = started;
  const http = await plainHttp(cluster);
  return {
    cluster,
    ask: (method, path, headers) => exchange(`http://127.0.0.1:${http.port}`, method, path, headers),
    async [Symbol.asyncDispose]() {
      await http.close();
      await started.stop();
    },
  };
}
