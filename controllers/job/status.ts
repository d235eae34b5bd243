import { type Frozen, thaw } from '../../server/base/freeze.ts';
import type { Job, JobStatus } from '../../server/kube/types.gen.ts';
import { expectationsOf } from '../lib/expectations.ts';
import { JOBS } from '../lib/jobs.ts';
import type { Pass } from './pass.ts';

/** Writes the status of the pass, which goes on with what the server answered. */
export async function writeStatus(pass: Pass): Promise<void> {
  const { env, key, job, status } = pass;
  const written = await env.client.update<Job>(JOBS, { ...job, status: sparse(status) }, 'status');
  expectationsOf(env).wrote(key, JOBS, written);
  pass.job = written;
  pass.status = thaw<JobStatus>(written.status);
}

/** Without what Go leaves out when it is zero or empty. */
function sparse(status: JobStatus): Frozen<JobStatus> {
  const {
    active = 0,
    succeeded = 0,
    failed = 0,
    completedIndexes = '',
    uncountedTerminatedPods = {},
    ...rest
  } = status;
  const { succeeded: uncountedSucceeded = [], failed: uncountedFailed = [] } = uncountedTerminatedPods;
  return {
    ...rest,
    ...(active > 0 && { active }),
    ...(succeeded > 0 && { succeeded }),
    ...(failed > 0 && { failed }),
    ...(completedIndexes !== '' && { completedIndexes }),
    uncountedTerminatedPods: {
      ...(uncountedSucceeded.length > 0 && { succeeded: uncountedSucceeded }),
      ...(uncountedFailed.length > 0 && { failed: uncountedFailed }),
    },
  };
}
