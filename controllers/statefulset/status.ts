import type { Frozen } from '../../server/base/freeze.ts';
import type { StatefulSet, StatefulSetStatus } from '../../server/kube/types.gen.ts';
import { wantedReplicas } from './identity.ts';
import { type Pass, SETS } from './pass.ts';
import { isAvailable, isLeaving, isRunningAndReady, type Replicas } from './replicas.ts';
import type { Revisions } from './revisions.ts';

/** Leaves out what Go leaves out: counts that are zero. */
const counted = (counts: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));

/** What the status should say: updateStatus and completeUpdate upstream. */
export function statusOf(
  pass: Pass,
  { wanted, condemned }: Replicas,
  { current, update, collisionCount }: Revisions,
): Frozen<StatefulSetStatus> {
  const { set } = pass;
  let [replicas, readyReplicas, availableReplicas, currentReplicas, updatedReplicas] = [0, 0, 0, 0, 0];
  for (const replica of [...wanted, ...condemned]) {
    if (!replica.pod) continue;
    replicas++;
    if (isRunningAndReady(replica)) {
      readyReplicas++;
      if (isAvailable(replica, pass)) availableReplicas++;
    }
    if (isLeaving(replica)) continue;
    if (replica.revision === current.metadata.name) currentReplicas++;
    if (replica.revision === update.metadata.name) updatedReplicas++;
  }
  currentReplicas -= pass.updating;
  const asked = wantedReplicas(set);
  const isComplete = updatedReplicas === asked && readyReplicas === asked && replicas === asked;
  if (isComplete) currentReplicas = updatedReplicas;
  const currentRevision = isComplete ? update.metadata.name : current.metadata.name;
  const { conditions } = set.status;
  return {
    replicas,
    availableReplicas,
    ...counted({ readyReplicas, currentReplicas, updatedReplicas }),
    ...counted({ observedGeneration: set.metadata.generation ?? 0 }),
    ...(currentRevision && { currentRevision }),
    ...(update.metadata.name && { updateRevision: update.metadata.name }),
    collisionCount,
    ...(conditions && { conditions }),
  };
}

/** A collision alone is no news, nor is what the controller does not write (inconsistentStatus). */
const TOLD = [
  'replicas',
  'readyReplicas',
  'availableReplicas',
  'currentReplicas',
  'updatedReplicas',
  'currentRevision',
  'updateRevision',
] as const;

function isNews(before: Frozen<StatefulSetStatus>, now: Frozen<StatefulSetStatus>): boolean {
  if ((now.observedGeneration ?? 0) > (before.observedGeneration ?? 0)) return true;
  return TOLD.some((field) => (before[field] ?? 0) !== (now[field] ?? 0));
}

/** Writes a status that says something new. @throws ApiError */
export async function writeStatus(pass: Pass, status: Frozen<StatefulSetStatus>): Promise<void> {
  if (!isNews(pass.set.status, status)) return;
  await pass.update<StatefulSet>(SETS, { ...pass.set, status }, 'status');
}
