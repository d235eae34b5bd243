import type { Cancel } from '../base/clock.ts';
import type { Frozen } from '../base/freeze.ts';
import type { Key, KubeObject } from './object.ts';

/** A resource with its version, as a URL has it: `v1/pods`, `apps/v1/deployments`. */
export type ResourceId = string;

export interface ClientRequest {
  readonly verb: 'get' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';
  readonly resource: ResourceId;
  /** Of a create, only the namespace counts. */
  readonly key: Key;
  readonly subresource?: string;
  readonly body?: object;
  readonly patchType?: 'json' | 'merge' | 'strategic';
  readonly query?: Readonly<Record<string, string>>;
}

export interface CollectionRequest {
  readonly resource: ResourceId;
  /** '' is all namespaces. */
  readonly namespace: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface Page {
  readonly items: readonly Frozen<KubeObject>[];
  readonly resourceVersion: string;
}

/** Receives a watch. `end` is the last call: with an error when the stream cannot go on from where it is. */
export interface TransportObserver {
  event(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: Frozen<KubeObject>): void;
  end(expired: boolean): void;
}

/**
 * The one door to a cluster, for one user. Answers are frozen; errors are `ApiError`.
 *
 * @example
 * const pod = await transport.send({ verb: 'get', resource: 'v1/pods', key: { namespace: 'default', name: 'web' } });
 */
export interface Transport {
  send(request: ClientRequest): Promise<Frozen<KubeObject>>;
  list(request: CollectionRequest): Promise<Page>;
  /** Events after `resourceVersion`. */
  watch(request: CollectionRequest & { resourceVersion: string }, observer: TransportObserver): Cancel;
}
