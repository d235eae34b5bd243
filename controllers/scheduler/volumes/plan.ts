/** How the volumes of a pod get to a node: kube-scheduler's SchedulerVolumeBinder. */
import { type Frozen, getOwn } from '../../../server/base/freeze.ts';
import { keyOf } from '../../../server/kube/object.ts';
import { storageClassName } from '../../../server/kube/storage-class.ts';
import type { Node, PersistentVolume, StorageClass } from '../../../server/kube/types.gen.ts';
import { SELECTED_NODE } from '../../lib/volumes/annotations.ts';
import {
  bestVolume,
  type Claim,
  compareRequests,
  isReachableFrom,
  VOLUMES,
  type Volume,
} from '../../lib/volumes/matching.ts';
import type { World } from '../framework.ts';
import { type Room, roomFor } from './capacity.ts';
import { classOf, type VolumeNeeds } from './needs.ts';

/** What has to be written so that a pod's claims are bound for a node. */
export interface VolumePlan {
  readonly bindings: readonly { readonly volume: Volume; readonly claim: Claim }[];
  /** Claims that provisioners make volumes for, and how much room there is for them. */
  readonly provisions: readonly { readonly claim: Claim; readonly room?: number }[];
}

const NOTHING: VolumePlan = { bindings: [], provisions: [] };
const NO_VOLUME = "node(s) didn't find available persistent volumes to bind";
const NO_ROOM = 'node(s) did not have enough free storage';
const UNREACHABLE = "node(s) didn't match PersistentVolume's node affinity";
const GONE = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)';

/** A plan, or why the volumes cannot be there. */
export function planVolumes(
  { bound, unbound }: VolumeNeeds,
  node: Frozen<Node>,
  world: World,
): VolumePlan | readonly string[] {
  const refused = boundReason(bound, node, world);
  const plan = unbound.length === 0 ? NOTHING : planUnbound(unbound, node, world);
  if (typeof plan === 'object' && refused === undefined) return plan;
  // In upstream's order: what cannot be reached, what cannot be bound or made, what is gone.
  const reasons = refused === UNREACHABLE ? [UNREACHABLE] : [];
  if (typeof plan === 'string') reasons.push(plan);
  if (refused === GONE) reasons.push(GONE);
  return reasons;
}

function boundReason(claims: readonly Claim[], node: Frozen<Node>, world: World): string | undefined {
  for (const { spec } of claims) {
    const volume = world.lister<PersistentVolume>(VOLUMES).get({ namespace: '', name: spec.volumeName ?? '' });
    if (!volume) return GONE;
    if (!isReachableFrom(volume, node)) return UNREACHABLE;
  }
  return undefined;
}

function planUnbound(claims: readonly Claim[], node: Frozen<Node>, world: World): VolumePlan | string {
  const { assumedVolumes } = world;
  const toProvision: Claim[] = [];
  const open: Claim[] = [];
  for (const claim of claims) {
    const selected = assumedVolumes.selectedNode(keyOf(claim)) ?? getOwn(claim.metadata.annotations, SELECTED_NODE);
    if (selected !== undefined && selected !== node.metadata.name) return NO_VOLUME;
    (selected === undefined ? open : toProvision).push(claim);
  }
  const bindings: { volume: Volume; claim: Claim }[] = [];
  const taken = new Set<string>();
  const volumes = world.lister<PersistentVolume>(VOLUMES).list();
  // Small claims first, so that they do not take large volumes.
  for (const claim of open.sort(compareRequests)) {
    const name = storageClassName(claim);
    const free = volumes.filter(
      (volume) => storageClassName(volume) === name && !assumedVolumes.isReservedForOther(volume, claim),
    );
    const volume = bestVolume(claim, free, { node, taken });
    if (volume) {
      taken.add(volume.metadata.name ?? '');
      bindings.push({ volume, claim });
    } else toProvision.push(claim);
  }
  const provisions: { claim: Claim; room?: number }[] = [];
  for (const claim of toProvision) {
    const room = roomToProvision(claim, node, world);
    if (!room) return NO_VOLUME;
    if (!room.isEnough) return NO_ROOM;
    provisions.push({ claim, ...(room.capacity !== undefined && { room: room.capacity }) });
  }
  return { bindings, provisions };
}

/** Undefined when nobody would make a volume there. */
function roomToProvision(claim: Claim, node: Frozen<Node>, world: World): Room | undefined {
  const storageClass = classOf(claim, world);
  if (!storageClass || !canProvision(storageClass, node)) return undefined;
  return roomFor(claim, storageClass, node, world);
}

function canProvision(storageClass: Frozen<StorageClass>, { metadata }: Frozen<Node>): boolean {
  const { provisioner, allowedTopologies = [] } = storageClass;
  if (provisioner === '' || provisioner === 'kubernetes.io/no-provisioner') return false;
  if (allowedTopologies.length === 0) return true;
  return allowedTopologies.some(({ matchLabelExpressions = [] }) =>
    matchLabelExpressions.every(({ key, values }) => values?.includes(getOwn(metadata.labels, key) ?? '')),
  );
}

export function isPlanEmpty({ bindings, provisions }: VolumePlan): boolean {
  return bindings.length === 0 && provisions.length === 0;
}
