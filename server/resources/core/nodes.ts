import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { duplicate, type FieldProblem, forbiddenField, invalid } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import { parseCidr } from '../../kube/ip-addresses.ts';
import type { Node, NodeSpec } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { internalForm } from '../shared/internal-form.ts';
import { cidrProblems, cidrWarnings } from '../shared/ip-rules.ts';
import { roundAmounts } from '../shared/resource-amounts.ts';
import { amountProblems } from '../shared/resource-names.ts';
import { taintProblems } from '../shared/taint-rules.ts';

const ROLE_PREFIX = 'node-role.kubernetes.io/';
const ROLE_LABEL = 'kubernetes.io/role';
const CIDRS = 'spec.podCIDRs';
const CIDR_CHANGED = 'node updates may not change podCIDR except from "" to valid';

/** `podCIDR` is the old name of the first of `podCIDRs`, and wins when they differ. */
function alignPodCidrs(spec: NodeSpec): void {
  const { podCIDR = '', podCIDRs = [] } = spec;
  if (podCIDR !== '' && podCIDR !== podCIDRs[0]) spec.podCIDRs = [podCIDR];
  else if (podCIDR === '' && podCIDRs[0] !== undefined) spec.podCIDR = podCIDRs[0];
}

function resourceProblems({ status }: Frozen<Node>): FieldProblem[] {
  return (['capacity', 'allocatable'] as const).flatMap((field) =>
    Object.entries(status[field] ?? {}).flatMap(([name, amount]) =>
      amountProblems(`status.${field}.${name}`, name, amount),
    ),
  );
}

function cidrsProblems(cidrs: readonly string[]): FieldProblem[] {
  const problems = cidrs.flatMap((cidr, i) => cidrProblems(`${CIDRS}[${i}]`, cidr));
  const families = new Set(cidrs.map((cidr) => parseCidr(cidr)?.address.family));
  if (cidrs.length > 1 && (families.size < 2 || cidrs.length > 2)) {
    problems.push(invalid(CIDRS, cidrs, 'may specify no more than one CIDR for each IP family'));
  }
  return problems;
}

function updateProblems(node: Frozen<Node>, old: Frozen<Node>): FieldProblem[] {
  const isSameStatus = node.status === old.status;
  const problems = isSameStatus ? [] : [...resourceProblems(node), ...addressProblems(node)];
  if (node.spec === old.spec) return problems;
  const [cidrs, before] = [node.spec.podCIDRs ?? [], old.spec.podCIDRs ?? []];
  if (before.length > 0 && !deepEqual(cidrs, before)) problems.push(forbiddenField(CIDRS, CIDR_CHANGED));
  const { providerID = '' } = node.spec;
  if (old.spec.providerID && providerID !== old.spec.providerID) {
    const detail = providerID === '' ? 'field cannot be cleared once set' : 'field cannot be modified once set';
    problems.push(invalid('spec.providerID', null, detail));
  }
  problems.push(...taintProblems(node.spec.taints ?? [], 'metadata.taints'));
  if (node.spec.externalID !== old.spec.externalID)
    problems.push(forbiddenField('spec.externalID', 'may not be updated'));
  return problems;
}

function addressProblems({ status }: Frozen<Node>): FieldProblem[] {
  const seen = new Set<string>();
  return (status.addresses ?? []).flatMap((address, i) => {
    const id = `${address.type}\n${address.address}`;
    if (!seen.has(id)) {
      seen.add(id);
      return [];
    }
    return [duplicate(`status.addresses[${i}]`, internalForm(address, 'io.k8s.api.core.v1.NodeAddress'))];
  });
}

function validate(node: Frozen<Node>, old?: Frozen<Node>): FieldProblem[] {
  const { spec } = node;
  const problems = spec === old?.spec ? [] : taintProblems(spec.taints ?? [], 'metadata.taints');
  if (node.status !== old?.status) problems.push(...resourceProblems(node));
  if (spec !== old?.spec) problems.push(...cidrsProblems(spec.podCIDRs ?? []));
  return old ? [...problems, ...updateProblems(node, old)] : problems;
}

function warnings({ spec }: Frozen<Node>): string[] {
  const texts: string[] = [];
  if (spec.configSource) texts.push('spec.configSource: the feature is removed');
  if (spec.externalID) texts.push('spec.externalID: this field is deprecated, and is unused by Kubernetes');
  return [...texts, ...(spec.podCIDRs ?? []).flatMap((cidr, i) => cidrWarnings(`${CIDRS}[${i}]`, cidr))];
}

function statusCell({ spec, status }: Frozen<Node>): string {
  // The last condition of a type counts.
  const ready = (status.conditions ?? []).filter(({ type }) => type === 'Ready').at(-1);
  const text = ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown';
  return spec.unschedulable ? `${text},SchedulingDisabled` : text;
}

function rolesCell({ metadata }: Frozen<Node>): string {
  const roles = Object.entries(metadata.labels ?? {}).map(([key, value]) => {
    if (key.startsWith(ROLE_PREFIX)) return key.slice(ROLE_PREFIX.length);
    return key === ROLE_LABEL ? value : '';
  });
  return [...new Set(roles.filter((role) => role !== ''))].sort().join(',') || '<none>';
}

function cells(node: Frozen<Node>, nowMs: number): unknown[] {
  const { metadata, status } = node;
  const { osImage, kernelVersion, containerRuntimeVersion, architecture, kubeletVersion } = status.nodeInfo;
  const address = (type: string): string =>
    status.addresses?.find((candidate) => candidate.type === type)?.address ?? '<none>';
  const kernel = kernelVersion || '<unknown>';
  return [
    metadata.name,
    statusCell(node),
    rolesCell(node),
    since(metadata.creationTimestamp, nowMs),
    kubeletVersion,
    address('InternalIP'),
    address('ExternalIP'),
    osImage || '<unknown>',
    architecture ? `${kernel} (${architecture})` : kernel,
    containerRuntimeVersion || '<unknown>',
  ];
}

export const definition: ResourceDefinition<Node> = {
  resource: 'nodes',
  rechecksGenerateName: true,
  checksEnums: true,
  keepsParts: ['spec', 'status'],
  fillDefaults({ spec, status }) {
    alignPodCidrs(spec);
    roundAmounts(status.capacity);
    if (status.capacity) status.allocatable ??= { ...status.capacity };
    roundAmounts(status.allocatable);
  },
  beforeCreate(node) {
    delete node.spec.configSource;
    delete node.spec.podPreemptionPolicy;
    delete node.status.config;
    return undefined;
  },
  beforeUpdate(node, old) {
    if (!old.spec.configSource) delete node.spec.configSource;
    if (!old.spec.podPreemptionPolicy) delete node.spec.podPreemptionPolicy;
    return undefined;
  },
  beforeStatusUpdate(node, old) {
    if (!old.status.config) delete node.status.config;
  },
  validate,
  validateStatus: updateProblems,
  warnings,
  selectsNoNamespace: true,
  selectableFields: { 'spec.unschedulable': ({ spec }) => String(spec.unschedulable ?? false) },
  cells,
};
