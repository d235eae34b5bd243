import type { Frozen } from '../../server/base/freeze.ts';
import { defaultClassName } from '../../server/kube/default-class.ts';
import { goQuote } from '../../server/kube/go-quote.ts';
import { keyOf, keyText } from '../../server/kube/object.ts';
import { DEFAULT_CLASS_ANNOTATIONS, namesStorageClass, storageClassName } from '../../server/kube/storage-class.ts';
import type { Pod } from '../../server/kube/types.gen.ts';
import { isPodTerminal } from '../lib/pods.ts';
import { BIND_COMPLETED, BOUND_BY_CONTROLLER, hasAnnotation, SELECTED_NODE } from '../lib/volumes/annotations.ts';
import {
  bestVolume,
  type Claim,
  hasAccessModes,
  isBoundTo,
  isLargeEnough,
  sameAttributesClass,
  sameVolumeMode,
  type Volume,
  waitsForConsumer,
} from '../lib/volumes/matching.ts';
import { bind } from './bind.ts';
import { loseClaim, setClaimPhase } from './phases.ts';
import { askProvisioner } from './provision.ts';
import type { View } from './view.ts';

/** One pass over one claim (syncClaim). */
export async function syncClaim(view: View, claim: Claim): Promise<void> {
  if (hasAnnotation(claim, BIND_COMPLETED)) await syncBound(view, claim);
  else if (claim.spec.volumeName) await syncNamed(view, claim, claim.spec.volumeName);
  else await syncUnbound(view, claim);
}

async function syncUnbound(view: View, claim: Claim): Promise<void> {
  const isDelayed = waitsForConsumer(view.storageClass(storageClassName(claim)));
  const volume = findVolume(view, claim, isDelayed);
  if (volume) return bind(view, claim, volume);
  if (await assignDefaultClass(view, claim)) return;
  if (isDelayed && !hasAnnotation(claim, SELECTED_NODE)) tellOfWaiting(view, claim);
  else if (storageClassName(claim) !== '') return askProvisioner(view, claim);
  else {
    const message = 'no persistent volumes available for this claim and no storage class is set';
    view.env.event(claim, 'Normal', 'FailedBinding', message);
  }
  await setClaimPhase(view, claim, 'Pending');
}

/** Volumes with as few access modes as possible come first. */
function findVolume(view: View, claim: Claim, reservedOnly: boolean): Volume | undefined {
  const byModes = new Map<string, Volume[]>();
  for (const volume of view.volumes()) {
    if (!hasAccessModes(claim, volume)) continue;
    const modes = [...new Set(volume.spec.accessModes)].sort().join();
    const alike = byModes.get(modes);
    if (alike) alike.push(volume);
    else byModes.set(modes, [volume]);
  }
  const count = (modes: string): number => modes.split(',').length;
  for (const [, volumes] of [...byModes].sort(([a], [b]) => count(a) - count(b))) {
    const volume = bestVolume(claim, volumes, { reservedOnly });
    if (volume) return volume;
  }
  return undefined;
}

/** There may be a default class now that was not there when the claim came. */
async function assignDefaultClass(view: View, claim: Claim): Promise<boolean> {
  if (namesStorageClass(claim)) return false;
  const name = defaultClassName(view.storageClasses(), DEFAULT_CLASS_ANNOTATIONS);
  if (name === undefined) return false;
  await view.writeClaim({ ...claim, spec: { ...claim.spec, storageClassName: name } });
  return true;
}

function tellOfWaiting(view: View, claim: Claim): void {
  const isWaiting = (pod: Frozen<Pod>): boolean => !isPodTerminal(pod) && !pod.spec.nodeName;
  const names = view
    .podsUsing(keyOf(claim))
    .filter(isWaiting)
    .map(({ metadata }) => metadata.name ?? '');
  if (names.length === 0) {
    const message = 'waiting for first consumer to be created before binding';
    view.env.event(claim, 'Normal', 'WaitForFirstConsumer', message);
  } else {
    const message = `waiting for pod${names.length > 1 ? 's' : ''} ${names.join(',')} to be scheduled`;
    view.env.event(claim, 'Normal', 'WaitForPodScheduled', message);
  }
}

/** The claim's user asked for this volume and no other. */
async function syncNamed(view: View, claim: Claim, name: string): Promise<void> {
  const volume = view.volume(name);
  if (!volume) {
    await setClaimPhase(view, claim, 'Pending');
    return;
  }
  const obstacle = obstacleBetween(claim, volume);
  if (!volume.spec.claimRef && obstacle !== undefined) {
    view.env.event(claim, 'Warning', 'VolumeMismatch', `Cannot bind to requested volume ${goQuote(name)}: ${obstacle}`);
    await setClaimPhase(view, claim, 'Pending');
  } else if (!volume.spec.claimRef || isBoundTo(volume, claim)) {
    await bind(view, claim, volume);
  } else {
    const taken = `volume ${goQuote(name)} already bound to a different claim.`;
    view.env.event(claim, 'Warning', 'FailedBinding', taken);
    // Upstream has this for an impossible state, and tries for ever; here a change of either begins anew.
    if (!hasAnnotation(claim, BOUND_BY_CONTROLLER)) await setClaimPhase(view, claim, 'Pending');
  }
}

/** Why a volume is not what a claim asks for (checkVolumeSatisfyClaim). */
function obstacleBetween(claim: Claim, volume: Volume): string | undefined {
  const { name = '', deletionTimestamp } = volume.metadata;
  if (deletionTimestamp !== undefined) return `the volume is marked for deletion ${goQuote(name)}`;
  if (!isLargeEnough(claim, volume)) return 'requested PV is too small';
  if (storageClassName(volume) !== storageClassName(claim)) return 'storageClassName does not match';
  if (!sameAttributesClass(claim, volume)) return 'volumeAttributesClassName does not match';
  if (!sameVolumeMode(claim, volume)) return 'incompatible volumeMode';
  return hasAccessModes(claim, volume) ? undefined : 'incompatible accessMode';
}

/** A claim that was bound once never gets another volume. */
async function syncBound(view: View, claim: Claim): Promise<void> {
  const { volumeName = '' } = claim.spec;
  const volume = volumeName === '' ? undefined : view.volume(volumeName);
  const lose = (reason: string, message: string): Promise<void> => loseClaim(view, claim, { reason, message });
  if (!volume) {
    const what = volumeName === '' ? 'reference to PersistentVolume' : 'its PersistentVolume';
    return lose('ClaimLost', `Bound claim has lost ${what}. Data on the volume is lost!`);
  }
  const { claimRef } = volume.spec;
  if (!claimRef || claimRef.uid === claim.metadata.uid) return bind(view, claim, volume);
  return lose('ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly');
}

/** The claim that a volume is bound to or reserved for. */
export function claimKeyOf({ spec: { claimRef } }: Volume): string | undefined {
  return claimRef && keyText({ namespace: claimRef.namespace ?? '', name: claimRef.name ?? '' });
}
