/** Gives services their addresses and node ports, in upstream's order (pkg/registry/core/service/storage/alloc.go). */
import type { Frozen } from '../../base/freeze.ts';
import { ApiError, internalError } from '../../kube/api-error.ts';
import { invalid, invalidObject } from '../../kube/field-problem.ts';
import type { Service, ServicePort } from '../../kube/types.gen.ts';
import type { Finish, WriteContext } from '../../registry/resource.ts';
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
import { ServiceNumbers } from './service-numbers.ts';

const KIND = { group: '', kind: 'Service' };

/**
 * Allocates for a new service.
 * @throws ApiError 422 when something that was asked for is taken, 500 when a range is full
 */
export function allocateNew(service: Service, context: WriteContext): Finish {
  alignClusterIps(service);
  return allocate(service, context, (numbers) => {
    fillFamilies(service, undefined);
    allocateAddresses(service, numbers);
    if (PORT_TYPES.includes(service.spec.type)) allocateFirstPorts(service, numbers);
    if (needsHealthCheck(service)) allocateHealthCheckPort(service, numbers);
  });
}

/** The same for a change; what the old version does not keep is free as soon as the new one is stored. */
export function allocateChange(service: Service, old: Frozen<Service>, context: WriteContext): Finish {
  fillAllocated(service, old);
  alignClusterIps(service, old);
  return allocate(service, context, (numbers) => {
    fillFamilies(service, old);
    if (!needsClusterIp(old) && needsClusterIp(service) && !keepsFamilies(service, old))
      allocateAddresses(service, numbers);
    if (PORT_TYPES.includes(service.spec.type)) allocateNextPorts(service, old, numbers);
    if (needsHealthCheck(service) && !needsHealthCheck(old)) allocateHealthCheckPort(service, numbers);
  });
}

function allocate(service: Service, context: WriteContext, steps: (numbers: ServiceNumbers) => void): Finish {
  const numbers = new ServiceNumbers(service, context);
  try {
    steps(numbers);
  } catch (error) {
    numbers.finish(false);
    throw error;
  }
  return numbers.finish;
}

/** One address for each family; the cluster has one family. */
function allocateAddresses(service: Service, numbers: ServiceNumbers): void {
  const { spec } = service;
  if (!needsClusterIp(service) || spec.clusterIPs?.[0] === NONE) return;
  const wanted = spec.clusterIPs?.[0];
  if (wanted) numbers.takeAddress(wanted, service);
  const first = wanted || numbers.takeAnyAddress();
  spec.clusterIPs = [first, ...(spec.clusterIPs ?? []).slice(1)];
  spec.clusterIP = first;
}

function takeWanted(service: Service, nodePort: number, index: number, numbers: ServiceNumbers): void {
  const problem = numbers.takePort(nodePort);
  if (problem === undefined) return;
  const problems = [invalid(`spec.ports[${index}].nodePort`, nodePort, problem)];
  throw invalidObject(KIND, service.metadata.name ?? '', problems);
}

function takeAny(numbers: ServiceNumbers): number {
  const nodePort = numbers.takeAnyPort();
  if (nodePort === undefined) throw internalError('failed to allocate a nodePort: range is full');
  return nodePort;
}

/** Ports with the same number, such as 53 for UDP and TCP, share a node port (initNodePorts). */
function allocateFirstPorts(service: Service, numbers: ServiceNumbers): void {
  const ports: ServicePort[] = service.spec.ports ?? [];
  const givenTo = new Map<number, number>();
  for (const [i, port] of ports.entries()) {
    if (!port.nodePort && !allocatesNodePorts(service)) continue;
    const given = givenTo.get(port.port);
    if (given === undefined) {
      const wanted = ports.find((other) => other.port === port.port && other.nodePort)?.nodePort;
      if (wanted) takeWanted(service, wanted, i, numbers);
      port.nodePort = wanted || takeAny(numbers);
      givenTo.set(port.port, port.nodePort);
    } else if (!port.nodePort) port.nodePort = given;
    else if (port.nodePort !== given) takeWanted(service, port.nodePort, i, numbers);
  }
}

/** updateNodePorts: what the service had already needs no allocation. */
function allocateNextPorts(service: Service, old: Frozen<Service>, numbers: ServiceNumbers): void {
  const had = new Set(nodePortsOf(old));
  const used = new Set<string>();
  for (const [i, port] of (service.spec.ports ?? []).entries()) {
    if (!port.nodePort && !allocatesNodePorts(service)) continue;
    if (!port.nodePort) port.nodePort = takeAny(numbers);
    else if (!had.has(port.nodePort)) {
      takeWanted(service, port.nodePort, i, numbers);
      had.add(port.nodePort);
    }
    const pair = `{${port.protocol} ${port.nodePort}}`;
    if (used.has(pair)) throw new ApiError(500, '', `duplicate nodePort: ${pair}`);
    used.add(pair);
  }
}

function allocateHealthCheckPort({ spec }: Service, numbers: ServiceNumbers): void {
  const wanted = spec.healthCheckNodePort;
  const problem = wanted ? numbers.takePort(wanted) : undefined;
  if (problem !== undefined)
    throw internalError(`failed to allocate requested HealthCheck NodePort ${wanted}: ${problem}`);
  const port = wanted || numbers.takeAnyPort();
  if (port === undefined) throw internalError('failed to allocate a HealthCheck NodePort 0: range is full');
  spec.healthCheckNodePort = port;
}
