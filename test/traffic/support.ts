import { type RunningCluster, startCluster } from '../../server/index.ts';
import { type Page, throughProxy } from '../support/proxied.ts';

/** A cluster with a proxy port, and what curl gets through it. */
export interface Traffic extends AsyncDisposable {
  readonly cluster: RunningCluster;
  get(url: string, request?: Parameters<typeof throughProxy>[2]): Promise<Page>;
  /** A field of an object, such as `status.podIP`. */
  field(resource: string, namespace: string, name: string, path: string): Promise<string>;
}

export async function traffic(...manifests: string[]): Promise<Traffic> {
  const cluster = await startCluster({ proxyPort: 0, logLevel: 'error' });
  await cluster.apply(...manifests);
  await cluster.settle();
  return {
    cluster,
    get: (url, request) => throughProxy(cluster.proxyUrl, url, request),
    async field(resource, namespace, name, path) {
      let value: unknown = await cluster.transport().send({ verb: 'get', resource, key: { namespace, name } });
      for (const part of path.split('.')) value = (value as Record<string, unknown>)[part];
      return String(value);
    },
    [Symbol.asyncDispose]: () => cluster.stop(),
  };
}

/** A pod that is labelled `app: NAME`, on ports with names. */
export function pod(
  name: string,
  image: string,
  ports: Readonly<Record<string, number>>,
  namespace = 'default',
): string {
  const list = Object.entries(ports).map(([port, containerPort]) => `{name: ${port}, containerPort: ${containerPort}}`);
  return `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: ${namespace}, labels: {app: ${name}}}
spec:
  containers:
  - {name: main, image: "${image}", ports: [${list.join(', ')}]}
`;
}

/** A service for the pods that are labelled `app: APP`. */
export function service(name: string, app: string, spec: string, namespace = 'default'): string {
  return `
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  selector: {app: ${app}}
  ${spec}
`;
}
