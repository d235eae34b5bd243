import { request } from 'node:http';
import { type RunningCluster, type StartOptions, startCluster } from '../../server/index.ts';
import { type Answered, ask, readKubeconfig } from '../support/ask.ts';

export type Asked = NonNullable<Parameters<typeof ask>[1]>;

export interface AdminCluster extends AsyncDisposable {
  readonly cluster: RunningCluster;
  /** Asks with the certificate of the generated kubeconfig. */
  admin(method: string, path: string, body?: object): Promise<Answered>;
  /** Asks without credentials, or with those given. */
  anyone(path: string, asked?: Asked): Promise<Answered>;
}

export async function adminCluster(options: StartOptions = {}): Promise<AdminCluster> {
  const cluster = await startCluster({ logLevel: 'error', httpPort: 0, proxyPort: 0, nodes: 1, ...options });
  const credentials = readKubeconfig(cluster.kubeconfig());
  return {
    cluster,
    admin: (method, path, body) =>
      ask(cluster.url + path, { method, credentials, ...(body && { body: JSON.stringify(body) }) }),
    anyone: (path, asked) => ask(cluster.url + path, asked),
    [Symbol.asyncDispose]: () => cluster.stop(),
  };
}

/** The status of one request over plain HTTP, with headers exactly as given: none is added. */
export function statusOf(url: string, path: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, path, headers, agent: false, setHost: false }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    });
    outgoing.once('error', reject);
    outgoing.end();
  });
}
