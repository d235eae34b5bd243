/** `fauxkube/client`: everything below `/-/`, typed, and the objects of a cluster, over HTTPS with nothing but Node. */
import { readFileSync } from 'node:fs';
import type { Frozen } from '../base/freeze.ts';
import type { KubeObject } from '../kube/object.ts';
import {
  DEFAULT_NAMESPACE,
  findResource,
  type NamedResource,
  type Place,
  parseTarget,
  resourcePath,
  type Selection,
  unknownResource,
} from '../kube/resource-argument.ts';
import type { AdminApi } from './admin-api.gen.ts';
import { discover } from './client/discovery.ts';
import { HttpConnection, RequestError, type Sent } from './client/http.ts';
import { type Connection, readKubeconfig } from './client/kubeconfig.ts';

export type { NamedResource, Place, Selection } from '../kube/resource-argument.ts';
export type { AdminApi } from './admin-api.gen.ts';
export { RequestError, type Sent } from './client/http.ts';
export type { Connection } from './client/kubeconfig.ts';

/** A route below `/-/`: `POST /clusters`. */
export type AdminRoute = keyof AdminApi;

/** What a route takes: nothing has to be said where everything may be left out. */
type Given<R extends AdminRoute> =
  Readonly<Record<never, never>> extends AdminApi[R]['request']
    ? [given?: AdminApi[R]['request']]
    : [given: AdminApi[R]['request']];

/** What a virtual cluster begins with. */
export interface ForkWish {
  /** A DNS label; made up unless given. */
  readonly name?: string;
  /** `fixtures`, `empty`, a savepoint, or a virtual cluster; what this cluster holds just now unless given. */
  readonly from?: string;
  /** A duration after which it goes when nobody uses it: `10m`; never unless given. */
  readonly idleTimeout?: string;
}

const CHANGES = /^(POST|PUT|PATCH)$/;

/**
 * Asks one cluster.
 *
 * @example
 * const client = connect(kubeconfig);
 * const { url } = await client.request('POST /clusters', { body: { name: 'ci-7' } });
 */
export class Client implements AsyncDisposable {
  /** `https://127.0.0.1:6443` */
  readonly url: string;
  readonly #http: HttpConnection;
  /** Who makes virtual clusters. */
  readonly #maker: Client;
  readonly #beginning: string;
  #resources: Promise<readonly NamedResource[]> | undefined;

  constructor(to: Connection, maker?: { readonly client: Client; readonly name: string }) {
    this.url = to.url;
    this.#http = new HttpConnection(to);
    this.#maker = maker?.client ?? this;
    this.#beginning = maker?.name ?? 'main';
  }

  /** Asks for a route below `/-/`. @throws RequestError for an answer that is no success */
  async request<R extends AdminRoute>(route: R, ...[given]: Given<R>): Promise<AdminApi[R]['answer']> {
    const { params = {}, query, body } = (given ?? {}) as Sent & { readonly params?: Readonly<Record<string, string>> };
    const [method = '', path = ''] = route.split(' ');
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
    const sent = body ?? (CHANGES.test(method) ? {} : undefined);
    return this.send(method, `/-${filled}`, { ...(query && { query }), ...(sent !== undefined && { body: sent }) });
  }

