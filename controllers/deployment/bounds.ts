/** How far a rollout may go above and below the wanted number of pods. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { Deployment, ReplicaSet } from '../../server/kube/types.gen.ts';
import { scaledValue } from '../lib/int-or-percent.ts';
import { wantedBy, wantedByAll } from './pass.ts';

export function isRollingUpdate({ spec }: Frozen<Deployment>): boolean {
  return spec.strategy.type === 'RollingUpdate';
}

/** How many pods more than wanted there may be. */
export function maxSurge(deployment: Frozen<Deployment>): number {
  if (!isRollingUpdate(deployment)) return 0;
  return scaledValue(deployment.spec.strategy.rollingUpdate?.maxSurge, wantedBy(deployment), Math.ceil);
}

/** How many of the wanted pods may be missing. Both bounds may round to 0; then nothing could move, so one may. */
export function maxUnavailable(deployment: Frozen<Deployment>): number {
  const wanted = wantedBy(deployment);
  if (!isRollingUpdate(deployment) || wanted === 0) return 0;
  const allowed = scaledValue(deployment.spec.strategy.rollingUpdate?.maxUnavailable, wanted, Math.floor);
  return allowed === 0 && maxSurge(deployment) === 0 ? 1 : Math.min(allowed, wanted);
}

/** How many pods the new replica set should ask for now, next to what the old ones have (NewRSNewReplicas). */
export function newSetReplicas(
  deployment: Frozen<Deployment>,
  sets: readonly Frozen<ReplicaSet>[],
  current: number,
): number {
  const wanted = wantedBy(deployment);
  if (!isRollingUpdate(deployment)) return wanted;
  const room = wanted + maxSurge(deployment) - wantedByAll(sets);
  return room <= 0 ? current : current + Math.min(room, wanted - current);
}
