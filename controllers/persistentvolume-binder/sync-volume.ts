import { ApiError } from '../../server/kube/api-error.ts';
import { goQuote } from '../../server/kube/go-quote.ts';
import type { Key } from '../../server/kube/object.ts';
import type { PersistentVolumeClaim } from '../../server/kube/types.gen.ts';
import { hasAnnotation, PROVISIONED_BY } from '../lib/volumes/annotations.ts';
import { CLAIMS, type Claim, sameVolumeMode, type Volume } from '../lib/volumes/matching.ts';
import { unbind } from './bind.ts';
import { setVolumePhase } from './phases.ts';
import { reclaim } from './reclaim.ts';
import type { View } from './view.ts';

/** One pass over one volume (syncVolume). */
export async function syncVolume(view: View, volume: Volume): Promise<void> {
  const { claimRef } = volume.spec;
  if (!claimRef?.uid) {
    // Whoever it is reserved for will take it.
    await setVolumePhase(view, volume, 'Available');
    return;
  }
  const key = { namespace: claimRef.namespace ?? '', name: claimRef.name ?? '' };
  const claim = await currentClaim(view, key, claimRef.uid, volume);
  if (!claim) await release(view, volume);
  else if (!claim.spec.volumeName) awaitClaim(view, volume, claim, key);
  else if (claim.spec.volumeName === volume.metadata.name) await setVolumePhase(view, volume, 'Bound');
  else if (hasAnnotation(volume, PROVISIONED_BY) && volume.spec.persistentVolumeReclaimPolicy === 'Delete') {
    // It was made for the claim, which took another one.
    await release(view, volume);
  } else await unbind(view, volume);
}

/** Nothing is released because an informer lags. */
async function currentClaim(view: View, key: Key, uid: string, volume: Volume): Promise<Claim | undefined> {
  const known = view.claim(key);
  if (known?.metadata.uid === uid) return known;
  if (!known && ['Released', 'Failed'].includes(volume.status.phase ?? '')) return undefined;
  try {
    const asked = await view.env.client.get<PersistentVolumeClaim>(CLAIMS, key);
    return asked.metadata.uid === uid ? asked : undefined;
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}

async function release(view: View, volume: Volume): Promise<void> {
  const isReleased = ['Released', 'Failed'].includes(volume.status.phase ?? '');
  await reclaim(view, isReleased ? volume : await setVolumePhase(view, volume, 'Released'));
}

/** The scheduler or a provisioner bound the volume: the claim follows. */
function awaitClaim(view: View, volume: Volume, claim: Claim, key: Key): void {
  if (sameVolumeMode(claim, volume)) {
    view.env.enqueue(key);
    return;
  }
  const tell = (about: Claim | Volume, which: string, to: string): void => {
    const message = `Cannot bind PersistentVolume ${which}to requested PersistentVolumeClaim ${to}due to incompatible`;
    view.env.event(about, 'Warning', 'VolumeMismatch', `${message} volumeMode.`);
  };
  tell(volume, '', `${goQuote(key.name)} `);
  tell(claim, `${goQuote(volume.metadata.name ?? '')} `, '');
}
