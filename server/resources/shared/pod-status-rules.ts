/** Rules for what kubelets say of pods: ValidatePodStatusUpdate. */
import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, forbiddenField, immutable, invalid } from '../../kube/field-problem.ts';
import { parseIp } from '../../kube/ip-addresses.ts';
import { dnsSubdomainProblems, qualifiedNameProblems } from '../../kube/names.ts';
import type { Container, ContainerStatus, Pod, PodSpec, PodStatus } from '../../kube/types.gen.ts';
import { ipProblems } from './ip-rules.ts';
import { containersWithPaths, isSidecar } from './pod-containers.ts';

const SYSTEM_CONDITIONS = ['PodScheduled', 'Ready', 'Initialized'];
const NOT_AGAIN = 'may not be transitioned to non-terminated state';

function conditionProblems({ conditions = [] }: Frozen<PodStatus>): FieldProblem[] {
  return conditions.flatMap(({ type, observedGeneration = 0 }, i) => {
    const at = `status.conditions[${i}]`;
    const problems: FieldProblem[] = [];
    const detail = 'must be a non-negative integer';
    if (observedGeneration < 0) problems.push(invalid(`${at}.observedGeneration`, observedGeneration, detail));
    if (SYSTEM_CONDITIONS.includes(type)) return problems;
    return [...problems, ...qualifiedNameProblems(type).map((text) => invalid(`${at}.Type`, type, text))];
  });
}

/** Whether a container that ended may start again. */
function mayRestart(container: Frozen<Container> | undefined, spec: Frozen<PodSpec>, exitCode: number): boolean {
  if (!container) return false;
  const rule = container.restartPolicyRules?.find(({ exitCodes }) => {
    const isListed = exitCodes?.values?.includes(exitCode) ?? false;
    return exitCodes?.operator === 'In' ? isListed : exitCodes?.operator === 'NotIn' && !isListed;
  });
  if (rule) return true;
  const policy = container.restartPolicy ?? spec.restartPolicy;
  return policy === 'Always' || isSidecar(container) || (policy === 'OnFailure' && exitCode !== 0);
}

type Statuses = Frozen<ContainerStatus[]> | undefined;

function transitionProblems(
  statuses: Statuses,
  old: Statuses,
  containers: Frozen<Container[]> | null | undefined,
  spec: Frozen<PodSpec>,
  path: string,
): FieldProblem[] {
  const restartsAll = containersWithPaths(spec, '').some(({ container }) =>
    container.restartPolicyRules?.some(({ action }) => action === 'RestartAllContainers'),
  );
  if (restartsAll) return [];
  return (old ?? []).flatMap(({ name, state }, i) => {
    const next = statuses?.find((status) => status.name === name);
    if (!state.terminated || !next || next.state.terminated) return [];
    const container = containers?.find((candidate) => candidate.name === name);
    return mayRestart(container, spec, state.terminated.exitCode)
      ? []
      : [forbiddenField(`${path}[${i}].state`, NOT_AGAIN)];
  });
}

type Addresses = readonly { readonly ip: string }[] | undefined;

function addressProblems(addresses: Addresses, old: Addresses, field: 'podIPs' | 'hostIPs'): FieldProblem[] {
  const path = `status.${field}`;
  const before = (old ?? []).map(({ ip }) => ip);
  const problems = (addresses ?? []).flatMap(({ ip }, i) => ipProblems(`${path}[${i}]`, ip, before));
  const families = new Set((addresses ?? []).map(({ ip }) => parseIp(ip)?.family));
  if ((addresses?.length ?? 0) > 1 && (families.size < 2 || (addresses?.length ?? 0) > 2)) {
    const shown = (addresses ?? []).map(({ ip }) => ({ IP: ip }));
    problems.push(invalid(path, shown, 'may specify no more than one IP for each IP family'));
  }
  return problems;
}

function nominationProblems({ status }: Frozen<Pod>, old: Frozen<Pod>): FieldProblem[] {
  const path = 'status.nominatedNodeName';
  const { nominatedNodeName: name = '' } = status;
  if (name === '' || name === old.status.nominatedNodeName) return [];
  const problems = dnsSubdomainProblems(name).map((detail) => invalid(path, name, detail));
  const isBound = Boolean(old.spec.nodeName);
  return isBound
    ? [...problems, forbiddenField(path, 'may not be set on pods that are already bound to a node')]
    : problems;
}

/** Rules for a change of a pod's status. */
export function podStatusProblems(pod: Frozen<Pod>, old: Frozen<Pod>): FieldProblem[] {
  const { status, spec } = pod;
  const { status: before } = old;
  const hostIp = status.hostIPs?.[0]?.ip;
  return [
    ...conditionProblems(status),
    ...nominationProblems(pod, old),
    ...(status.qosClass === before.qosClass ? [] : [immutable('status.qosClass', status.qosClass ?? '')]),
    ...transitionProblems(
      status.containerStatuses,
      before.containerStatuses,
      spec.containers,
      spec,
      'status.containerStatuses',
    ),
    ...transitionProblems(
      status.initContainerStatuses,
      before.initContainerStatuses,
      spec.initContainers,
      spec,
      'status.initContainerStatuses',
    ),
    ...addressProblems(status.podIPs, before.podIPs, 'podIPs'),
    ...(hostIp === undefined || hostIp === status.hostIP
      ? []
      : [invalid('status.hostIPs[0].ip', hostIp, 'must be equal to `hostIP`')]),
    ...addressProblems(status.hostIPs, before.hostIPs, 'hostIPs'),
  ];
}

/** Fields that clients who do not know them leave out keep their values (podStatusStrategy.PrepareForUpdate). */
export function preserveStatus(status: PodStatus, old: Frozen<PodStatus>): void {
  for (const field of ['qosClass', 'observedGeneration'] as const) {
    if (!status[field] && old[field]) Object.assign(status, { [field]: old[field] });
  }
  for (const field of [
    'resourceClaimStatuses',
    'extendedResourceClaimStatus',
    'nodeAllocatableResourceClaimStatuses',
  ] as const) {
    if (status[field] === undefined && old[field] !== undefined) Object.assign(status, { [field]: old[field] });
  }
  const generations = new Map<string, number[]>();
  for (const { type, observedGeneration = 0 } of old.conditions ?? []) {
    generations.set(type, [...(generations.get(type) ?? []), observedGeneration]);
  }
  for (const condition of status.conditions ?? []) {
    const before = generations.get(condition.type)?.shift();
    if (!condition.observedGeneration && before) condition.observedGeneration = before;
  }
}
