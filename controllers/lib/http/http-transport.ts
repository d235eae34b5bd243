import type { Cancel, Clock } from '../../../server/base/clock.ts';
import { deepFreeze, type Frozen } from '../../../server/base/freeze.ts';
import type { Random } from '../../../server/base/random.ts';
import type { KubeObject } from '../../../server/kube/object.ts';
import { METHODS, PATCH_TYPES } from '../../../server/kube/request-words.ts';
import type {
  ClientRequest,
  CollectionRequest,
  EverythingObserver,
  Page,
  ResourceId,
  ServedResource,
  Transport,
  TransportObserver,
} from '../../../server/kube/transport.ts';
import type { Connection, Headers } from './connection.ts';
import { discover } from './discovery.ts';
import { watchOver } from './http-watch.ts';
import { EverythingWatch } from './watch-everything.ts';

/** A watch ends by itself after five to ten minutes, as client-go's do, so that servers can share the load anew. */
const WATCH_SECONDS_MIN = 300;

export interface HttpTransportParts {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly random: Random;
  /** Sent with every request: who asks (`user-agent`), and in whose name (`impersonate-user`). */
  readonly headers: Headers;
}

/** The door to a cluster anywhere: its REST API. */
export class HttpTransport implements Transport {
  readonly #parts: HttpTransportParts;

  constructor(parts: HttpTransportParts) {
    this.#parts = parts;
  }

  async send({ verb, resource, key, subresource, body, patchType, query }: ClientRequest): Promise<Frozen<KubeObject>> {
    const isCollection = verb === 'deletecollection' || (verb === 'create' && subresource === undefined);
    const path = pathOf(resource, key.namespace, isCollection ? '' : key.name, subresource);
    const type = verb === 'patch' ? { 'content-type': PATCH_TYPES[patchType ?? 'strategic'] } : {};
    const answer = await this.#parts.connection.ask({
      method: METHODS[verb],
      path: query ? `${path}?${String(new URLSearchParams(query))}` : path,
      headers: { ...this.#parts.headers, ...type },
      ...(body && { body }),
    });
    if (verb !== 'deletecollection') return deepFreeze(answer as KubeObject) as Frozen<KubeObject>;
    const { metadata } = answer as { metadata?: { resourceVersion?: string } };
    return { metadata: { resourceVersion: metadata?.resourceVersion ?? '' } };
  }

  async list(request: CollectionRequest): Promise<Page> {
    const query = String(selectors(request));
    const path = pathOf(request.resource, request.namespace, '');
    const list = (await this.#parts.connection.ask({
      method: 'GET',
      path: query === '' ? path : `${path}?${query}`,
      headers: this.#parts.headers,
    })) as {
      kind?: string;
      apiVersion?: string;
      metadata?: { resourceVersion?: string };
      items?: KubeObject[] | null;
    };
    const type = { kind: list.kind?.replace(/List$/, '') ?? '', apiVersion: list.apiVersion ?? '' };
    return {
      items: (list.items ?? []).map((item) => deepFreeze({ ...type, ...item }) as Frozen<KubeObject>),
      resourceVersion: list.metadata?.resourceVersion ?? '',
    };
  }

  watch(request: CollectionRequest & { resourceVersion: string }, observer: TransportObserver): Cancel {
    const { connection, headers, random } = this.#parts;
    const query = selectors(request);
    query.set('watch', 'true');
    query.set('resourceVersion', request.resourceVersion);
    query.set('allowWatchBookmarks', 'true');
    query.set('timeoutSeconds', String(Math.floor(WATCH_SECONDS_MIN * (1 + random.fraction()))));
    const path = `${pathOf(request.resource, request.namespace, '')}?${String(query)}`;
    return watchOver(connection, { method: 'GET', path, headers }, observer);
  }

  async resources(): Promise<readonly ServedResource[]> {
    return (await discover(this.#parts.connection, this.#parts.headers)).resources;
  }

  async undiscovered(): Promise<readonly string[]> {
    return (await discover(this.#parts.connection, this.#parts.headers)).undiscovered;
  }

  watchAll({ existing }: { readonly existing: boolean }, observer: EverythingObserver): Cancel {
    const watch = new EverythingWatch(this, this.#parts.clock, observer);
    void watch.start(existing);
    return () => watch.stop();
  }
}

function pathOf(resource: ResourceId, namespace: string, name: string, subresource = ''): string {
  const parts = resource.split('/');
  const root = parts.length === 2 ? `/api/${parts[0]}` : `/apis/${parts[0]}/${parts[1]}`;
  const scope = namespace === '' ? root : `${root}/namespaces/${encodeURIComponent(namespace)}`;
  const collection = `${scope}/${parts.at(-1)}`;
  const object = name === '' ? collection : `${collection}/${encodeURIComponent(name)}`;
  return subresource === '' ? object : `${object}/${subresource}`;
}

function selectors({ labelSelector, fieldSelector }: CollectionRequest): URLSearchParams {
  const query = new URLSearchParams();
  if (labelSelector) query.set('labelSelector', labelSelector);
  if (fieldSelector) query.set('fieldSelector', fieldSelector);
  return query;
}
