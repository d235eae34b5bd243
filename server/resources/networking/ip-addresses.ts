import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { type FieldProblem, immutable, invalid, required } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import { formatIp, parseIp } from '../../kube/ip-addresses.ts';
import { dnsSubdomainProblems, pathSegmentProblems } from '../../kube/names.ts';
import type { IPAddress, ParentReference } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';

const PATH = 'spec.parentRef';

/** Names are addresses in canonical form (ValidateIPAddressName). */
function nameProblems(name: string): string[] {
  const address = parseIp(name);
  if (!address) return ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];
  if (address.leadingZeros) return ['must not have leading 0s'];
  if (address.mapped) return ['must not be an IPv4-mapped IPv6 address'];
  return formatIp(address) === name ? [] : [`must be in canonical form ("${formatIp(address)}")`];
}

function validate({ spec: { parentRef } }: Frozen<IPAddress>, old?: Frozen<IPAddress>): FieldProblem[] {
  const problems = parentRef ? parentProblems(parentRef) : [];
  // What follows is declarative upstream.
  if (!parentRef) return [...problems, required(PATH)];
  for (const field of ['resource', 'name'] as const) if (!parentRef[field]) problems.push(required(`${PATH}.${field}`));
  if (old && !deepEqual(parentRef, old.spec.parentRef)) problems.push(immutable(PATH, null));
  return problems;
}

function parentProblems({
  group = '',
  resource = '',
  name = '',
  namespace = '',
}: Frozen<ParentReference>): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const check = (field: string, text: string, rules: (text: string) => string[]): void => {
    for (const detail of text === '' ? [] : rules(text)) problems.push(invalid(`${PATH}.${field}`, text, detail));
  };
  check('group', group, dnsSubdomainProblems);
  check('resource', resource, pathSegmentProblems);
  check('name', name, pathSegmentProblems);
  check('namespace', namespace, pathSegmentProblems);
  return problems;
}

function parentCell(parent: Frozen<ParentReference> | undefined): string {
  if (!parent) return '<none>';
  const { group = '', resource = '', namespace = '', name = '' } = parent;
  const kind = (group === '' ? resource : `${resource}.${group}`).toLowerCase();
  return `${kind}${namespace === '' ? '' : `/${namespace}`}/${name}`;
}

export const definition: ResourceDefinition<IPAddress> = {
  resource: 'ipaddresses.networking.k8s.io',
  rechecksGenerateName: true,
  nameProblems,
  validate,
  // Three cells for two columns: upstream declares no column for the age.
  cells: ({ metadata, spec }, nowMs) => [
    metadata.name,
    parentCell(spec.parentRef),
    since(metadata.creationTimestamp, nowMs),
  ],
};
