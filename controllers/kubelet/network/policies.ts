/** Which connections NetworkPolicies let pass: as the API describes it, and as most network plugins do it. */
import type { Frozen } from '../../../server/base/freeze.ts';
import { contains, parseCidr, parseIp } from '../../../server/kube/ip-addresses.ts';
import { type LabelSelectorObject, selectorFromObject, selectorMatches } from '../../../server/kube/labels.ts';
import type { IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from '../../../server/kube/types.gen.ts';

export type Protocol = 'TCP' | 'UDP';

/** One end of a connection. */
export interface FlowEnd {
  readonly address: string;
  /** Absent for nodes, pods in their network, and the world outside: only their addresses count. */
  readonly pod?: PolicyPod | undefined;
}

/** A pod as policies see it. */
export interface PolicyPod {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The number of a named port. */
  portNamed(name: string, protocol: Protocol): number | undefined;
}

export interface Flow {
  readonly from: FlowEnd;
  readonly to: FlowEnd;
  /** Where it arrives, once the address of a service has been replaced. */
  readonly port: number;
  readonly protocol: Protocol;
}

export interface PolicyObjects {
  policiesIn(namespace: string): readonly Frozen<NetworkPolicy>[];
  namespaceLabels(name: string): Readonly<Record<string, string>> | undefined;
}

type Direction = 'Ingress' | 'Egress';

interface Rule {
  readonly ports?: readonly Frozen<NetworkPolicyPort>[] | undefined;
  readonly peers?: readonly Frozen<NetworkPolicyPeer>[] | undefined;
}

/** Whether a connection may be opened. Policies only add to each other: what one of them allows is allowed. */
export function isAllowed(flow: Flow, objects: PolicyObjects): boolean {
  // Nobody can keep a pod from itself.
  if (flow.from.address === flow.to.address) return true;
  return passes('Egress', flow.from, flow.to, flow, objects) && passes('Ingress', flow.to, flow.from, flow, objects);
}

function passes(direction: Direction, subject: FlowEnd, peer: FlowEnd, flow: Flow, objects: PolicyObjects): boolean {
  const { pod } = subject;
  if (!pod) return true;
  const policies = objects
    .policiesIn(pod.namespace)
    .filter(({ spec }) => spec.policyTypes?.includes(direction) && selects(spec.podSelector, pod.labels));
  if (policies.length === 0) return true;
  return policies.some((policy) =>
    rulesOf(policy, direction).some(
      (rule) =>
        (!rule.ports?.length || rule.ports.some((port) => matchesPort(port, flow))) &&
        (!rule.peers?.length || rule.peers.some((wanted) => matchesPeer(wanted, peer, pod.namespace, objects))),
    ),
  );
}

function rulesOf({ spec }: Frozen<NetworkPolicy>, direction: Direction): readonly Rule[] {
  return direction === 'Ingress'
    ? (spec.ingress ?? []).map(({ ports, from }) => ({ ports, peers: from }))
    : (spec.egress ?? []).map(({ ports, to }) => ({ ports, peers: to }));
}

const selects = (selector: LabelSelectorObject, labels: Readonly<Record<string, string>>): boolean =>
  selectorMatches(selectorFromObject(selector), labels);

function matchesPort({ protocol = 'TCP', port, endPort }: Frozen<NetworkPolicyPort>, flow: Flow): boolean {
  if (protocol !== flow.protocol) return false;
  if (port === undefined) return true;
  // Names are those of the pod that is asked, in both directions.
  if (typeof port === 'string') return flow.to.pod?.portNamed(port, flow.protocol) === flow.port;
  return flow.port >= port && flow.port <= (endPort ?? port);
}

function matchesPeer(
  { ipBlock, namespaceSelector, podSelector }: Frozen<NetworkPolicyPeer>,
  { address, pod }: FlowEnd,
  ownNamespace: string,
  objects: PolicyObjects,
): boolean {
  if (ipBlock) return isWithin(ipBlock, address);
  if (!pod) return false;
  if (podSelector && !selects(podSelector, pod.labels)) return false;
  if (!namespaceSelector) return pod.namespace === ownNamespace;
  const labels = objects.namespaceLabels(pod.namespace);
  return labels !== undefined && selects(namespaceSelector, labels);
}

function isWithin({ cidr, except = [] }: Frozen<IPBlock>, address: string): boolean {
  return isInBlock(cidr, address) && !(except ?? []).some((block) => isInBlock(block, address));
}

/** Whether a block such as `10.0.0.0/8` has an address. */
export function isInBlock(cidr: string, address: string): boolean {
  const block = parseCidr(cidr);
  const ip = parseIp(address);
  if (!block || !ip) return false;
  return contains(block, { address: ip, prefixLength: ip.family === 4 ? 32 : 128, leadingZeros: false });
}
