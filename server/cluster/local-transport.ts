import type { Cancel } from '../base/clock.ts';
import type { Frozen } from '../base/freeze.ts';
import { RecentMap } from '../base/recent-map.ts';
import { ApiError, type Status } from '../kube/api-error.ts';
import type { KubeObject, User } from '../kube/object.ts';
import { METHODS, PATCH_TYPES } from '../kube/request-words.ts';
import type {
  ClientRequest,
  CollectionRequest,
  EverythingObserver,
  Page,
  ResourceId,
  ServedResource,
  Transport,
  TransportObserver,
} from '../kube/transport.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { type ApiResponse, servedValue } from '../pipeline/request.ts';
import { LocalRequest } from './local-request.ts';

const NO_QUERY = new URLSearchParams();

/** About as many as there are resources in a cluster. */
const ROOTS_MAX = 512;
/** Where a resource is, by what it is called. */
const roots = new RecentMap<ResourceId, { readonly root: string; readonly plural: string }>(ROOTS_MAX);

function rootOf(resource: ResourceId): { readonly root: string; readonly plural: string } {
  const parts = resource.split('/');
  const root = parts.length === 2 ? `/api/${parts[0]}` : `/apis/${parts[0]}/${parts[1]}`;
  const found = { root, plural: parts.at(-1) ?? '' };
  roots.set(resource, found);
  return found;
}

function pathOf(resource: ResourceId, namespace: string, name: string, subresource = ''): string {
  const { root, plural } = roots.get(resource) ?? rootOf(resource);
  const scope = namespace === '' ? root : `${root}/namespaces/${namespace}`;
  const object = name === '' ? `${scope}/${plural}` : `${scope}/${plural}/${encodeURIComponent(name)}`;
  return subresource === '' ? object : `${object}/${subresource}`;
}

/** A client in the same process: the whole pipeline but the socket, and objects instead of bytes. */
export class LocalTransport implements Transport {
  readonly #pipeline: Pipeline;
  readonly #user: User;
  readonly #headers: Readonly<Record<string, string>>;
  /** Those of a patch, by its type. */
  readonly #patchHeaders = new Map<string, Readonly<Record<string, string>>>();
  readonly #isOwn: boolean;

  /**
   * @param agent the name that managed fields and events give this client
   * @param isOwn whether a part of the server asks, and not whoever embeds it
   */
  constructor(pipeline: Pipeline, user: User, agent: string, isOwn = true) {
    this.#isOwn = isOwn;
    this.#pipeline = pipeline;
    this.#user = user;
    this.#headers = { 'user-agent': agent };
  }

