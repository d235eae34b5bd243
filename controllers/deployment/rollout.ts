/** The rolling update: up with the new replica set, down with the old ones, within the bounds (rolling.go). */
import type { Frozen } from '../../server/base/freeze.ts';
import type { ReplicaSet } from '../../server/kube/types.gen.ts';
import { maxUnavailable, newSetReplicas } from './bounds.ts';
import { cleanHistory } from './history.ts';
import { createNewSet } from './new-replica-set.ts';
import { type Again, active, type Pass, wantedBy, wantedByAll } from './pass.ts';
import { isComplete, syncRolloutStatus } from './progress.ts';
import { scaleSet } from './scale.ts';
import { countedBy } from './status.ts';

/** One step of a rolling update. What the replica sets make of it wakes the next. */
export async function rollOut(pass: Pass): Promise<Again> {
  if (!pass.newSet) await createNewSet(pass);
  const moved = (await scaleNewSet(pass)) || (await scaleOldSets(pass));
  if (!moved && isComplete(pass.deployment, pass.deployment.status)) await cleanHistory(pass);
  return syncRolloutStatus(pass);
}

async function scaleNewSet(pass: Pass): Promise<boolean> {
  const { newSet, deployment, sets } = pass;
  if (!newSet) return false;
  const [current, wanted] = [wantedBy(newSet), wantedBy(deployment)];
  if (current === wanted) return false;
  return scaleSet(pass, newSet, current > wanted ? wanted : newSetReplicas(deployment, sets, current));
}

/**
 * Takes pods from old replica sets: those that are not available cost nothing, and others may go as far as new ones
 * have become available. The new replica set's own unavailable pods must not count as room.
 */
async function scaleOldSets(pass: Pass): Promise<boolean> {
  const { deployment, newSet, sets } = pass;
  const old = active(pass.oldSets);
  // One that has more available pods than it wants has not told yet what it gave up; counting them would take too many.
  if (!newSet || old.length === 0 || old.some((set) => availableOf(set) > wantedBy(set))) return false;
  const available = wantedBy(deployment) - maxUnavailable(deployment);
  const newUnavailable = wantedBy(newSet) - availableOf(newSet);
  const room = wantedByAll(sets) - available - newUnavailable;
  if (room <= 0) return false;
  const unhealthy = await takePods(pass, room, (set) => wantedBy(set) - availableOf(set));
  const surplus = countedBy(pass.sets, 'availableReplicas') - available;
  const healthy = await takePods(pass, surplus, wantedBy);
  return unhealthy + healthy > 0;
}

const availableOf = ({ status }: Frozen<ReplicaSet>): number => status?.availableReplicas ?? 0;

/** Takes up to `count` pods, from the oldest replica sets first, and tells how many it took. */
async function takePods(pass: Pass, count: number, takeable: (set: Frozen<ReplicaSet>) => number): Promise<number> {
  let taken = 0;
  for (const set of active(pass.oldSets)) {
    const take = Math.min(count - taken, takeable(set));
    if (take <= 0) continue;
    await scaleSet(pass, set, wantedBy(set) - take);
    taken += take;
  }
  return taken;
}
