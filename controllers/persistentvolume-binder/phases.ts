/** The statuses of volumes and claims. */
import { deepEqual } from '../../server/base/freeze.ts';
import { compareAmounts } from '../../server/kube/amounts.ts';
import type { PersistentVolumeClaimStatus } from '../../server/kube/types.gen.ts';
import type { Claim, Volume } from '../lib/volumes/matching.ts';
import type { View } from './view.ts';

export type VolumePhase = 'Available' | 'Bound' | 'Released' | 'Failed';
export type ClaimPhase = 'Pending' | 'Bound' | 'Lost';

/** What a warning says. */
export interface Trouble {
  readonly reason: string;
  readonly message: string;
}

/** A phase that the volume has already is not written, whatever its message. */
export async function setVolumePhase(view: View, volume: Volume, phase: VolumePhase, message = ''): Promise<Volume> {
  if (volume.status.phase === phase) return volume;
  const { message: _before, ...status } = volume.status;
  const next = { ...volume, status: { ...status, phase, ...(message !== '' && { message }) } };
  return view.writeVolume(next, 'status');
}

/** Something went wrong with a volume. It is told once. */
export async function failVolume(view: View, volume: Volume, { reason, message }: Trouble): Promise<void> {
  if (volume.status.phase === 'Failed') return;
  const failed = await setVolumePhase(view, volume, 'Failed', message);
  view.env.event(failed, 'Warning', reason, message);
}

/** The claim's status with a phase, and what it has of its volume. */
export async function setClaimPhase(view: View, claim: Claim, phase: ClaimPhase, volume?: Volume): Promise<Claim> {
  const status = volume ? boundStatus(claim, volume, phase) : unboundStatus(claim, phase);
  return deepEqual(status, claim.status) ? claim : view.writeClaim({ ...claim, status }, 'status');
}

/** A claim has lost its volume. It is told once. */
export async function loseClaim(view: View, claim: Claim, { reason, message }: Trouble): Promise<void> {
  if (claim.status.phase === 'Lost') return;
  const lost = await setClaimPhase(view, claim, 'Lost');
  view.env.event(lost, 'Warning', reason, message);
}

type Status = Claim['status'];

function unboundStatus({ status }: Claim, phase: ClaimPhase): Status {
  const { accessModes: _modes, capacity: _capacity, currentVolumeAttributesClassName: _class, ...rest } = status;
  return { ...rest, phase };
}

/** Resizers are behind with a volume's size on purpose: it is only taken over when the claim becomes bound. */
function boundStatus({ status }: Claim, volume: Volume, phase: ClaimPhase): Status {
  const { accessModes, capacity, volumeAttributesClassName } = volume.spec;
  const next = { ...status, ...(accessModes && { accessModes }) } as PersistentVolumeClaimStatus;
  if (status.phase === phase) return next;
  if (capacity?.storage === undefined)
    throw new Error(`PersistentVolume "${volume.metadata.name}" is without a storage capacity`);
  const before = status.capacity?.storage;
  if (before === undefined || compareAmounts(before, capacity.storage) !== 0) next.capacity = { ...capacity };
  if (status.phase === 'Pending' && volumeAttributesClassName !== undefined)
    next.currentVolumeAttributesClassName = volumeAttributesClassName;
  return { ...next, phase };
}
