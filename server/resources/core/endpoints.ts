import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { type FieldProblem, invalid, notSupported, required } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import { dnsLabelProblems, dnsSubdomainProblems, qualifiedNameProblems } from '../../kube/names.ts';
import type { EndpointAddress, EndpointPort, EndpointSubset, Endpoints } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { endpointIpProblems, ipProblems, ipWarnings } from '../shared/ip-rules.ts';
import { portNumberProblems } from '../shared/name-rules.ts';

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const MANAGED_BY = 'endpoints.kubernetes.io/managed-by';
const CONTROLLER = 'endpoint-controller';
const SHOWN_MAX = 3;

function subsetProblems(
  { addresses = [], notReadyAddresses = [], ports = [] }: Frozen<EndpointSubset>,
  path: string,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (addresses.length + notReadyAddresses.length === 0) {
    problems.push(required(path, 'must specify `addresses` or `notReadyAddresses`'));
  }
  return [
    ...problems,
    ...addresses.flatMap((address, i) => addressProblems(address, `${path}.addresses[${i}]`)),
    ...notReadyAddresses.flatMap((address, i) => addressProblems(address, `${path}.notReadyAddresses[${i}]`)),
    ...ports.flatMap((port, i) => portProblems(port, ports.length > 1, `${path}.ports[${i}]`)),
  ];
}

function addressProblems({ ip, hostname, nodeName }: Frozen<EndpointAddress>, path: string): FieldProblem[] {
  const problems = ipProblems(`${path}.ip`, ip);
  for (const detail of hostname ? dnsLabelProblems(hostname) : [])
    problems.push(invalid(`${path}.hostname`, hostname, detail));
  for (const detail of nodeName === undefined ? [] : dnsSubdomainProblems(nodeName)) {
    problems.push(invalid(`${path}.nodeName`, nodeName, detail));
  }
  return [...problems, ...endpointIpProblems(`${path}.ip`, ip)];
}

function portProblems(
  { name = '', port, protocol = '', appProtocol }: Frozen<EndpointPort>,
  needsName: boolean,
  path: string,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (name !== '') for (const detail of dnsLabelProblems(name)) problems.push(invalid(`${path}.name`, name, detail));
  else if (needsName) problems.push(required(`${path}.name`));
  problems.push(...portNumberProblems(`${path}.port`, port));
  if (!PROTOCOLS.includes(protocol)) problems.push(notSupported(`${path}.protocol`, protocol, PROTOCOLS));
  for (const detail of appProtocol === undefined ? [] : qualifiedNameProblems(appProtocol)) {
    problems.push(invalid(`${path}.appProtocol`, appProtocol, detail));
  }
  return problems;
}

function validate({ subsets }: Frozen<Endpoints>, old?: Frozen<Endpoints>): FieldProblem[] {
  const problems = (subsets ?? []).flatMap((subset, i) => subsetProblems(subset, `subsets[${i}]`));
  // What was stored before a rule existed may stay as it is.
  return problems.length > 0 && old && deepEqual(subsets, old.subsets) ? [] : problems;
}

function warnings({ metadata, subsets }: Frozen<Endpoints>): string[] {
  if (metadata.labels?.[MANAGED_BY] === CONTROLLER) return [];
  return (subsets ?? []).flatMap(({ addresses = [], notReadyAddresses = [] }, i) => [
    ...addresses.flatMap(({ ip }, j) => ipWarnings(`subsets[${i}].addresses[${j}].ip`, ip)),
    ...notReadyAddresses.flatMap(({ ip }, j) => ipWarnings(`subsets[${i}].notReadyAddresses[${j}].ip`, ip)),
  ]);
}

/** The first addresses with their ports, and how many more there are. */
function endpointsCell(subsets: Frozen<Endpoints>['subsets']): string {
  if (!subsets?.length) return '<none>';
  const all = subsets.flatMap(({ addresses = [], ports = [] }) => {
    if (ports.length === 0) return addresses.map(({ ip }) => ip);
    return ports.flatMap(({ port }) =>
      addresses.map(({ ip }) => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`)),
    );
  });
  const shown = all.slice(0, SHOWN_MAX).join(',');
  return all.length > SHOWN_MAX ? `${shown} + ${all.length - SHOWN_MAX} more...` : shown;
}

export const definition: ResourceDefinition<Endpoints> = {
  resource: 'endpoints',
  rechecksGenerateName: true,
  deprecation: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  fillDefaults({ subsets }) {
    for (const { ports } of subsets ?? []) for (const port of ports ?? []) port.protocol ||= 'TCP';
  },
  validate,
  checksEnums: true,
  warnings,
  createOnUpdate: true,
  cells: ({ metadata, subsets }, nowMs) => [
    metadata.name,
    endpointsCell(subsets),
    since(metadata.creationTimestamp, nowMs),
  ],
};
