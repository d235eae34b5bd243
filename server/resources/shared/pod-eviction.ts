/** Deletes a pod if its disruption budget allows it: pkg/registry/core/pod/storage/eviction.go. */
import { rfc3339 } from '../../base/clock.ts';
import type { Frozen } from '../../base/freeze.ts';
import { ApiError, conflict, forbidden, tooManyRequests } from '../../kube/api-error.ts';
import { disruptionAllowed, withVerdict } from '../../kube/disruption-allowed.ts';
import { selectorMatches } from '../../kube/labels.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Condition, Eviction, Pod, PodDisruptionBudget } from '../../kube/types.gen.ts';
import type { DeleteOptions, ParentAccess, Subresource, SubresourceCall } from '../../registry/resource.ts';
import { CREATED } from './pod-binding.ts';
import { isPodReady, setPodCondition } from './pod-conditions.ts';
import { readSelector } from './selector-rules.ts';
import { sortedKeys } from './sorted-keys.ts';

const BUDGETS = 'poddisruptionbudgets.policy';
const VIOLATES = "Cannot evict pod as it would violate the pod's disruption budget.";
/** More evictions than this that the disruption controller has not seen. */
const DISRUPTED_MAX = 2000;
/** How long clients are asked to wait when the budget is out of date. */
const STALE_SECONDS = 10;

type Budget = Frozen<PodDisruptionBudget>;

/** Pods that serve nobody can go whatever the budget says. */
const isBeyondBudgets = ({ metadata, status }: Frozen<Pod>): boolean =>
  metadata.deletionTimestamp !== undefined || ['Succeeded', 'Failed', 'Pending'].includes(status.phase ?? '');

function withCause(error: ApiError, message: string): ApiError {
  const details = error.status.details ?? {};
  details.causes = [...(details.causes ?? []), { reason: 'DisruptionBudget', message }];
  error.status.details = details;
  return error;
}

function stale(name: string): ApiError {
  return withCause(
    tooManyRequests(VIOLATES, STALE_SECONDS),
    `The disruption budget ${name} is still being processed by the server.`,
  );
}

