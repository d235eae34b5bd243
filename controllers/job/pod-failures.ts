/** Which pods count as failed, and what the policy of a job makes of them. */
import type { Frozen } from '../../server/base/freeze.ts';
import type {
  ContainerStatus,
  Job,
  Pod,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyRule,
} from '../../server/kube/types.gen.ts';
import { replacesOnlyFailed } from './job.ts';

/** What the policy says about one failed pod. */
export interface Verdict {
  readonly action?: string;
  /** Whether the failure counts towards limits. */
  readonly counts: boolean;
  /** Why the whole job fails, if it does. */
  readonly message?: string;
}

/** A pod on its way out counts as failed, as it may never get there, unless the job waits for it. */
export function isPodFailed({ metadata, status }: Frozen<Pod>, job: Frozen<Job>): boolean {
  if (status.phase === 'Failed') return true;
  return !replacesOnlyFailed(job) && metadata.deletionTimestamp !== undefined && status.phase !== 'Succeeded';
}

/** The first rule that matches decides. */
export function verdictOf({ spec }: Frozen<Job>, pod: Frozen<Pod>): Verdict {
  for (const [i, rule] of (spec.podFailurePolicy?.rules ?? []).entries()) {
    const cause = causeOf(rule, pod);
    if (cause === undefined) continue;
    const { action } = rule;
    if (action !== 'FailJob') return { action, counts: action !== 'Ignore' };
    return { action, counts: true, message: `${cause} matching ${action} rule at index ${i}` };
  }
  return { counts: true };
}

/** How often pods failed that count. */
export function countedFailures(job: Frozen<Job>, failed: readonly Frozen<Pod>[]): number {
  if (!job.spec.podFailurePolicy) return failed.length;
  return failed.filter((pod) => verdictOf(job, pod).counts).length;
}

/** Why the policy wants the job to fail. */
export function failJobMessage(job: Frozen<Job>, pods: readonly Frozen<Pod>[]): string | undefined {
  if (!job.spec.podFailurePolicy) return undefined;
  for (const pod of pods) {
    const message = isPodFailed(pod, job) ? verdictOf(job, pod).message : undefined;
    if (message !== undefined) return message;
  }
  return undefined;
}

function causeOf({ onExitCodes, onPodConditions }: Frozen<PodFailurePolicyRule>, pod: Frozen<Pod>): string | undefined {
  const { metadata, status } = pod;
  const name = `${metadata.namespace}/${metadata.name}`;
  if (onExitCodes) {
    const found =
      matchingContainer(status.containerStatuses, onExitCodes) ??
      matchingContainer(status.initContainerStatuses, onExitCodes);
    return found && `Container ${found.name} for pod ${name} failed with exit code ${exitCodeOf(found)}`;
  }
  const condition = status.conditions?.find((known) =>
    onPodConditions?.some((pattern) => pattern.type === known.type && pattern.status === known.status),
  );
  return condition && `Pod ${name} has condition ${condition.type}`;
}

const exitCodeOf = ({ state }: Frozen<ContainerStatus>): number => state.terminated?.exitCode ?? 0;

function matchingContainer(
  statuses: readonly Frozen<ContainerStatus>[] | undefined,
  { containerName, operator, values }: Frozen<PodFailurePolicyOnExitCodesRequirement>,
): Frozen<ContainerStatus> | undefined {
  return statuses?.find((status) => {
    const exitCode = exitCodeOf(status);
    if (exitCode === 0 || (containerName !== undefined && containerName !== status.name)) return false;
    return (values?.includes(exitCode) ?? false) === (operator === 'In');
  });
}