  async send({ verb, resource, key, subresource, body, patchType, query }: ClientRequest): Promise<Frozen<KubeObject>> {
    const isCollection = verb === 'deletecollection' || (verb === 'create' && subresource === undefined);
    const path = pathOf(resource, key.namespace, isCollection ? '' : key.name, subresource);
    const headers = verb === 'patch' ? this.#headersOf(PATCH_TYPES[patchType ?? 'strategic']) : this.#headers;
    const response = await this.#handle(
      METHODS[verb],
      path,
      query ? new URLSearchParams(query) : NO_QUERY,
      headers,
      body,
    );
    if (response.type === 'object') return servedValue(response.served, response.object);
    if (response.type === 'value') return response.value as Frozen<KubeObject>;
    if (response.type === 'list') return { metadata: { resourceVersion: String(response.revision) } };
    throw new Error(`a ${verb} of ${path} was answered with a ${response.type}`);
  }

  async list(request: CollectionRequest): Promise<Page> {
    const response = await this.#handle(
      'GET',
      pathOf(request.resource, request.namespace, ''),
      selectors(request),
      this.#headers,
      undefined,
    );
    if (response.type === 'value') return pageOf(response.value);
    if (response.type !== 'list') throw new Error(`a list of ${request.resource} was answered with a ${response.type}`);
    const { served, items, revision } = response;
    return { items: items.map((item) => servedValue(served, item)), resourceVersion: String(revision) };
  }

  watch(request: CollectionRequest & { resourceVersion: string }, observer: TransportObserver): Cancel {
    let cancel: Cancel | undefined;
    let open = true;
    const query = selectors(request);
    query.set('watch', 'true');
    query.set('resourceVersion', request.resourceVersion);
    const fail = (error: unknown): void => {
      if (open) observer.end(error instanceof ApiError && error.code === 410);
      open = false;
    };
    this.#handle('GET', pathOf(request.resource, request.namespace, ''), query, this.#headers, undefined).then(
      (response) => {
        if (!open) return;
        if (response.type !== 'watch')
          return fail(new Error(`a watch of ${request.resource} was answered with a ${response.type}`));
        const { served } = response;
        cancel = response.start({
          events: (batch) => {
            for (const { type, object } of batch) if (open) observer.event(type, servedValue(served, object));
          },
          bookmark: () => undefined,
          error: fail,
          end: () => fail(undefined),
          breakOff: () => fail(undefined),
        });
      },
      fail,
    );
    return () => {
      open = false;
      cancel?.();
    };
  }

  resources(): Promise<readonly ServedResource[]> {
    return this.#pipeline.resources();
  }

  undiscovered(): Promise<readonly string[]> {
    return this.#pipeline.undiscovered();
  }

  watchAll(options: { readonly existing: boolean }, observer: EverythingObserver): Cancel {
    return this.#pipeline.watchAll(this.#user, options, observer);
  }

  #headersOf(patchType: string): Readonly<Record<string, string>> {
    let headers = this.#patchHeaders.get(patchType);
    if (!headers) {
      headers = { ...this.#headers, 'content-type': patchType };
      this.#patchHeaders.set(patchType, headers);
    }
    return headers;
  }

  async #handle(
    method: string,
    path: string,
    query: URLSearchParams,
    headers: Readonly<Record<string, string>>,
    body: object | undefined,
  ): Promise<ApiResponse> {
    const answer = await this.#pipeline.handleAs(
      new LocalRequest({
        method,
        path,
        query,
        user: this.#user,
        headers,
        body: { object: body },
        isOwn: this.#isOwn,
      }),
    );
    if (answer.type === 'hang-up') throw new Error(`${method} ${path}: the connection broke off`);
    const response = answer.type === 'proxied' || answer.type === 'bytes' ? await objectOf(answer) : answer;
    if (response.type === 'value' && response.status >= 400) throw errorOf(response.value as Status);
    return response;
  }
}

/** What another server has answered, or the proxy in front of it. @throws ApiError when it is no object */
async function objectOf(answer: Extract<ApiResponse, { type: 'proxied' | 'bytes' }>): Promise<ApiResponse> {
  const { status } = answer;
  const chunks: Buffer[] = [];
  if (answer.type === 'bytes') chunks.push(Buffer.from(answer.body));
  else for await (const chunk of answer.body) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  try {
    return { type: 'value', status, value: JSON.parse(text) as object };
  } catch {
    throw new ApiError(status < 400 ? 500 : status, status === 503 ? 'ServiceUnavailable' : '', text.trim());
  }
}

/** Items of another server need not say what they are. */
function pageOf(list: object): Page {
  const {
    kind = '',
    apiVersion = '',
    metadata,
    items,
  } = list as {
    kind?: string;
    apiVersion?: string;
    metadata?: { resourceVersion?: string };
    items?: readonly Frozen<KubeObject>[] | null;
  };
  const type = { kind: kind.replace(/List$/, ''), apiVersion };
  return {
    items: (items ?? []).map((item) => ({ ...type, ...item })),
    resourceVersion: metadata?.resourceVersion ?? '',
  };
}

function errorOf(status: Status): ApiError {
  return new ApiError(status.code ?? 500, status.reason ?? '', status.message ?? '', status.details);
}

function selectors({ labelSelector, fieldSelector }: CollectionRequest): URLSearchParams {
  const query = new URLSearchParams();
  if (labelSelector) query.set('labelSelector', labelSelector);
  if (fieldSelector) query.set('fieldSelector', fieldSelector);
  return query;
}
