/** What controllers ask about jobs: k8s.io/kubernetes/pkg/controller/job/util. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { Job, JobCondition } from '../../server/kube/types.gen.ts';

export const JOBS = 'batch/v1/jobs';

/** The condition that says a job is over: Complete or Failed. */
export function finishedCondition({ status }: Frozen<Job>): Frozen<JobCondition> | undefined {
  return status.conditions?.find((condition) => isFinalType(condition.type) && condition.status === 'True');
}

const isFinalType = (type: string): boolean => type === 'Complete' || type === 'Failed';
