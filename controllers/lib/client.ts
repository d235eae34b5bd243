import type { Cancel } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import type { Key, KubeObject } from '../../server/kube/object.ts';
import type { EverythingObserver, ResourceId, ServedResource, Transport } from '../../server/kube/transport.ts';

export interface DeleteOptions {
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
}

/**
 * Typed verbs over a transport. Every method throws `ApiError`.
 *
 * @example
 * const pod = await client.create<Pod>('v1/pods', { metadata: { namespace: 'default', name: 'web' }, spec });
 */
export class Client {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async get<T extends KubeObject>(
    resource: ResourceId,
    key: Key,
    subresource?: string,
    query?: Readonly<Record<string, string>>,
  ): Promise<Frozen<T>> {
    return (await this.#transport.send({
      verb: 'get',
      resource,
      key,
      ...(subresource !== undefined && { subresource }),
      ...(query && { query }),
    })) as Frozen<T>;
  }

  /** The namespace is that of the object. `object` may leave out what the server fills in. */
  async create<T extends KubeObject>(
    resource: ResourceId,
    object: KubeObject,
    subresource?: string,
  ): Promise<Frozen<T>> {
    const { namespace = '', name = '' } = object.metadata;
    return (await this.#transport.send({
      verb: 'create',
      resource,
      key: { namespace, name },
      body: object,
      ...(subresource !== undefined && { subresource }),
    })) as Frozen<T>;
  }

  /** Replaces an object; its resourceVersion makes it fail with 409 when somebody else was faster. */
  async update<T extends KubeObject>(
    resource: ResourceId,
    object: T | Frozen<T>,
    subresource?: string,
  ): Promise<Frozen<T>> {
    const { namespace = '', name = '' } = object.metadata;
    return (await this.#transport.send({
      verb: 'update',
      resource,
      key: { namespace, name },
      body: object,
      ...(subresource !== undefined && { subresource }),
    })) as Frozen<T>;
  }

  async patch<T extends KubeObject>(
    resource: ResourceId,
    key: Key,
    patchType: 'json' | 'merge' | 'strategic',
    body: object,
    subresource?: string,
  ): Promise<Frozen<T>> {
    return (await this.#transport.send({
      verb: 'patch',
      resource,
      key,
      patchType,
      body,
      ...(subresource !== undefined && { subresource }),
    })) as Frozen<T>;
  }

  /** Server-side apply, whoever owned the fields before. */
  async apply<T extends KubeObject>(
    resource: ResourceId,
    object: object & KubeObject,
    manager: string,
    subresource?: string,
  ): Promise<Frozen<T>> {
    const { namespace = '', name = '' } = object.metadata;
    return (await this.#transport.send({
      verb: 'patch',
      resource,
      key: { namespace, name },
      patchType: 'apply',
      body: object,
      query: { fieldManager: manager, force: 'true' },
      ...(subresource !== undefined && { subresource }),
    })) as Frozen<T>;
  }

  async delete(resource: ResourceId, key: Key, options: DeleteOptions = {}): Promise<void> {
    await this.#transport.send({ verb: 'delete', resource, key, body: deleteBody(options) });
  }

  /** Deletes every object of a resource in one namespace. */
  async deleteCollection(resource: ResourceId, namespace: string, options: DeleteOptions = {}): Promise<void> {
    const key = { namespace, name: '' };
    await this.#transport.send({ verb: 'deletecollection', resource, key, body: deleteBody(options) });
  }

  /** What is there right now, past all informers; '' is all namespaces. */
  async list<T extends KubeObject>(
    resource: ResourceId,
    namespace = '',
    labelSelector = '',
  ): Promise<readonly Frozen<T>[]> {
    const request = { resource, namespace, ...(labelSelector !== '' && { labelSelector }) };
    return (await this.#transport.list(request)).items as readonly Frozen<T>[];
  }

  resources(): Promise<readonly ServedResource[]> {
    return this.#transport.resources();
  }

  /** Group versions that other servers serve and do not tell about. */
  undiscovered(): Promise<readonly string[]> {
    return this.#transport.undiscovered();
  }

  /** See {@link Transport.watchAll}. */
  watchAll(options: { readonly existing: boolean }, observer: EverythingObserver): Cancel {
    return this.#transport.watchAll(options, observer);
  }
}

function deleteBody({ uid, resourceVersion, ...options }: DeleteOptions): object {
  const preconditions = {
    ...(uid !== undefined && { uid }),
    ...(resourceVersion !== undefined && { resourceVersion }),
  };
  const isConditional = Object.keys(preconditions).length > 0;
  return { kind: 'DeleteOptions', apiVersion: 'v1', ...options, ...(isConditional && { preconditions }) };
}
