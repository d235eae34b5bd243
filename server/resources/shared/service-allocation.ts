/** Gives services their addresses and node ports, in upstream's order (pkg/registry/core/service/storage/alloc.go). */
import type { Frozen } from '../../base/freeze.ts';
import { ApiError, internalError } from '../../kube/api-error.ts';
import { invalid, invalidObject } from '../../kube/field-problem.ts';
import type { Key } from '../../kube/object.ts';
import type { Service, ServicePort } from '../../kube/types.gen.ts';
import type { Finish, WriteContext } from '../../registry/resource.ts';
import { clusterFamilies, ServiceAddresses } from './service-addresses.ts';
import { alignClusterIps, fillAllocated } from './service-changes.ts';
import { fillFamilies, keepsFamilies } from './service-families.ts';
import {
  allocatesNodePorts,
  NONE,
  needsClusterIp,
  needsHealthCheck,
  nodePortsOf,
  PORT_TYPES,
} from './service-kinds.ts';
import { ServicePorts } from './service-ports.ts';

const KIND = { group: '', kind: 'Service' };

/** What one write of a service takes. */
interface Allocation {
  readonly addresses: ServiceAddresses;
  readonly ports: ServicePorts;
}

/**
 * Allocates for a new service.
 * @throws ApiError 422 when something that was asked for is taken, 500 when a range is full
 */
export function allocateNew(service: Service, context: WriteContext): Finish {
  alignClusterIps(service);
  return allocate(service, context, ({ addresses, ports }) => {
    fillFamilies(service, undefined, clusterFamilies(context));
    allocateAddresses(service, addresses);
    if (PORT_TYPES.includes(service.spec.type)) allocateFirstPorts(service, ports);
    if (needsHealthCheck(service)) allocateHealthCheckPort(service, ports);
  });
}

/** The same for a change; what the old version does not keep is free as soon as the new one is stored. */
export function allocateChange(service: Service, old: Frozen<Service>, context: WriteContext): Finish {
  fillAllocated(service, old);
  alignClusterIps(service, old);
  return allocate(service, context, ({ addresses, ports }) => {
    fillFamilies(service, old, clusterFamilies(context));
    if (!keepsFamilies(service, old)) allocateNextAddresses(service, old, addresses);
    if (PORT_TYPES.includes(service.spec.type)) allocateNextPorts(service, old, ports);
    if (needsHealthCheck(service) && !needsHealthCheck(old)) allocateHealthCheckPort(service, ports);
  });
}

function allocate({ metadata }: Service, context: WriteContext, steps: (allocation: Allocation) => void): Finish {
  const holder: Key = { namespace: metadata.namespace ?? '', name: metadata.name ?? '' };
  const [addresses, ports] = [new ServiceAddresses(holder, context), new ServicePorts(holder, context)];
  const finish = (): void => {
    addresses.finish();
    ports.finish();
  };
  try {
    steps({ addresses, ports });
  } catch (error) {
    finish();
    throw error;
  }
  const names = [...addresses.taken.map((address) => `ip/${address}`), ...ports.taken.map((port) => `port/${port}`)];
  return Object.assign(finish, { exclusive: { names, isFree: () => addresses.isFree() && ports.isFree() } });
}

/** The address with this index: that which was asked for, or any. */
function allocateAddress(service: Service, index: number, addresses: ServiceAddresses): void {
  const { spec } = service;
  const family = spec.ipFamilies?.[index] === 'IPv6' ? 'IPv6' : 'IPv4';
  const wanted = spec.clusterIPs?.[index];
  if (wanted) addresses.take(wanted, family, service);
  const address = wanted || addresses.takeAny(family);
  spec.clusterIPs = [...(spec.clusterIPs ?? []).slice(0, index), address, ...(spec.clusterIPs ?? []).slice(index + 1)];
  if (index === 0) spec.clusterIP = address;
}

/** One address for each family of the service (allocClusterIPs). */
function allocateAddresses(service: Service, addresses: ServiceAddresses): void {
  const { spec } = service;
  if (!needsClusterIp(service) || spec.clusterIPs?.[0] === NONE) return;
  for (const index of (spec.ipFamilies ?? []).keys()) allocateAddress(service, index, addresses);
}

/** updateClusterIPs: a second family comes with an address, and one that goes gives its own back. */
function allocateNextAddresses(service: Service, old: Frozen<Service>, addresses: ServiceAddresses): void {
  if (!needsClusterIp(service)) return;
  if (!needsClusterIp(old)) allocateAddresses(service, addresses);
  else if (
    old.spec.clusterIPs?.[0] !== NONE &&
    old.spec.ipFamilies?.length === 1 &&
    service.spec.ipFamilies?.length === 2
  )
    allocateAddress(service, 1, addresses);
}

function takeWanted(service: Service, nodePort: number, index: number, allocator: ServicePorts): void {
  const problem = allocator.take(nodePort);
  if (problem === undefined) return;
  const problems = [invalid(`spec.ports[${index}].nodePort`, nodePort, problem)];
  throw invalidObject(KIND, service.metadata.name ?? '', problems);
}

function takeAny(allocator: ServicePorts): number {
  const nodePort = allocator.takeAny();
  if (nodePort === undefined) throw internalError('failed to allocate a nodePort: range is full');
  return nodePort;
}

/** Ports with the same number, such as 53 for UDP and TCP, share a node port (initNodePorts). */
function allocateFirstPorts(service: Service, allocator: ServicePorts): void {
  const ports: ServicePort[] = service.spec.ports ?? [];
  const givenTo = new Map<number, number>();
  for (const [i, port] of ports.entries()) {
    if (!port.nodePort && !allocatesNodePorts(service)) continue;
    const given = givenTo.get(port.port);
    if (given === undefined) {
      const wanted = ports.find((other) => other.port === port.port && other.nodePort)?.nodePort;
      if (wanted) takeWanted(service, wanted, i, allocator);
      port.nodePort = wanted || takeAny(allocator);
      givenTo.set(port.port, port.nodePort);
    } else if (!port.nodePort) port.nodePort = given;
    else if (port.nodePort !== given) takeWanted(service, port.nodePort, i, allocator);
  }
}

/** updateNodePorts: what the service had already needs no allocation. */
function allocateNextPorts(service: Service, old: Frozen<Service>, allocator: ServicePorts): void {
  const had = new Set(nodePortsOf(old));
  const used = new Set<string>();
  for (const [i, port] of (service.spec.ports ?? []).entries()) {
    if (!port.nodePort && !allocatesNodePorts(service)) continue;
    if (!port.nodePort) port.nodePort = takeAny(allocator);
    else if (!had.has(port.nodePort)) {
      takeWanted(service, port.nodePort, i, allocator);
      had.add(port.nodePort);
    }
    const pair = `{${port.protocol} ${port.nodePort}}`;
    if (used.has(pair)) throw new ApiError(500, '', `duplicate nodePort: ${pair}`);
    used.add(pair);
  }
}

function allocateHealthCheckPort({ spec }: Service, allocator: ServicePorts): void {
  const wanted = spec.healthCheckNodePort;
  const problem = wanted ? allocator.take(wanted) : undefined;
  if (problem !== undefined)
    throw internalError(`failed to allocate requested HealthCheck NodePort ${wanted}: ${problem}`);
  const port = wanted || allocator.takeAny();
  if (port === undefined) throw internalError('failed to allocate a HealthCheck NodePort 0: range is full');
  spec.healthCheckNodePort = port;
}
