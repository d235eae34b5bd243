import type { Frozen } from '../../base/freeze.ts';
import { goQuote } from '../../kube/go-quote.ts';
import type { Pod } from '../../kube/types.gen.ts';
import { reasonsText, violations } from './checks.ts';
import { type LevelVersion, policyText } from './policy.ts';

/** Upstream looks at no more, so that a change of a label is answered soon. */
const PODS_MAX = 3000;

/** Pods of one controller are much alike: one of each goes first. */
function prioritized(pods: readonly Frozen<Pod>[]): Frozen<Pod>[] {
  const seen = new Set<string>();
  const alike: Frozen<Pod>[] = [];
  const first = pods.filter((pod) => {
    const controller = pod.metadata.ownerReferences?.find((owner) => owner.controller);
    if (!controller) return true;
    if (seen.has(controller.uid)) {
      alike.push(pod);
      return false;
    }
    seen.add(controller.uid);
    return true;
  });
  return [...first, ...alike];
}

/** Warnings about pods that are there already when a namespace begins to enforce a level. Nothing happens to them. */
export function existingPodWarnings(namespace: string, enforce: LevelVersion, pods: readonly Frozen<Pod>[]): string[] {
  const checked = prioritized(pods).slice(0, PODS_MAX);
  const names = new Map<string, string[]>();
  for (const { metadata, spec } of checked) {
    const reasons = reasonsText(violations(enforce, { metadata, spec }));
    if (reasons === '') continue;
    const alike = names.get(reasons);
    if (alike) alike.push(metadata.name ?? '');
    else names.set(reasons, [metadata.name ?? '']);
  }
  const warnings: string[] = [];
  if (checked.length < pods.length) {
    const part = `the first ${checked.length} of ${pods.length} existing pods`;
    warnings.push(`new PodSecurity enforce level only checked against ${part}`);
  }
  if (names.size > 0) {
    const level = `the new PodSecurity enforce level ${goQuote(policyText(enforce))}`;
    warnings.push(`existing pods in namespace ${goQuote(namespace)} violate ${level}`);
  }
  const lines = [...names].map(([reasons, alike]) => `${namesText(alike)}: ${reasons}`);
  return [...warnings, ...lines.sort()];
}

function namesText(names: string[]): string {
  const [first = ''] = names.sort();
  const others = names.length - 1;
  return others === 0 ? first : `${first} (and ${others} other ${others === 1 ? 'pod' : 'pods'})`;
}