/** No disruption is left: why. */
function exhausted({ metadata: { name = '' }, status }: Budget): ApiError {
  const condition = disruptionAllowed(status.conditions);
  const isFalse = condition?.status === 'False' && condition.message !== '';
  const { desiredHealthy, currentHealthy } = status;
  const cannot = `The disruption budget ${name} does not allow evicting pods currently`;
  let message = cannot;
  if (isFalse && condition.reason === 'SyncFailed') message = `${cannot} because it failed sync: ${condition.message}`;
  else if (currentHealthy <= desiredHealthy) {
    message = `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  } else if (isFalse) message = `${cannot} (${condition.reason}): ${condition.message}`;
  // A zero is left out of the details.
  return withCause(new ApiError(429, 'TooManyRequests', VIOLATES, {}), message);
}

function check(budget: Budget): void {
  const { name = '', generation = 0 } = budget.metadata;
  const { observedGeneration = 0, disruptionsAllowed, disruptedPods = {} } = budget.status;
  if (observedGeneration < generation) throw stale(name);
  const refuse = (why: string, cause: string): ApiError =>
    withCause(
      forbidden({ group: 'policy', resource: 'poddisruptionbudget' }, name, why),
      `The disruption budget ${name} does not allow evicting pods currently: ${cause}`,
    );
  if (disruptionsAllowed < 0)
    throw refuse('pdb disruptions allowed is negative', 'pdb disruptions allowed is negative');
  if (Object.keys(disruptedPods).length > DISRUPTED_MAX) {
    const why = 'DisruptedPods map too big - too many evictions not confirmed by PDB controller';
    throw refuse(why, 'too many pending evictions not confirmed by PDB controller');
  }
  if (disruptionsAllowed === 0) throw exhausted(budget);
}

/** Takes one disruption off the budget, so that the next eviction cannot use it too. */
function spend({ status }: PodDisruptionBudget, podName: string, nowMs: number): void {
  status.disruptionsAllowed--;
  const { disruptionsAllowed, observedGeneration = 0 } = status;
  if (disruptionsAllowed === 0) {
    status.conditions = withVerdict(
      status.conditions,
      { disruptionsAllowed, observedGeneration },
      nowMs,
    ) as Condition[];
  }
  status.disruptedPods = sortedKeys({ ...status.disruptedPods, [podName]: rfc3339(nowMs) });
}

function budgetsOf(pod: Frozen<Pod>, { env }: SubresourceCall): Budget[] {
  return env
    .list(BUDGETS, pod.metadata.namespace ?? '')
    .map(({ value }) => value as unknown as Budget)
    .filter(({ spec }) => {
      const selector = spec.selector && readSelector(spec.selector);
      return selector !== undefined && selectorMatches(selector, pod.metadata.labels);
    });
}

/** An application that has as many pods as it wants is not disrupted by the loss of one that is not ready. */
function isSpare(pod: Frozen<Pod>, { spec, status }: Budget): boolean {
  if (isPodReady(pod.status)) return false;
  if (spec.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  return status.currentHealthy >= status.desiredHealthy && status.desiredHealthy > 0;
}

function checkPreconditions({ preconditions }: DeleteOptions, { metadata }: Pod): void {
  const about = { group: '', resource: 'Pod' };
  const { name = '', uid, resourceVersion } = metadata;
  if (preconditions?.uid && preconditions.uid !== uid) {
    const why =
      `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${uid}). The ` +
      `object might have been deleted and then recreated`;
    throw conflict(about, name, why);
  }
  if (preconditions?.resourceVersion && preconditions.resourceVersion !== resourceVersion) {
    const why =
      `the ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match the ` +
      `ResourceVersion in record (${resourceVersion}). The object might have been modified`;
    throw conflict(about, name, why);
  }
}

/** The request and the options in its body may each say so. */
function isDryRun({ dryRun = [] }: DeleteOptions, call: SubresourceCall): boolean {
  return call.dryRun || dryRun.length > 0;
}

/** Says why the pod goes, then deletes it. */
async function deletePod(options: DeleteOptions, call: SubresourceCall, access: ParentAccess): Promise<void> {
  const changed = isDryRun(options, call)
    ? undefined
    : await access.update((object) => {
        const pod = object as Pod;
        checkPreconditions(options, pod);
        const condition = {
          type: 'DisruptionTarget',
          status: 'True',
          reason: 'EvictionByEvictionAPI',
          message: 'Eviction API: evicting',
        };
        setPodCondition(pod.status, condition, call.env.clock.now());
      });
  const resourceVersion = changed?.value.metadata.resourceVersion;
  const bumped = options.preconditions?.resourceVersion !== undefined && resourceVersion !== undefined;
  await access.delete(bumped ? { ...options, preconditions: { ...options.preconditions, resourceVersion } } : options);
}

async function evict(
  eviction: Eviction,
  call: SubresourceCall,
  access: ParentAccess,
): Promise<{ status: number; object: KubeObject }> {
  const answer = { status: 201, object: CREATED };
  const options = (eviction.deleteOptions ?? {}) as DeleteOptions;
  const pod = access.get().value as unknown as Frozen<Pod>;
  if (isBeyondBudgets(pod)) {
    await deletePod(options, call, access);
    return answer;
  }
  const [budget, ...others] = budgetsOf(pod, call);
  if (others.length > 0) {
    throw new ApiError(
      500,
      '',
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  }
  if (budget && !isSpare(pod, budget)) {
    const { name = '', namespace = '' } = budget.metadata;
    check(budget);
    if (!isDryRun(options, call)) {
      await call.change(BUDGETS, 'status', { namespace, name }, (object) => {
        const current = object as PodDisruptionBudget;
        check(current as Budget);
        spend(current, pod.metadata.name ?? '', call.env.clock.now());
      });
    }
  }
  await deletePod(options, call, access);
  return answer;
}

/** POST of `pods/eviction`. */
export const eviction: Subresource = {
  // Clients still send it: upstream's AcceptsGroupVersion takes both long after policy/v1beta1 is served no more.
  otherVersions: ['policy/v1beta1'],
  create: (object, call, access) => evict(object as unknown as Eviction, call, access),
};
