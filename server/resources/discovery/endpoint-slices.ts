import { deepEqual, type Frozen, getOwn } from '../../base/freeze.ts';
import {
  duplicate,
  type FieldProblem,
  immutable,
  invalid,
  notSupported,
  required,
  tooMany,
} from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import { parseIp } from '../../kube/ip-addresses.ts';
import { dnsLabelProblems, dnsSubdomainProblems, labelValueProblems, qualifiedNameProblems } from '../../kube/names.ts';
import type { DiscoveryV1EndpointPort, Endpoint, EndpointHints, EndpointSlice } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { endpointIpProblems, ipProblems, ipWarnings } from '../shared/ip-rules.ts';
import { qualifiedDomainProblems } from '../shared/name-rules.ts';
import { firstThree } from '../shared/selector-columns.ts';
import { strictIpProblems } from '../shared/strict-ip-rules.ts';

const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const LIMIT = { endpoints: 1000, addresses: 100, ports: 20_000, hints: 8 };
const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
const MANAGERS = ['endpointslice-controller.k8s.io', 'endpointslicemirroring-controller.k8s.io'];

function validate(slice: Frozen<EndpointSlice>, old?: Frozen<EndpointSlice>): FieldProblem[] {
  const { addressType, ports, endpoints } = slice;
  // Endpoints that do not change are not looked at again.
  const changed = !old || !deepEqual(endpoints, old.endpoints);
  const declarative =
    old && addressType !== old.addressType ? [immutable('addressType', null)] : typeProblems(addressType);
  return [
    ...portProblems(ports ?? []),
    ...(changed ? endpointProblems(endpoints ?? [], addressType) : []),
    // What follows is declarative upstream.
    ...declarative,
    ...(changed ? (endpoints ?? []).flatMap(addressCountProblems) : []),
  ];
}

function typeProblems(addressType: string): FieldProblem[] {
  if (addressType === '') return [required('addressType')];
  return ADDRESS_TYPES.includes(addressType) ? [] : [notSupported('addressType', addressType, ADDRESS_TYPES)];
}

function addressCountProblems({ addresses }: Frozen<Endpoint>, i: number): FieldProblem[] {
  const path = `endpoints[${i}].addresses`;
  if (!addresses?.length) return [required(path)];
  return addresses.length > LIMIT.addresses ? [tooMany(path, addresses.length, LIMIT.addresses)] : [];
}

function portProblems(ports: Frozen<DiscoveryV1EndpointPort[]>): FieldProblem[] {
  if (ports.length > LIMIT.ports) return [tooMany('ports', ports.length, LIMIT.ports)];
  const problems: FieldProblem[] = [];
  const names = new Set<string>();
  for (const [i, { name = '', protocol = '', appProtocol }] of ports.entries()) {
    const path = `ports[${i}]`;
    if (name !== '') for (const detail of dnsLabelProblems(name)) problems.push(invalid(`${path}.name`, name, detail));
    if (names.has(name)) problems.push(duplicate(`${path}.name`, name));
    names.add(name);
    if (!PROTOCOLS.includes(protocol)) problems.push(notSupported(`${path}.protocol`, protocol, PROTOCOLS));
    for (const detail of appProtocol === undefined ? [] : qualifiedNameProblems(appProtocol)) {
      problems.push(invalid(`${path}.appProtocol`, appProtocol, detail));
    }
  }
  return problems;
}

function endpointProblems(endpoints: Frozen<Endpoint[]>, addressType: string): FieldProblem[] {
  if (endpoints.length > LIMIT.endpoints) return [tooMany('endpoints', endpoints.length, LIMIT.endpoints)];
  const problems: FieldProblem[] = [];
  for (const [i, { addresses, nodeName, hostname, hints }] of endpoints.entries()) {
    const path = `endpoints[${i}]`;
    for (const [j, address] of (addresses ?? []).entries()) {
      problems.push(...addressProblems(address, addressType, `${path}.addresses`, j));
    }
    for (const detail of nodeName === undefined ? [] : dnsSubdomainProblems(nodeName)) {
      problems.push(invalid(`${path}.nodeName`, nodeName, detail));
    }
    for (const detail of hostname === undefined ? [] : dnsLabelProblems(hostname)) {
      problems.push(invalid(`${path}.hostname`, hostname, detail));
    }
    if (hints) problems.push(...hintProblems(hints, `${path}.hints`));
  }
  return problems;
}

