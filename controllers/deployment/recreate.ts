/** The strategy Recreate: all old pods go before the first new one comes (recreate.go). */
import type { Pod } from '../../server/kube/types.gen.ts';
import { isControlledBy } from '../lib/adopt.ts';
import { isPodTerminal, PODS } from '../lib/pods.ts';
import { cleanHistory } from './history.ts';
import { createNewSet } from './new-replica-set.ts';
import { type Again, active, type Pass, wantedBy } from './pass.ts';
import { isComplete, syncRolloutStatus } from './progress.ts';
import { scaleSet } from './scale.ts';
import { countedBy } from './status.ts';

/** One step of a recreation. */
export async function recreate(pass: Pass): Promise<Again> {
  const old = active(pass.oldSets);
  for (const set of old) await scaleSet(pass, set, 0);
  if (old.length > 0 || oldPodsRun(pass)) return syncRolloutStatus(pass);
  if (!pass.newSet) await createNewSet(pass);
  if (pass.newSet) await scaleSet(pass, pass.newSet, wantedBy(pass.deployment));
  if (isComplete(pass.deployment, pass.deployment.status)) await cleanHistory(pass);
  return syncRolloutStatus(pass);
}

/** A pod that is being deleted still runs. */
function oldPodsRun({ env, oldSets }: Pass): boolean {
  if (countedBy(oldSets, 'replicas') > 0) return true;
  const pods = env.lister<Pod>(PODS);
  return oldSets.some((set) =>
    pods.ownedBy(set.metadata.uid ?? '').some((pod) => isControlledBy(pod, set) && !isPodTerminal(pod)),
  );
}
