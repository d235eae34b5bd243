import type { Frozen } from '../base/freeze.ts';
import { type ClusterObjects, SERVICE_NAME } from '../kube/network/cluster-objects.ts';
import type { NodeConnector } from '../kube/node-connector.ts';
import { type Key, keyOf } from '../kube/object.ts';
import type { EndpointSlice, Pod, Service } from '../kube/types.gen.ts';
import type { RegistryEnv } from '../registry/resource.ts';

/** Services and what is behind them, as they are stored right now. */
export class StoredClusterObjects implements ClusterObjects {
  readonly #registry: RegistryEnv;
  readonly #nodes: NodeConnector;

  constructor(registry: RegistryEnv, nodes: NodeConnector) {
    this.#registry = registry;
    this.#nodes = nodes;
  }

  service(key: Key): Frozen<Service> | undefined {
    return this.#registry.find('services', key)?.value as Frozen<Service> | undefined;
  }

  *servicesAt(address: string): Iterable<Frozen<Service>> {
    for (const { value } of this.#registry.list('services')) {
      const service = value as unknown as Frozen<Service>;
      if (service.spec.clusterIPs?.includes(address)) yield service;
    }
  }

  hasNamespace(name: string): boolean {
    return this.#registry.find('namespaces', { namespace: '', name }) !== undefined;
  }

  *slicesOf({ namespace, name }: Key): Iterable<Frozen<EndpointSlice>> {
    for (const slice of this.slicesIn(namespace)) if (slice.metadata.labels?.[SERVICE_NAME] === name) yield slice;
  }

  *slicesIn(namespace: string): Iterable<Frozen<EndpointSlice>> {
    for (const { value } of this.#registry.list('endpointslices.discovery.k8s.io', namespace))
      yield value as unknown as Frozen<EndpointSlice>;
  }

  podAt(address: string): Key | undefined {
    for (const { value } of this.#registry.list('pods')) {
      const { status, spec } = value as unknown as Frozen<Pod>;
      const key = keyOf(value);
      if (status.podIP === address && !spec.hostNetwork && this.#nodes.pod(key)) return key;
    }
    return undefined;
  }
}
