import type { Frozen } from '../../base/freeze.ts';
import type { Key } from '../object.ts';
import type { EndpointSlice, Service } from '../types.gen.ts';

/** The label by which an EndpointSlice belongs to a service. */
export const SERVICE_NAME = 'kubernetes.io/service-name';

/** What whoever finds services and their pods has to know of a cluster, wherever it is kept. */
export interface ClusterObjects {
  service(key: Key): Frozen<Service> | undefined;
  /** Services that have this as one of their cluster IPs. */
  servicesAt(address: string): Iterable<Frozen<Service>>;
  hasNamespace(name: string): boolean;
  /** The slices of a service. */
  slicesOf(service: Key): Iterable<Frozen<EndpointSlice>>;
  /** All slices of a namespace. */
  slicesIn(namespace: string): Iterable<Frozen<EndpointSlice>>;
  /** The pod that has an address of its own. */
  podAt(address: string): Key | undefined;
}

/** Service.Spec.ClusterIP of a service that has no address, only endpoints. */
export const HEADLESS = 'None';
