/**
 * What a pod asks for as a whole: quality of service, sums over containers, and defaults of the pod's own resources.
 */
import { type Frozen, getOwn } from '../../base/freeze.ts';
import { type Amounts, compareAmounts } from '../../kube/amounts.ts';
import { type FieldProblem, forbiddenField, invalid } from '../../kube/field-problem.ts';
import { type Bound, totalOfContainers } from '../../kube/pod-amounts.ts';
import { isHugePages, isPodLevel } from '../../kube/resource-names.ts';
import type { PodSpec, ResourceRequirements } from '../../kube/types.gen.ts';
import { containersWithPaths } from './pod-containers.ts';
import { mayOvercommit } from './resource-names.ts';
import { sortedKeys } from './sorted-keys.ts';

export type QosClass = 'BestEffort' | 'Burstable' | 'Guaranteed';

const QOS_RESOURCES = ['cpu', 'memory'];

function qosOfResource({ requests = {}, limits = {} }: Frozen<ResourceRequirements>, name: string): QosClass {
  const [request, limit] = [requests[name] ?? '0', limits[name] ?? '0'];
  if (compareAmounts(request, limit) !== 0) return 'Burstable';
  return compareAmounts(request, '0') === 0 ? 'BestEffort' : 'Guaranteed';
}

/** The class that several things have in common. */
function commonQos(classes: readonly QosClass[]): QosClass {
  const [first = 'BestEffort'] = classes;
  return classes.every((other) => other === first) ? first : 'Burstable';
}

const qosOf = (resources: Frozen<ResourceRequirements>): QosClass =>
  commonQos(QOS_RESOURCES.map((name) => qosOfResource(resources, name)));

/** ComputePodQOS. */
export function podQos({ resources, containers, initContainers }: Frozen<PodSpec>): QosClass {
  const names = [...Object.keys(resources?.requests ?? {}), ...Object.keys(resources?.limits ?? {})];
  if (resources && names.some(isPodLevel)) return qosOf(resources);
  return commonQos([...(initContainers ?? []), ...(containers ?? [])].map((container) => qosOf(container.resources)));
}

/** DefaultPodLevelResources: a pod that says something of its resources says the rest too. */
export function fillPodResources(spec: PodSpec): void {
  const { resources } = spec;
  if (!resources || Object.keys({ ...resources.requests, ...resources.limits }).length === 0) return;
  const frozen = spec as Frozen<PodSpec>;
  const limits: Record<string, string> = { ...resources.limits };
  const totalLimits = totalOfContainers(frozen, 'limits');
  for (const [name, amount] of Object.entries(totalLimits)) {
    if (isHugePages(name) && resources.requests?.[name] === undefined) limits[name] ??= amount;
  }
  const requests: Record<string, string> = { ...resources.requests };
  for (const [name, amount] of Object.entries(totalOfContainers(frozen, 'requests'))) {
    if (isPodLevel(name) && mayOvercommit(name)) requests[name] ??= amount;
  }
  for (const [name, amount] of Object.entries(limits)) if (isPodLevel(name)) requests[name] ??= amount;
  const all = containersWithPaths(frozen, '').map(({ container }) => container.resources.limits ?? {});
  for (const [name, request] of Object.entries(requests)) {
    const total = totalLimits[name];
    if (!isPodLevel(name) || limits[name] !== undefined || total === undefined) continue;
    if (all.every((own) => own[name] !== undefined))
      limits[name] = compareAmounts(request, total) > 0 ? request : total;
  }
  if (Object.keys(limits).length > 0) resources.limits = sortedKeys(limits);
  if (Object.keys(requests).length > 0) resources.requests = sortedKeys(requests);
}

/** Containers fit into what the pod as a whole asks for (validatePodResourceConsistency). */
export function podResourceFitProblems(spec: Frozen<PodSpec>, path: string): FieldProblem[] {
  const { requests = {}, limits = {} } = spec.resources ?? {};
  if (spec.os?.name === 'windows') return [forbiddenField(path, 'may not be set for a windows pod')];
  const problems: FieldProblem[] = [];
  const check = (bound: Bound, own: Amounts, total: Amounts, applies: (name: string) => boolean): void => {
    for (const [name, amount] of Object.entries(total)) {
      const asked = getOwn(own, name);
      if (!applies(name) || asked === undefined || compareAmounts(amount, asked) <= 0) continue;
      const detail = `must be greater than or equal to aggregate container ${bound} of ${amount}`;
      problems.push(invalid(`${path}.${bound}[${name}]`, asked, detail));
    }
  };
  check('requests', requests, totalOfContainers(spec, 'requests'), () => true);
  check('limits', limits, totalOfContainers(spec, 'limits'), isHugePages);
  (spec.containers ?? []).forEach((container, i) => {
    for (const [name, amount] of Object.entries(container.resources.limits ?? {})) {
      const limit = getOwn(limits, name);
      if (limit === undefined || compareAmounts(amount, limit) <= 0) continue;
      const at = `${path}.containers[${i}][${name}].limits`;
      problems.push(invalid(at, amount, `must be less than or equal to pod limits of ${limit}`));
    }
  });
  return problems;
}
