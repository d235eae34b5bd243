import { getOwn } from '../../../server/base/freeze.ts';
import { keyOf } from '../../../server/kube/object.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../server/kube/types.gen.ts';
import type { Client } from '../../lib/client.ts';
import { annotated, SELECTED_NODE } from '../../lib/volumes/annotations.ts';
import { boundTo, CLAIMS, VOLUMES } from '../../lib/volumes/matching.ts';
import type { AssumedVolumes } from './assumed.ts';
import type { VolumePlan } from './plan.ts';

/** Keeps other pods off what a plan is about. */
export function assumePlan({ bindings, provisions }: VolumePlan, node: string, assumed: AssumedVolumes): void {
  for (const { volume, claim } of bindings) assumed.reserve(volume, claim);
  for (const { claim } of provisions) assumed.select(keyOf(claim), node);
}

/** Gives up a plan, or what is left of it once it is written. */
export function forgetPlan({ bindings, provisions }: VolumePlan, assumed: AssumedVolumes): void {
  for (const { volume } of bindings) assumed.release(volume);
  for (const { claim } of provisions) assumed.deselect(keyOf(claim));
}

/** Reserves volumes, and tells provisioners where the pod will run. The binder does the rest. */
export async function carryOut({ bindings, provisions }: VolumePlan, node: string, client: Client): Promise<void> {
  for (const { volume, claim } of bindings) {
    const reserved = boundTo(volume, claim);
    if (reserved !== volume) await client.update<PersistentVolume>(VOLUMES, reserved);
  }
  for (const { claim } of provisions) {
    if (getOwn(claim.metadata.annotations, SELECTED_NODE) === node) continue;
    await client.update<PersistentVolumeClaim>(CLAIMS, annotated(claim, { [SELECTED_NODE]: node }));
  }
}
