/** What becomes of a volume whose claim is gone: its reclaim policy. */
import { getOwn } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { goQuote } from '../../server/kube/go-quote.ts';
import { keyOf, keyText } from '../../server/kube/object.ts';
import { isPodTerminal } from '../lib/pods.ts';
import { MIGRATED_TO, PROVISIONED_BY } from '../lib/volumes/annotations.ts';
import { VOLUMES, type Volume } from '../lib/volumes/matching.ts';
import { unbind } from './bind.ts';
import { failVolume } from './phases.ts';
import type { View } from './view.ts';

export async function reclaim(view: View, volume: Volume): Promise<void> {
  if (getOwn(volume.metadata.annotations, MIGRATED_TO)) return;
  switch (volume.spec.persistentVolumeReclaimPolicy) {
    case 'Retain':
      return;
    case 'Recycle':
      return recycle(view, volume);
    case 'Delete':
      return deleteVolume(view, volume);
    default: {
      const message = 'Volume has unrecognized PersistentVolumeReclaimPolicy';
      await failVolume(view, volume, { reason: 'VolumeUnknownReclaimPolicy', message });
    }
  }
}

/** Upstream lets a pod empty the volume; nothing is stored here that would have to be emptied. */
async function recycle(view: View, volume: Volume): Promise<void> {
  const { claimRef, hostPath, nfs } = volume.spec;
  const key = { namespace: claimRef?.namespace ?? '', name: claimRef?.name ?? '' };
  const pods = view.podsUsing(key).filter((pod) => !isPodTerminal(pod));
  if (pods.length > 0 && !view.claim(key)) {
    const names = pods.map((pod) => keyText(keyOf(pod))).sort();
    view.env.event(volume, 'Normal', 'VolumeFailedRecycle', `Volume is used by pods: ${names.join()}`);
  } else if (!hostPath && !nfs) {
    const message = 'No recycler plugin found for the volume!';
    await failVolume(view, volume, { reason: 'VolumeFailedRecycle', message });
  } else {
    view.env.event(volume, 'Normal', 'VolumeRecycled', 'Volume recycled');
    await unbind(view, volume);
  }
}

async function deleteVolume(view: View, volume: Volume): Promise<void> {
  const { name = '', uid = '', deletionTimestamp } = volume.metadata;
  const obstacle = deletionObstacle(volume);
  if (obstacle !== undefined) await failVolume(view, volume, { reason: 'VolumeFailedDelete', message: obstacle });
  if (obstacle !== undefined || isExternal(volume) || deletionTimestamp !== undefined) return;
  try {
    await view.env.client.delete(VOLUMES, { namespace: '', name }, { uid });
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 404)) throw error;
  }
}

function provisionerOf({ metadata }: Volume): string {
  return getOwn(metadata.annotations, PROVISIONED_BY) ?? '';
}

/** Whoever made such a volume deletes it. */
function isExternal(volume: Volume): boolean {
  const provisioner = provisionerOf(volume);
  return provisioner === '' ? volume.spec.csi !== undefined : !provisioner.startsWith('kubernetes.io/');
}

/** What upstream trusts itself to delete. */
const DELETABLE_PATH = `${'/tmp'}/.+`;

/** Why kube-controller-manager cannot delete what a volume stands for: of its drivers only one is for that. */
function deletionObstacle(volume: Volume): string | undefined {
  const provisioner = provisionerOf(volume);
  const { hostPath, nfs } = volume.spec;
  if (isExternal(volume)) return undefined;
  if (provisioner !== '' && provisioner !== 'kubernetes.io/host-path')
    return `no volume plugin matched name: ${provisioner}`;
  if (hostPath) {
    const isTemporary = new RegExp(DELETABLE_PATH).test(hostPath.path);
    const refusal = `host_path deleter only supports ${DELETABLE_PATH} but received provided ${hostPath.path}`;
    return isTemporary ? undefined : refusal;
  }
  const why = nfs ? 'no deletable volume plugin matched' : 'no volume plugin matched';
  return `error getting deleter volume plugin for volume ${goQuote(volume.metadata.name ?? '')}: ${why}`;
}