  /**
   * Asks for any path of the cluster, as its administrator.
   *
   * @returns what JSON says, and any other answer as a text
   * @throws RequestError for an answer that is no success
   */
  async send<T = unknown>(method: string, path: string, sent: Sent = {}): Promise<T> {
    return (await this.#http.send(method, path, sent)) as T;
  }

  /** A kubeconfig of the administrator. */
  kubeconfig(): Promise<string> {
    return this.request('GET /kubeconfig');
  }

  /** Creates or changes objects: YAML or JSON with any number of documents, or objects. */
  async apply(...manifests: readonly (string | object)[]): Promise<void> {
    for (const manifest of manifests) {
      const body = typeof manifest === 'string' ? manifest : JSON.stringify(manifest);
      await this.request('POST /apply', { body });
    }
  }

  /** Back to how the cluster was when it became ready, fixtures included. */
  async reset(): Promise<void> {
    await this.request('POST /reset');
  }

  /** Resolves when no controller has anything to do any more and every watcher knows everything. */
  async settle(timeoutMs?: number): Promise<void> {
    await this.request('POST /settle', { body: timeoutMs === undefined ? {} : { timeoutSeconds: timeoutMs / 1000 } });
  }

  /** What a word means: `deploy`, `deployments.apps`. @throws Error when nothing has that name */
  async resolve(resource: string): Promise<NamedResource> {
    const known = findResource(await this.#discovered(), resource);
    if (known) return known;
    // A definition may have come since.
    this.#resources = undefined;
    const found = findResource(await this.#discovered(), resource);
    if (found) return found;
    throw unknownResource(resource);
  }

  #discovered(): Promise<readonly NamedResource[]> {
    this.#resources ??= discover(this.#http);
    return this.#resources;
  }

  /** One object: `deployment/web`, `deploy/web`, `deployments.apps/web`; undefined when there is none. */
  async get<T extends object = Frozen<KubeObject>>(
    target: string,
    { namespace = DEFAULT_NAMESPACE }: Place = {},
  ): Promise<T | undefined> {
    const { resource, name } = parseTarget(target);
    const found = await this.resolve(resource);
    try {
      return await this.send<T>('GET', resourcePath(found, found.namespaced ? namespace : '', name));
    } catch (error) {
      if (error instanceof RequestError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** The objects of a resource; those of all namespaces for `''`. */
  async list<T extends object = Frozen<KubeObject>>(
    resource: string,
    { namespace = DEFAULT_NAMESPACE, labelSelector, fieldSelector }: Selection = {},
  ): Promise<readonly T[]> {
    const found = await this.resolve(resource);
    const path = resourcePath(found, found.namespaced ? namespace : '');
    const { items } = await this.send<{ items: T[] }>('GET', path, { query: { labelSelector, fieldSelector } });
    const type = {
      kind: found.kind,
      apiVersion: found.group === '' ? found.version : `${found.group}/${found.version}`,
    };
    // Items of a list do not say what they are.
    return items.map((item) => ({ ...type, ...item }));
  }

  /** Makes a virtual cluster, with objects, users and revisions of its own. It ends with its `stop()`. */
  async fork({ from = this.#beginning, ...wish }: ForkWish = {}): Promise<ForkedClient> {
    const maker = this.#maker;
    const { name, kubeconfig } = await maker.request('POST /clusters', { body: { ...wish, from } });
    return new ForkedClient(name, kubeconfig, maker);
  }

  /** Ends the connections; the cluster goes on. */
  close(): void {
    this.#http.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}

/** Asks a virtual cluster, and ends it. */
export class ForkedClient extends Client {
  readonly name: string;
  readonly #kubeconfig: string;
  readonly #server: Client;

  constructor(name: string, kubeconfig: string, server: Client) {
    super(readKubeconfig(kubeconfig), { client: server, name });
    this.name = name;
    this.#kubeconfig = kubeconfig;
    this.#server = server;
  }

  override async kubeconfig(): Promise<string> {
    return this.#kubeconfig;
  }

  /** Ends the virtual cluster, and every watch of it. */
  async stop(): Promise<void> {
    this.close();
    try {
      await this.#server.request('DELETE /clusters/{name}', { params: { name: this.name } });
    } catch (error) {
      // It may have been idle for too long.
      if (!(error instanceof RequestError && error.status === 404)) throw error;
    }
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/**
 * Connects to a cluster that runs already.
 *
 * @param to the text of a kubeconfig, or what would stand in it; the file that `KUBECONFIG` names unless given
 * @throws Error when it does not say how to reach a cluster
 */
export function connect(to: string | Connection = currentKubeconfig()): Client {
  const connection = typeof to === 'string' ? readKubeconfig(to) : { ...to, url: to.url.replace(/\/+$/, '') };
  return new Client(connection);
}

function currentKubeconfig(): string {
  const file = process.env.KUBECONFIG;
  if (file === undefined || file === '') throw new Error('KUBECONFIG is not set: say connect(kubeconfig)');
  return readFileSync(file, 'utf8');
}
