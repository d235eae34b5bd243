/** What the parts of the Job controller ask about jobs and their pods. */
import { type Frozen, getOwn } from '../../server/base/freeze.ts';
import type { Job, Pod } from '../../server/kube/types.gen.ts';
import type { ControllerKind } from '../lib/adopt.ts';
import { JOBS } from '../lib/jobs.ts';

export const JOB_KIND: ControllerKind = { apiVersion: 'batch/v1', kind: 'Job', resource: JOBS };

/** Holds every pod of a job until it has been counted. */
export const TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking';

export const INDEX_ANNOTATION = 'batch.kubernetes.io/job-completion-index';

/** No more pods than this are created or deleted in one pass (MaxPodCreateDeletePerSync). */
export const MOST_PODS_PER_PASS = 500;

export const isSuspended = ({ spec }: Frozen<Job>): boolean => spec.suspend === true;
export const isIndexed = ({ spec }: Frozen<Job>): boolean => spec.completionMode === 'Indexed';
export const hasLimitPerIndex = ({ spec }: Frozen<Job>): boolean => spec.backoffLimitPerIndex !== undefined;

/** Whether another controller than this one has the job, by its own choice. */
export function isManagedElsewhere({ spec }: Frozen<Job>): boolean {
  return spec.managedBy !== undefined && spec.managedBy !== 'kubernetes.io/job-controller';
}

/** Whether a pod is replaced only when it has ended, and not already while it is being deleted. */
export const replacesOnlyFailed = ({ spec }: Frozen<Job>): boolean => spec.podReplacementPolicy === 'Failed';

export function hasTrackingFinalizer({ metadata }: Frozen<Pod>): boolean {
  return metadata.finalizers?.includes(TRACKING_FINALIZER) ?? false;
}

/** The index of a pod of an indexed job, whether the job still has it or not. */
export function indexOf({ metadata }: Frozen<Pod>): number | undefined {
  const text = getOwn(metadata.annotations, INDEX_ANNOTATION) ?? '';
  return /^\+?\d+$/.test(text) ? Number(text) : undefined;
}

/** The index of a pod if the job still asks for it. */
export function validIndexOf(pod: Frozen<Pod>, { spec }: Frozen<Job>): number | undefined {
  const index = indexOf(pod);
  return index !== undefined && index < (spec.completions ?? 0) ? index : undefined;
}
