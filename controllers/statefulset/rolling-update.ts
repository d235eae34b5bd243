/** Deletes pods of older revisions, as many as may be missing: updateStatefulSetAfterInvariantEstablished. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { ControllerRevision, StatefulSet } from '../../server/kube/types.gen.ts';
import { scaled } from '../lib/scaled.ts';
import { wantedReplicas } from './identity.ts';
import type { Pass } from './pass.ts';
import { deleteReplica } from './pod-writes.ts';
import { isAvailable, isLeaving, isUnavailable, type Replica } from './replicas.ts';

/** How many pods may be missing during an update: at least one, or nothing would move. */
function maxUnavailable(set: Frozen<StatefulSet>): number {
  const { maxUnavailable: allowed = 1 } = set.spec.updateStrategy.rollingUpdate ?? {};
  return Math.max(1, scaled(allowed, wantedReplicas(set), Math.floor));
}

/** Pods below the partition stay as they are; those above go in descending order. */
export async function rollOut(
  pass: Pass,
  replicas: readonly Replica[],
  { metadata }: Frozen<ControllerRevision>,
): Promise<void> {
  const isOld = (replica: Replica): boolean => replica.revision !== metadata.name && !isLeaving(replica);
  const missing = replicas.filter((replica) => isUnavailable(replica, pass));
  const room = maxUnavailable(pass.set) - missing.length;
  const partition = pass.set.spec.updateStrategy.rollingUpdate?.partition ?? 0;
  const old = replicas.slice(partition).filter(isOld).reverse();
  if (pass.isOrdered) {
    await giveUp(pass, old.slice(0, Math.max(0, room)));
    return;
  }
  if (room <= 0 && !missing.some(isOld)) return;
  // Old pods that are missing anyway cost nothing, and the room is for those that work.
  await giveUp(
    pass,
    old.filter((replica) => !isAvailable(replica, pass)),
  );
  await giveUp(pass, old.filter((replica) => isAvailable(replica, pass)).slice(0, Math.max(0, room)));
}

async function giveUp(pass: Pass, replicas: readonly Replica[]): Promise<void> {
  for (const { pod } of replicas) {
    if (!pod) continue;
    await deleteReplica(pass, pod);
    pass.updating++;
  }
}
