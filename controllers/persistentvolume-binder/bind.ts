import {
  annotated,
  BIND_COMPLETED,
  BOUND_BY_CONTROLLER,
  hasAnnotation,
  withoutAnnotation,
} from '../lib/volumes/annotations.ts';
import { boundTo, type Claim, type Volume } from '../lib/volumes/matching.ts';
import { setClaimPhase, setVolumePhase } from './phases.ts';
import type { View } from './view.ts';

/** Both sides name each other, the volume first. Whoever begins anew after half of it goes on where it ended. */
export async function bind(view: View, claim: Claim, volume: Volume): Promise<void> {
  const reserved = boundTo(volume, claim);
  const taken = reserved === volume ? volume : await view.writeVolume(reserved);
  const bound = await setVolumePhase(view, taken, 'Bound');
  await setClaimPhase(view, await bindClaim(view, claim, bound), 'Bound', bound);
}

async function bindClaim(view: View, claim: Claim, { metadata: { name = '' } }: Volume): Promise<Claim> {
  const isNamed = claim.spec.volumeName === name;
  if (isNamed && hasAnnotation(claim, BIND_COMPLETED)) return claim;
  const named: Claim = isNamed ? claim : { ...claim, spec: { ...claim.spec, volumeName: name } };
  const annotations = {
    ...(!hasAnnotation(claim, BIND_COMPLETED) && { [BIND_COMPLETED]: 'yes' }),
    ...(!isNamed && !hasAnnotation(claim, BOUND_BY_CONTROLLER) && { [BOUND_BY_CONTROLLER]: 'yes' }),
  };
  return view.writeClaim(annotated(named, annotations));
}

/** The volume is for anybody again, or reserved for the claim that its user named (unbindVolume). */
export async function unbind(view: View, volume: Volume): Promise<void> {
  const { claimRef, ...spec } = volume.spec;
  const { uid: _uid, ...reservation } = claimRef ?? {};
  const free: Volume = hasAnnotation(volume, BOUND_BY_CONTROLLER)
    ? withoutAnnotation({ ...volume, spec }, BOUND_BY_CONTROLLER)
    : { ...volume, spec: { ...spec, ...(claimRef && { claimRef: reservation }) } };
  await setVolumePhase(view, await view.writeVolume(free), 'Available');
}
