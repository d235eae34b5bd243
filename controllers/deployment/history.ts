import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import type { ReplicaSet } from '../../server/kube/types.gen.ts';
import { revisionOf } from './annotations.ts';
import { type Pass, wantedBy } from './pass.ts';
import { byAge } from './replica-sets.ts';

const INT32_MAX = 2 ** 31 - 1;

function byRevision(a: Frozen<ReplicaSet>, b: Frozen<ReplicaSet>): number {
  const [left, right] = [revisionOf(a), revisionOf(b)];
  return left === undefined || right === undefined || left === right ? byAge(a, b) : left < right ? -1 : 1;
}

/** Whether a replica set has no pods, wants none, and has said so. */
function isEmpty(set: Frozen<ReplicaSet>): boolean {
  const { replicas, observedGeneration = 0 } = set.status;
  return replicas === 0 && wantedBy(set) === 0 && (set.metadata.generation ?? 0) <= observedGeneration;
}

/** Deletes the oldest of the old replica sets when there are more than the deployment wants to keep. */
export async function cleanHistory(pass: Pass): Promise<void> {
  const { revisionHistoryLimit = INT32_MAX } = pass.deployment.spec;
  if (revisionHistoryLimit === INT32_MAX) return;
  const kept = pass.oldSets.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const surplus = [...kept].sort(byRevision).slice(0, Math.max(0, kept.length - revisionHistoryLimit));
  for (const set of surplus.filter(isEmpty)) {
    try {
      await pass.deleteSet(set);
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 404)) throw error;
    }
  }
}
