/**
 * What a change of a service leaves out or leaves behind: clients may send again what they sent first, without the
 * values that were allocated, and may change the type without clearing what the old one needed.
 */
import type { Frozen } from '../../base/freeze.ts';
import type { Service } from '../../kube/types.gen.ts';
import {
  allocatesNodePorts,
  isExternallyAccessible,
  needsClusterIp,
  needsHealthCheck,
  nodePortsOf,
  PORT_TYPES,
  sameClusterIps,
  sameFamilies,
} from './service-kinds.ts';

/** Fills in what was allocated before (patchAllocatedValues). */
export function fillAllocated(service: Service, old: Frozen<Service>): void {
  const { spec } = service;
  const before = old.spec;
  if (needsClusterIp(old) && needsClusterIp(service)) {
    if (!spec.clusterIP && before.clusterIP) spec.clusterIP = before.clusterIP;
    if (!spec.clusterIPs?.length && before.clusterIPs?.length) spec.clusterIPs = [...before.clusterIPs];
  }
  if (allocatesNodePorts(old) && allocatesNodePorts(service)) fillNodePorts(service, old);
  if (needsHealthCheck(old) && needsHealthCheck(service) && !spec.healthCheckNodePort && before.healthCheckNodePort) {
    spec.healthCheckNodePort = before.healthCheckNodePort;
  }
}

/** A port keeps its node port by its name, unless another port has it now. */
function fillNodePorts(service: Service, old: Frozen<Service>): void {
  const now = new Set(nodePortsOf(service));
  const byName = new Map((old.spec.ports ?? []).map(({ name = '', nodePort }) => [name, nodePort]));
  for (const port of service.spec.ports ?? []) {
    const nodePort = port.nodePort ? undefined : byName.get(port.name ?? '');
    if (nodePort && !now.has(nodePort)) port.nodePort = nodePort;
  }
}

/** Makes the field with one address and the one with several agree (normalizeClusterIPs). */
export function alignClusterIps(service: Service, old?: Frozen<Service>): void {
  const { spec } = service;
  const { clusterIP = '' } = spec;
  if (!old) {
    if (clusterIP !== '' && !spec.clusterIPs?.length) spec.clusterIPs = [clusterIP];
    return;
  }
  const { clusterIP: before = '', clusterIPs: severalBefore = [] } = old.spec;
  if (clusterIP === before) {
    if (severalBefore.length > 0 && !spec.clusterIPs?.length) spec.clusterIPs = [...severalBefore];
  } else if (sameClusterIps(old, service)) {
    if (clusterIP === '') delete spec.clusterIPs;
    else spec.clusterIPs = [clusterIP];
  }
}

/** Drops what the type does not have any more and the client did not change (dropTypeDependentFields). */
export function dropLeftovers(service: Service, old: Frozen<Service>): void {
  const { spec } = service;
  const before = old.spec;
  if (needsClusterIp(old) && !needsClusterIp(service)) {
    if (sameClusterIps(old, service) && (spec.clusterIP ?? '') === (before.clusterIP ?? '')) {
      delete spec.clusterIP;
      delete spec.clusterIPs;
    }
    if (sameFamilies(old, service)) delete spec.ipFamilies;
    if (spec.ipFamilyPolicy === before.ipFamilyPolicy) delete spec.ipFamilyPolicy;
  }
  if (PORT_TYPES.includes(before.type) && !PORT_TYPES.includes(spec.type) && hasNoNewNodePort(service, old)) {
    for (const port of spec.ports ?? []) delete port.nodePort;
  }
  if (needsHealthCheck(old) && !needsHealthCheck(service) && spec.healthCheckNodePort === before.healthCheckNodePort) {
    delete spec.healthCheckNodePort;
  }
  if (before.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    if (spec.allocateLoadBalancerNodePorts === before.allocateLoadBalancerNodePorts)
      delete spec.allocateLoadBalancerNodePorts;
    if (spec.loadBalancerClass === before.loadBalancerClass) delete spec.loadBalancerClass;
  }
  const isHidden = isExternallyAccessible(old) && !isExternallyAccessible(service);
  if (isHidden && spec.externalTrafficPolicy === before.externalTrafficPolicy) delete spec.externalTrafficPolicy;
  if (spec.type !== 'LoadBalancer') service.status = { ...service.status, loadBalancer: {} };
}

function hasNoNewNodePort(service: Service, old: Frozen<Service>): boolean {
  const before = nodePortsOf(old);
  return nodePortsOf(service).every((port) => before.includes(port));
}