/** The wrong family is reported for the list, everything else for the address: upstream's own inconsistency. */
function addressProblems(address: string, addressType: string, list: string, index: number): FieldProblem[] {
  const path = `${list}[${index}]`;
  if (addressType === 'FQDN') return qualifiedDomainProblems(path, address);
  if (addressType !== 'IPv4' && addressType !== 'IPv6') return [];
  const problems = addressType === 'IPv4' ? ipProblems(path, address) : strictIpProblems(path, address);
  if (problems.length > 0) return problems;
  const fits = parseIp(address)?.family === (addressType === 'IPv4' ? 4 : 6);
  return [
    ...(fits ? [] : [invalid(list, address, `must be an ${addressType} address`)]),
    ...endpointIpProblems(path, address),
  ];
}

function hintProblems({ forZones = [], forNodes = [] }: Frozen<EndpointHints>, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const lists = [
    ['forZones', forZones, labelValueProblems],
    ['forNodes', forNodes, dnsSubdomainProblems],
  ] as const;
  for (const [field, hints, nameProblems] of lists) {
    if (hints.length > LIMIT.hints) return [...problems, tooMany(`${path}.${field}`, hints.length, LIMIT.hints)];
    const names = new Set<string>();
    for (const [i, { name }] of hints.entries()) {
      const at = `${path}.${field}[${i}].name`;
      if (names.has(name)) problems.push(duplicate(at, name));
      names.add(name);
      for (const detail of nameProblems(name)) problems.push(invalid(at, name, detail));
    }
  }
  return problems;
}

function warnings({ metadata, addressType, endpoints }: Frozen<EndpointSlice>, old?: Frozen<EndpointSlice>): string[] {
  const texts = !old && addressType === 'FQDN' ? ['spec.addressType: FQDN endpoints are deprecated'] : [];
  if (MANAGERS.includes(getOwn(metadata.labels, MANAGED_BY) ?? '')) return texts;
  for (const [i, { addresses }] of (endpoints ?? []).entries()) {
    for (const [j, address] of (addresses ?? []).entries()) {
      texts.push(...ipWarnings(`endpoints[${i}].addresses[${j}]`, address));
    }
  }
  return texts;
}

/** The old form of topology is not stored in v1 (dropTopologyOnV1). */
function dropTopology({ endpoints }: EndpointSlice): undefined {
  for (const endpoint of endpoints ?? []) delete endpoint.deprecatedTopology;
  return undefined;
}

export const definition: ResourceDefinition<EndpointSlice> = {
  resource: 'endpointslices.discovery.k8s.io',
  rechecksGenerateName: true,
  fillDefaults({ ports }) {
    for (const port of ports ?? []) {
      port.name ??= '';
      port.protocol ??= 'TCP';
    }
  },
  beforeCreate: dropTopology,
  beforeUpdate: dropTopology,
  checksEnums: true,
  validate,
  warnings,
  generation: ({ metadata, kind: _kind, apiVersion: _apiVersion, ...rest }) => [rest, metadata.labels ?? {}],
  cells: ({ metadata, addressType, ports, endpoints }, nowMs) => [
    metadata.name,
    addressType,
    firstThree((ports ?? []).map(({ name, port }) => String(port ?? name ?? '*'))),
    firstThree((endpoints ?? []).flatMap(({ addresses }) => addresses ?? [])),
    since(metadata.creationTimestamp, nowMs),
  ],
};
