/** Replacing old pods by new ones within the bounds of the strategy: rollingUpdate of pkg/controller/daemon. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { Pod } from '../../server/kube/types.gen.ts';
import { scaled } from '../lib/scaled.ts';
import type { Changes } from './changes.ts';
import type { Pass, PodsByNode } from './pass.ts';

/** How many nodes may have a second pod at once, out of `total`. */
function maxSurge({ set }: Pass, total: number): number {
  const { type, rollingUpdate } = set.spec.updateStrategy;
  return type === 'RollingUpdate' ? scaled(rollingUpdate?.maxSurge, total, Math.ceil) : 0;
}

/** How many nodes may be without an available pod at once, out of `total`. */
function maxUnavailable({ set }: Pass, total: number): number {
  return scaled(set.spec.updateStrategy.rollingUpdate?.maxUnavailable, total, Math.ceil);
}

/** Whether a node may have two pods at all. */
export function allowsSurge(pass: Pass): boolean {
  return maxSurge(pass, 1) > 0;
}

interface OnNode {
  readonly node: string;
  readonly newPod: Frozen<Pod> | undefined;
  readonly oldPod: Frozen<Pod> | undefined;
  /** More than one pod of a kind: somebody has to tidy up first. */
  readonly isCrowded: boolean;
}

function onNode(pass: Pass, node: string, pods: readonly Frozen<Pod>[], hash: string): OnNode {
  const staying = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const newPods = staying.filter((pod) => pass.isUpdated(pod, hash));
  const oldPods = staying.filter((pod) => !pass.isUpdated(pod, hash));
  return { node, newPod: newPods[0], oldPod: oldPods[0], isCrowded: newPods.length > 1 || oldPods.length > 1 };
}

/** What to do next of a rolling update. */
export function nextOfUpdate(pass: Pass, pods: PodsByNode, hash: string): Changes {
  const wanted = [...pass.nodes].filter((node) => pass.placementOn(node).shouldRun);
  const total = wanted.length;
  const surge = maxSurge(pass, total);
  const nodes = [...new Set([...wanted, ...pods.keys()])].map((node) => onNode(pass, node, pods.get(node) ?? [], hash));
  if (surge > 0) return surging(pass, nodes, surge, total);
  return replacing(pass, nodes, maxUnavailable(pass, total));
}

/** Deletes old pods, and {@link missingAndSurplus} creates the new ones. Those that are not available go at once. */
function replacing(pass: Pass, nodes: readonly OnNode[], bound: number): Changes {
  let unavailable = 0;
  const allowed: Frozen<Pod>[] = [];
  const candidates: Frozen<Pod>[] = [];
  for (const { newPod, oldPod, isCrowded } of nodes) {
    if (isCrowded || (newPod === undefined) === (oldPod === undefined)) unavailable++;
    else if (newPod) unavailable += pass.isAvailable(newPod) ? 0 : 1;
    else if (oldPod && !pass.isAvailable(oldPod)) {
      allowed.push(oldPod);
      unavailable++;
    } else if (oldPod) candidates.push(oldPod);
  }
  return { create: [], remove: [...allowed, ...candidates.slice(0, Math.max(0, bound - unavailable))] };
}

/** Creates new pods next to old ones, and deletes these when those are available. */
function surging(pass: Pass, nodes: readonly OnNode[], bound: number, total: number): Changes {
  let surge = 0;
  let available = 0;
  const create: string[] = [];
  const candidates: string[] = [];
  const remove: Frozen<Pod>[] = [];
  const leaving: Frozen<Pod>[] = [];
  for (const { node, newPod, oldPod, isCrowded } of nodes) {
    if (isCrowded) {
      surge++;
      continue;
    }
    const first = oldPod ?? newPod;
    if (first && pass.isAvailable(first)) available++;
    if (!oldPod) continue;
    if (newPod) {
      if (pass.isAvailable(newPod)) remove.push(oldPod);
      else surge++;
    } else if (!pass.placementOn(node).shouldRun) (pass.isAvailable(oldPod) ? leaving : remove).push(oldPod);
    else (pass.isAvailable(oldPod) ? candidates : create).push(node);
  }
  // A node that is not wanted any more keeps its pod until there are enough elsewhere.
  remove.push(...leaving.slice(0, Math.max(0, available - total)));
  create.push(...candidates.slice(0, Math.max(0, bound - surge)));
  return { create, remove };
}
