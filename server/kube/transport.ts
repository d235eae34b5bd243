import type { Cancel } from '../base/clock.ts';
import type { Frozen } from '../base/freeze.ts';
import type { Key, KubeObject } from './object.ts';

/** A resource with its version, as a URL has it: `v1/pods`, `apps/v1/deployments`. */
export type ResourceId = string;

export interface ClientRequest {
  readonly verb: 'get' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';
  readonly resource: ResourceId;
  /** Of a create and of a deletecollection, only the namespace counts. */
  readonly key: Key;
  readonly subresource?: string;
  readonly body?: object;
  readonly patchType?: 'json' | 'merge' | 'strategic' | 'apply';
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
  /** Nothing happened up to this resource version that has not been told. */
  bookmark?(resourceVersion: string): void;
  end(expired: boolean): void;
}

/** A resource as one version serves it: what discovery says about it. */
export interface ServedResource {
  readonly id: ResourceId;
  readonly group: string;
  readonly version: string;
  /** The plural. */
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  /** Whether this is the version for those who do not care about versions. */
  readonly preferred: boolean;
}

/** Receives the changes of all resources. `end` is the last call. */
export interface EverythingObserver {
  event(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: Frozen<KubeObject>): void;
  /** Everything that existed at the start has been told. */
  synced(): void;
  /** The stream cannot go on. What happened since is only found by beginning anew. */
  end(): void;
}

/**
 * The one door to a cluster, for one user. Answers are frozen; errors are `ApiError`.
 *
 * @example
 * const pod = await transport.send({ verb: 'get', resource: 'v1/pods', key: { namespace: 'default', name: 'web' } });
 */
export interface Transport {
  /** A deletecollection is answered with a list that leaves out its items. */
  send(request: ClientRequest): Promise<Frozen<KubeObject>>;
  list(request: CollectionRequest): Promise<Page>;
  /** Events after `resourceVersion`. */
  watch(request: CollectionRequest & { resourceVersion: string }, observer: TransportObserver): Cancel;
  /** Everything that the cluster serves right now. */
  resources(): Promise<readonly ServedResource[]>;
  /** Group versions (`metrics.k8s.io/v1beta1`) whose server does not tell what it serves. */
  undiscovered(): Promise<readonly string[]>;
  /**
   * The objects of all resources that can be listed and watched, each once and in its stored version: first those that
   * exist unless `existing` is false, then every change. Only kind, apiVersion and metadata can be relied on. Changes
   * of one resource come in their order; those of different resources need not.
   */
  watchAll(options: { readonly existing: boolean }, observer: EverythingObserver): Cancel;
}
