/** How the volumes of a pod get to a node: kube-scheduler's SchedulerVolumeBinder. */
import { type Frozen, getOwn } from '../../server/base/freeze.ts';
import { storageClassName } from '../../server/kube/storage-class.ts';
import type { Node, PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { annotated, SELECTED_NODE } from '../lib/volumes/annotations.ts';
import {
  bestVolume,
  boundTo,
  CLAIMS,
  type Claim,
  compareRequests,
  isReachableFrom,
  VOLUMES,
  type Volume,
} from '../lib/volumes/matching.ts';
import { classOf, type VolumeNeeds } from './volume-needs.ts';

/** What has to be written so that a pod's claims are bound for a node. */
export interface VolumePlan {
  readonly bindings: readonly { readonly volume: Volume; readonly claim: Claim }[];
  /** Claims that provisioners make volumes for. */
  readonly provisions: readonly Claim[];
}

const NOTHING: VolumePlan = { bindings: [], provisions: [] };
const NO_VOLUME = "node(s) didn't find available persistent volumes to bind";

/** A plan, or why the volumes cannot be there. */
export function planVolumes(
  { bound, unbound }: VolumeNeeds,
  node: Frozen<Node>,
  env: ControllerEnv,
): VolumePlan | readonly string[] {
  const reasons = boundReasons(bound, node, env);
  if (unbound.length === 0) return reasons.length > 0 ? reasons : NOTHING;
  const plan = planUnbound(unbound, node, env);
  if (!plan) return [...reasons.slice(0, 1), NO_VOLUME, ...reasons.slice(1)];
  return reasons.length > 0 ? reasons : plan;
}

function boundReasons(claims: readonly Claim[], node: Frozen<Node>, env: ControllerEnv): string[] {
  for (const { spec } of claims) {
    const volume = env.lister<PersistentVolume>(VOLUMES).get({ namespace: '', name: spec.volumeName ?? '' });
    if (!volume) return ['node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)'];
    if (!isReachableFrom(volume, node)) return ["node(s) didn't match PersistentVolume's node affinity"];
  }
  return [];
}

function planUnbound(claims: readonly Claim[], node: Frozen<Node>, env: ControllerEnv): VolumePlan | undefined {
  const provisions: Claim[] = [];
  const open: Claim[] = [];
  for (const claim of claims) {
    const selected = getOwn(claim.metadata.annotations, SELECTED_NODE);
    if (selected !== undefined && selected !== node.metadata.name) return undefined;
    (selected === undefined ? open : provisions).push(claim);
  }
  const bindings: { volume: Volume; claim: Claim }[] = [];
  const taken = new Set<string>();
  const volumes = env.lister<PersistentVolume>(VOLUMES).list();
  // Small claims first, so that they do not take large volumes.
  for (const claim of open.sort(compareRequests)) {
    const name = storageClassName(claim);
    const ofClass = volumes.filter((volume) => storageClassName(volume) === name);
    const volume = bestVolume(claim, ofClass, { node, taken });
    if (volume) {
      taken.add(volume.metadata.name ?? '');
      bindings.push({ volume, claim });
    } else provisions.push(claim);
  }
  const isProvided = provisions.every((claim) => canProvision(classOf(claim, env), node));
  return isProvided ? { bindings, provisions } : undefined;
}

function canProvision(storageClass: Frozen<StorageClass> | undefined, { metadata }: Frozen<Node>): boolean {
  const { provisioner = '', allowedTopologies = [] } = storageClass ?? {};
  if (provisioner === '' || provisioner === 'kubernetes.io/no-provisioner') return false;
  if (allowedTopologies.length === 0) return true;
  return allowedTopologies.some(({ matchLabelExpressions = [] }) =>
    matchLabelExpressions.every(({ key, values }) => values?.includes(getOwn(metadata.labels, key) ?? '')),
  );
}

export function isPlanEmpty({ bindings, provisions }: VolumePlan): boolean {
  return bindings.length === 0 && provisions.length === 0;
}

/** Reserves volumes, and tells provisioners where the pod will run. The binder does the rest. */
export async function carryOut(
  { bindings, provisions }: VolumePlan,
  node: string,
  { client }: ControllerEnv,
): Promise<void> {
  for (const { volume, claim } of bindings) {
    const reserved = boundTo(volume, claim);
    if (reserved !== volume) await client.update<PersistentVolume>(VOLUMES, reserved);
  }
  for (const claim of provisions) {
    if (getOwn(claim.metadata.annotations, SELECTED_NODE) === node) continue;
    await client.update<PersistentVolumeClaim>(CLAIMS, annotated(claim, { [SELECTED_NODE]: node }));
  }
}
