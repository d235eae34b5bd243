/** What a service of a type has or can have: discriminators of the union that ServiceSpec is. */
import { deepEqual, type Frozen } from '../../base/freeze.ts';
import type { Service } from '../../kube/types.gen.ts';

type Some = Frozen<Service>;

export const NONE = 'None';
export const PORT_TYPES: readonly (string | undefined)[] = ['NodePort', 'LoadBalancer'];

export function needsClusterIp({ spec }: Some): boolean {
  return spec.type !== 'ExternalName';
}

export function isHeadless({ spec }: Some): boolean {
  return spec.clusterIPs?.length === 1 && spec.clusterIPs[0] === NONE;
}

/** Whether traffic from outside the cluster reaches it through nodes. */
export function isExternallyAccessible({ spec }: Some): boolean {
  return PORT_TYPES.includes(spec.type) || (spec.type === 'ClusterIP' && (spec.externalIPs?.length ?? 0) > 0);
}

/** Whether load balancers have to ask nodes if they have endpoints. */
export function needsHealthCheck({ spec }: Some): boolean {
  return spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';
}

/** Whether ports without a node port get one. */
export function allocatesNodePorts({ spec }: Some): boolean {
  return spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
}

export function nodePortsOf({ spec }: Some): number[] {
  return (spec.ports ?? []).flatMap(({ nodePort }) => (nodePort ? [nodePort] : []));
}

/** Every port of the nodes that the service occupies. */
export function occupiedPorts(service: Some): number[] {
  const { healthCheckNodePort } = service.spec;
  return [...nodePortsOf(service), ...(healthCheckNodePort ? [healthCheckNodePort] : [])];
}

export function sameClusterIps(a: Some, b: Some): boolean {
  return deepEqual(a.spec.clusterIPs ?? [], b.spec.clusterIPs ?? []);
}

export function sameFamilies(a: Some, b: Some): boolean {
  return deepEqual(a.spec.ipFamilies ?? [], b.spec.ipFamilies ?? []);
}
