import { type RunningCluster, type StartOptions, startCluster } from '../../server/index.ts';
import { type Answered, type Asked, ask } from '../support/ask.ts';

/** A cluster that serves Ingresses, and what curl gets from it. */
export interface Edge extends AsyncDisposable {
  readonly cluster: RunningCluster;
  /** @param url with the host that is meant, as after `curl --resolve` */
  get(url: string, asked?: Asked): Promise<Answered>;
  apply(...manifests: readonly string[]): Promise<void>;
}

export async function edge(manifests: readonly string[], options: StartOptions = {}): Promise<Edge> {
  const cluster = await startCluster({ ingressPort: 0, logLevel: 'error', ...options });
  const apply = async (...more: readonly string[]): Promise<void> => {
    await cluster.apply(...more);
    await cluster.settle();
  };
  await apply(...manifests);
  return {
    cluster,
    apply,
    get(url, asked = {}) {
      const { host, origin } = new URL(url);
      return ask(cluster.ingressUrl + url.slice(origin.length), { ...asked, headers: { host, ...asked.headers } });
    },
    [Symbol.asyncDispose]: () => cluster.stop(),
  };
}

/** @param spec of networking.k8s.io/v1; `metadata` besides the name */
export function ingress(name: string, spec: string, metadata = ''): string {
  const more = metadata && `, ${metadata}`;
  return `{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: ${name}${more}}, spec: {${spec}}}`;
}

/** A backend by the name of its service and the name or number of its port. */
export function backend(service: string, port: string | number = 80): string {
  const by = typeof port === 'number' ? 'number' : 'name';
  return `{service: {name: ${service}, port: {${by}: ${port}}}}`;
}

/** One path of a rule. */
export function path(text: string, to: string, pathType = 'Prefix'): string {
  return `{path: ${text}, pathType: ${pathType}, backend: ${to}}`;
}

/** A rule of a host, for all hosts without one. */
export function rule(host: string | undefined, ...paths: readonly string[]): string {
  return `{${host === undefined ? '' : `host: "${host}", `}http: {paths: [${paths.join(', ')}]}}`;
}

export function ingressClass(name: string, controller: string, annotations = ''): string {
  const kind = 'apiVersion: networking.k8s.io/v1, kind: IngressClass';
  return `{${kind}, metadata: {name: ${name}, annotations: {${annotations}}}, spec: {controller: ${controller}}}`;
}

/** What the echo page was asked, as far as tests look. */
export interface Echoed {
  readonly pod: { readonly name: string };
  readonly port: number;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
}

export const echoed = ({ text }: Answered): Echoed => JSON.parse(text) as Echoed;

/** The pod whose echo page it is, or the status. */
export const podOf = (answered: Answered): string =>
  answered.status === 200 ? echoed(answered).pod.name : String(answered.status);
