import { type Frozen, getOwn } from '../../base/freeze.ts';
import { type Amounts, largerAmounts } from '../amounts.ts';
import type { KubeObject } from '../object.ts';
import { type Bound, totalOfContainers, totalOfPod } from '../pod-amounts.ts';
import { isExtendedResource, isHugePages, isNativeResource, isPodLevel } from '../resource-names.ts';
import type { Container, ContainerStatus, Pod, PodAffinityTerm } from '../types.gen.ts';
import type { Evaluator } from './evaluator.ts';
import { selects } from './scope.ts';

const REQUESTS = 'requests.';
const DEVICE_CLASS = 'deviceclass.resource.kubernetes.io/';
const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];
const NAMES = new Set([
  'count/pods',
  'pods',
  ...COMPUTE.flatMap((name) => [name, `requests.${name}`, `limits.${name}`]),
]);

/** What containers have to ask for where it is limited. Upstream calls it a mistake and adds no more. */
const REQUIRED = new Set(['cpu', 'memory'].flatMap((name) => [name, `requests.${name}`, `limits.${name}`]));

/** What a pod with these requests and limits uses, by the names of quotas (podComputeUsageHelper). */
function usageOf(requests: Amounts, limits: Amounts): Record<string, string> {
  const usage: Record<string, string> = { pods: '1' };
  for (const [name, amount] of Object.entries(requests)) {
    if (COMPUTE.includes(name) || isHugePages(name)) usage[name] = amount;
    const isExtended = isExtendedResource(name) || name.startsWith(DEVICE_CLASS);
    if (COMPUTE.includes(name) || isHugePages(name) || isExtended) usage[`${REQUESTS}${name}`] = amount;
  }
  for (const name of COMPUTE) {
    const limit = getOwn(limits, name);
    if (limit !== undefined) usage[`limits.${name}`] = limit;
  }
  return usage;
}

const isInfeasible = ({ status }: Frozen<Pod>): boolean =>
  status.conditions?.find(({ type }) => type === 'PodResizePending')?.reason === 'Infeasible';

/** A resize counts while it is under way: the larger of what is asked for and what is there (PodRequests). */
function totalOf(pod: Frozen<Pod>, bound: Bound): Record<string, string> {
  const { spec, status } = pod;
  const statuses = new Map<string, Frozen<ContainerStatus>>();
  for (const of of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])])
    statuses.set(of.name, of);
  const asked = totalOfContainers(spec, bound);
  const isResized = [...statuses.values()].some(({ resources, allocatedResources }) => resources ?? allocatedResources);
  if (!isResized) return totalOfPod(spec, bound, asked);
  const otherwise = ({ resources }: Frozen<Container>): Amounts => (isInfeasible(pod) ? {} : (resources[bound] ?? {}));
  const actual = totalOfContainers(spec, bound, (container) => {
    const of = statuses.get(container.name);
    const allocated = bound === 'requests' ? of?.allocatedResources : undefined;
    return of?.resources?.[bound] ?? allocated ?? otherwise(container);
  });
  const known = isInfeasible(pod) ? actual : largerAmounts(asked, actual);
  if (bound === 'limits') return totalOfPod(spec, bound, known);
  const allocated = totalOfContainers(
    spec,
    bound,
    (container) => statuses.get(container.name)?.allocatedResources ?? otherwise(container),
  );
  return totalOfPod(spec, bound, largerAmounts(known, allocated));
}

/** Pods that ended use nothing, and neither do those that should be gone since long (QuotaV1Pod). */
function isAlive({ metadata, status }: Frozen<Pod>, nowMs: number): boolean {
  if (status.phase === 'Failed' || status.phase === 'Succeeded') return false;
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds === undefined) return true;
  return nowMs <= Date.parse(deletionTimestamp) + deletionGracePeriodSeconds * 1000;
}

const measured = new WeakMap<Frozen<Pod>, Amounts>();

function fullUsage(pod: Frozen<Pod>): Amounts {
  const known = measured.get(pod);
  if (known) return known;
  const usage = { 'count/pods': '1', ...usageOf(totalOf(pod, 'requests'), totalOf(pod, 'limits')) };
  if (Object.isFrozen(pod)) measured.set(pod, usage);
  return usage;
}

const isTerminating = ({ spec }: Frozen<Pod>): boolean => (spec.activeDeadlineSeconds ?? -1) >= 0;

function asksOtherNamespaces({ spec }: Frozen<Pod>): boolean {
  const isOther = ({ namespaces, namespaceSelector }: Frozen<PodAffinityTerm>): boolean =>
    (namespaces ?? []).length > 0 || namespaceSelector !== undefined;
  return [spec.affinity?.podAffinity, spec.affinity?.podAntiAffinity].some(
    (affinity) =>
      affinity?.requiredDuringSchedulingIgnoredDuringExecution?.some(isOther) ||
      affinity?.preferredDuringSchedulingIgnoredDuringExecution?.some((term) => isOther(term.podAffinityTerm)),
  );
}

function missing(names: readonly string[], object: Frozen<KubeObject>): string | undefined {
  const { spec } = object as unknown as Frozen<Pod>;
  const ownNames = Object.keys({ ...spec.resources?.requests, ...spec.resources?.limits });
  if (ownNames.some(isPodLevel)) return undefined;
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  const problems = names
    .filter((name) => REQUIRED.has(name))
    .sort()
    .flatMap((name) => {
      const silent = containers
        .filter(
          ({ resources: { requests = {}, limits = {} } }) => getOwn(usageOf(requests, limits), name) === undefined,
        )
        .map((container) => container.name);
      return silent.length === 0 ? [] : [`${name} for: ${[...new Set(silent)].sort().join(',')}`];
    });
  return problems.length === 0 ? undefined : `must specify ${problems.join('; ')}`;
}

export const podEvaluator: Evaluator = {
  counts(name) {
    if (NAMES.has(name) || isHugePages(name) || name.startsWith(`${REQUESTS}hugepages-`)) return true;
    return name.startsWith(REQUESTS) && (!isNativeResource(name) || name.startsWith(`${REQUESTS}${DEVICE_CLASS}`));
  },
  usage(object, nowMs) {
    const pod = object as unknown as Frozen<Pod>;
    return isAlive(pod, nowMs) ? fullUsage(pod) : { 'count/pods': '1' };
  },
  inScope(scope, object) {
    const pod = object as unknown as Frozen<Pod>;
    const { priorityClassName = '' } = pod.spec;
    switch (scope.scopeName) {
      case 'Terminating':
        return isTerminating(pod);
      case 'NotTerminating':
        return !isTerminating(pod);
      case 'BestEffort':
        return pod.status.qosClass === 'BestEffort';
      case 'NotBestEffort':
        return pod.status.qosClass !== 'BestEffort';
      case 'PriorityClass':
        return selects(scope, priorityClassName === '' ? [] : [priorityClassName]);
      case 'CrossNamespacePodAffinity':
        return asksOtherNamespaces(pod);
      default:
        return false;
    }
  },
  missing,
};

/** Whether a change moves a pod from one scope to another. */
export const changesScope = (before: Frozen<KubeObject>, now: Frozen<KubeObject>): boolean =>
  isTerminating(before as unknown as Frozen<Pod>) !== isTerminating(now as unknown as Frozen<Pod>);
