import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, forbiddenField, invalid, notSupported, required } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import { contains, parseCidr } from '../../kube/ip-addresses.ts';
import { portNameProblems } from '../../kube/names.ts';
import type { IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { cidrProblems, cidrWarnings } from '../shared/ip-rules.ts';
import { portNumberProblems } from '../shared/name-rules.ts';
import { selectorCell } from '../shared/selector-columns.ts';
import { selectorProblems } from '../shared/selector-rules.ts';

interface Leniency {
  /** The stored pod selector is invalid already. */
  readonly labels: boolean;
  /** CIDRs that the stored policy has. */
  readonly cidrs: readonly string[];
}

interface Rule {
  readonly path: string;
  readonly ports: Frozen<NetworkPolicyPort[]>;
  readonly peers: readonly { readonly path: string; readonly peer: Frozen<NetworkPolicyPeer> }[];
}

/** Rules of both directions in one form. */
function rulesOf({ spec }: Frozen<NetworkPolicy>): Rule[] {
  const rule = (
    path: string,
    field: string,
    ports: Rule['ports'] = [],
    peers: Frozen<NetworkPolicyPeer[]> = [],
  ): Rule => ({
    path,
    ports,
    peers: peers.map((peer, i) => ({ path: `${path}.${field}[${i}]`, peer })),
  });
  return [
    ...(spec.ingress ?? []).map(({ ports, from }, i) => rule(`spec.ingress[${i}]`, 'from', ports, from)),
    ...(spec.egress ?? []).map(({ ports, to }, i) => rule(`spec.egress[${i}]`, 'to', ports, to)),
  ];
}

function validate(policy: Frozen<NetworkPolicy>, old?: Frozen<NetworkPolicy>): FieldProblem[] {
  const blocks = old ? rulesOf(old).flatMap(({ peers }) => peers.flatMap(({ peer }) => peer.ipBlock ?? [])) : [];
  const lenient: Leniency = {
    labels: old !== undefined && selectorProblems(old.spec.podSelector, '').length > 0,
    cidrs: blocks.flatMap(({ cidr, except = [] }) => [cidr, ...except]),
  };
  const rules = rulesOf(policy);
  return [
    ...selectorProblems(policy.spec.podSelector, 'spec.podSelector', lenient.labels),
    ...rules.flatMap(({ path, ports, peers }) => [
      ...ports.flatMap((port, i) => portProblems(port, `${path}.ports[${i}]`)),
      ...peers.flatMap((item) => peerProblems(item.peer, item.path, lenient)),
    ]),
    ...typeProblems(policy.spec.policyTypes ?? []),
    // Declarative upstream.
    ...rules.flatMap(({ peers }) =>
      peers.flatMap(({ path, peer }) => (peer.ipBlock?.cidr === '' ? [required(`${path}.ipBlock.cidr`)] : [])),
    ),
  ];
}

function typeProblems(types: readonly string[]): FieldProblem[] {
  const allowed = ['Ingress', 'Egress'];
  if (types.length > 2) return [invalid('spec.policyTypes', types, 'may not specify more than two policyTypes')];
  return types.flatMap((type, i) =>
    allowed.includes(type) ? [] : [notSupported(`spec.policyTypes[${i}]`, type, allowed)],
  );
}

function portProblems({ protocol, port, endPort }: Frozen<NetworkPolicyPort>, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const protocols = ['TCP', 'UDP', 'SCTP'];
  if (protocol !== undefined && !protocols.includes(protocol)) {
    problems.push(notSupported(`${path}.protocol`, protocol, protocols));
  }
  if (typeof port === 'number') {
    problems.push(...portNumberProblems(`${path}.port`, port));
    if (endPort === undefined) return problems;
    if (endPort < port) problems.push(invalid(`${path}.endPort`, endPort, 'must be greater than or equal to `port`'));
    return [...problems, ...portNumberProblems(`${path}.endPort`, endPort)];
  }
  if (endPort !== undefined) {
    const why = port === undefined ? 'is not specified' : 'is non-numeric';
    problems.push(invalid(`${path}.endPort`, endPort, `may not be specified when \`port\` ${why}`));
  }
  if (port === undefined) return problems;
  return [...problems, ...portNameProblems(port).map((detail) => invalid(`${path}.port`, port, detail))];
}

function peerProblems(peer: Frozen<NetworkPolicyPeer>, path: string, lenient: Leniency): FieldProblem[] {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  if (!podSelector && !namespaceSelector && !ipBlock) return [required(path, 'must specify a peer')];
  const problems = [
    ...selectorProblems(podSelector, `${path}.podSelector`, lenient.labels),
    ...selectorProblems(namespaceSelector, `${path}.namespaceSelector`, lenient.labels),
  ];
  if (!ipBlock) return problems;
  problems.push(...blockProblems(ipBlock, `${path}.ipBlock`, lenient.cidrs));
  if (podSelector || namespaceSelector)
    problems.push(forbiddenField(path, 'may not specify both ipBlock and another peer'));
  return problems;
}

function blockProblems({ cidr, except = [] }: Frozen<IPBlock>, path: string, known: readonly string[]): FieldProblem[] {
  if (cidr === '') return [];
  const problems = cidrProblems(`${path}.cidr`, cidr, known);
  const block = parseCidr(cidr);
  if (!block) return problems;
  for (const [i, text] of except.entries()) {
    const at = `${path}.except[${i}]`;
    problems.push(...cidrProblems(at, text, known));
    const inner = parseCidr(text);
    if (!inner || (contains(block, inner) && inner.prefixLength > block.prefixLength)) continue;
    problems.push(invalid(at, text, 'must be a strict subset of `cidr`'));
  }
  return problems;
}

function warnings(policy: Frozen<NetworkPolicy>): string[] {
  return rulesOf(policy).flatMap(({ peers }) =>
    peers.flatMap(({ path, peer: { ipBlock } }) =>
      ipBlock
        ? [
            ...cidrWarnings(`${path}.ipBlock.cidr`, ipBlock.cidr),
            ...(ipBlock.except ?? []).flatMap((text, i) => cidrWarnings(`${path}.ipBlock.except[${i}]`, text)),
          ]
        : [],
    ),
  );
}

export const definition: ResourceDefinition<NetworkPolicy> = {
  resource: 'networkpolicies.networking.k8s.io',
  fillDefaults({ spec }) {
    for (const { ports } of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) {
      for (const port of ports ?? []) port.protocol ??= 'TCP';
    }
    if (!spec.policyTypes?.length) spec.policyTypes = spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress'];
  },
  checksEnums: true,
  validate,
  warnings,
  generation: ({ spec }) => spec,
  cells: ({ metadata, spec }, nowMs) => [
    metadata.name,
    selectorCell(spec.podSelector),
    since(metadata.creationTimestamp, nowMs),
  ],
};
