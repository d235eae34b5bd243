/** Which pods have to go so that one of a higher priority fits: kube-scheduler's DefaultPreemption. */

import { type Frozen, getOwn } from '../../server/base/freeze.ts';
import { selectorMatches } from '../../server/kube/labels.ts';
import type { PodDisruptionBudget } from '../../server/kube/types.gen.ts';
import { labelSelectorOf } from '../lib/adopt.ts';
import type { FilterRun } from './cycle.ts';
import { fitMessage, type Misfit } from './fit-error.ts';
import { type Refusal, unresolvable } from './framework.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';

/** Pods that make room on a node, the most important first. */
export interface Candidate {
  readonly node: string;
  readonly victims: readonly PodInfo[];
  /** How many of them their disruption budgets would keep. */
  readonly violations: number;
}

export type Preemption =
  /** The words for the condition, and whether an earlier nomination is void. */
  { readonly candidate?: Candidate; readonly message: string; readonly isNominationVoid: boolean };

export interface PreemptionParts {
  readonly budgets: readonly Frozen<PodDisruptionBudget>[];
  readonly nowMs: number;
  /** From 0 up to but not including 1. */
  readonly fraction: number;
}

/** Of all nodes where preemption may help so many are tried, or this percentage. */
const CANDIDATES_MIN = 100;
const CANDIDATES_PERCENT = 10;

const NOT_HELPFUL = unresolvable('Preemption is not helpful for scheduling');
const NO_VICTIMS = unresolvable('No preemption victims found for incoming pod');

const startMs = ({ pod }: PodInfo, nowMs: number): number =>
  pod.status?.startTime === undefined ? nowMs : Date.parse(pod.status.startTime);

/** The order in which pods are spared. */
function byImportance(nowMs: number): (a: PodInfo, b: PodInfo) => number {
  return (a, b) => b.priority - a.priority || startMs(a, nowMs) - startMs(b, nowMs);
}

/** Whether a pod on its way out was preempted. */
function isPreempted({ pod: { metadata, status } }: PodInfo): boolean {
  if (metadata.deletionTimestamp === undefined) return false;
  const condition = status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
  return condition?.status === 'True' && condition.reason === 'PreemptionByScheduler';
}

/** Why a pod may not preempt others, now or ever. */
function ineligibility({ pod, priority, uid }: PodInfo, { cycle }: FilterRun, misfit: Misfit): string | undefined {
  if (pod.spec.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
  const nominated = cycle.world.cluster.nominationOf(uid);
  if (nominated === undefined) return undefined;
  const refusal = misfit.refusals.get(nominated) ?? misfit.others;
  if (refusal && !refusal.isResolvable) return undefined;
  const pods = cycle.world.cluster.node(nominated)?.pods.values() ?? [];
  for (const other of pods)
    if (other.priority < priority && isPreempted(other))
      return 'not eligible due to a terminating pod on the nominated node.';
  return undefined;
}

/** Tries what pods would have to go. Nothing is changed when it is over. */
export function preempt(run: FilterRun, misfit: Misfit, parts: PreemptionParts): Preemption {
  const { pod, world } = run.cycle;
  const reason = ineligibility(pod, run, misfit);
  if (reason !== undefined) return { message: `preemption: ${reason}`, isNominationVoid: false };
  const nodes = world.cluster.nodes.filter(({ name }) => misfit.refusals.get(name)?.isResolvable);
  const refusals = new Map<string, Refusal>();
  const candidates = dryRun(run, nodes, parts, refusals);
  const candidate = pickCandidate(candidates, parts.nowMs);
  if (!candidate) {
    const message = fitMessage({ total: misfit.total, refusals, others: NOT_HELPFUL });
    return { message: `preemption: ${message}`, isNominationVoid: true };
  }
  const { node, victims } = candidate;
  const found = `found a potential placement for pod on node ${node}, preempting ${victims.length} victims`;
  return { candidate, message: `preemption: ${found}`, isNominationVoid: false };
}

function dryRun(
  run: FilterRun,
  nodes: readonly NodeInfo[],
  parts: PreemptionParts,
  refusals: Map<string, Refusal>,
): Candidate[] {
  const percentage = Math.trunc((nodes.length * CANDIDATES_PERCENT) / 100);
  const enough = Math.min(Math.max(percentage, CANDIDATES_MIN), nodes.length);
  const offset = Math.floor(parts.fraction * nodes.length);
  const candidates: Candidate[] = [];
  let isOneWithoutViolations = false;
  for (let i = 0; i < nodes.length && !(isOneWithoutViolations && candidates.length >= enough); i++) {
    const node = nodes[(offset + i) % nodes.length];
    if (!node) continue;
    const found = selectVictims(run, node, parts);
    if ('reasons' in found) refusals.set(node.name, found);
    else {
      candidates.push(found);
      isOneWithoutViolations ||= found.violations === 0;
    }
  }
  // Those that violate no budget come first.
  return candidates.sort((a, b) => Number(a.violations > 0) - Number(b.violations > 0));
}

/** The pods of a node that have to go; or why it would not help if all went that may. */
function selectVictims(run: FilterRun, node: NodeInfo, { budgets, nowMs }: PreemptionParts): Candidate | Refusal {
  const { priority } = run.cycle.pod;
  const inferior = [...node.pods.values()].filter((other) => other.priority < priority);
  if (inferior.length === 0) return NO_VICTIMS;
  const gone = new Set<PodInfo>();
  const take = (other: PodInfo): void => {
    run.consider(other, node, -1);
    gone.add(other);
  };
  const giveBack = (other: PodInfo): void => {
    run.consider(other, node, 1);
    gone.delete(other);
  };
  try {
    for (const other of inferior) take(other);
    const rejection = run.check(node);
    if (rejection) return rejection.refusal;
    inferior.sort(byImportance(nowMs));
    const violating = new Set(violatingPods(inferior, budgets));
    let violations = 0;
    for (const other of [...violating, ...inferior.filter((one) => !violating.has(one))]) {
      giveBack(other);
      if (!run.check(node)) continue;
      take(other);
      if (violating.has(other)) violations++;
    }
    return { node: node.name, victims: [...gone].sort(byImportance(nowMs)), violations };
  } finally {
    for (const other of gone) giveBack(other);
  }
}

/** Pods that could not go without a violation of their budgets, if all went in this order. */
function violatingPods(pods: readonly PodInfo[], budgets: readonly Frozen<PodDisruptionBudget>[]): PodInfo[] {
  const allowed = budgets.map(({ status }) => status?.disruptionsAllowed ?? 0);
  return pods.filter(({ pod: { metadata }, namespace }) => {
    if (Object.keys(metadata.labels ?? {}).length === 0) return false;
    for (const [i, { metadata: of, spec, status }] of budgets.entries()) {
      if (of.namespace !== namespace || !spec.selector) continue;
      const selector = labelSelectorOf(spec.selector);
      if (selector.length === 0 || !selectorMatches(selector, metadata.labels)) continue;
      // Its eviction has been counted already.
      if (getOwn(status?.disruptedPods, metadata.name ?? '') !== undefined) continue;
      const left = (allowed[i] ?? 0) - 1;
      allowed[i] = left;
      if (left < 0) return true;
    }
    return false;
  });
}

/** What counts between candidates, the most important first; smaller is better. */
function costs(nowMs: number): readonly ((candidate: Candidate) => number)[] {
  const highest = ({ victims }: Candidate): number => victims[0]?.priority ?? 0;
  return [
    ({ violations }) => violations,
    highest,
    // So that few victims of a negative priority cost less than many.
    ({ victims }) => victims.reduce((sum, { priority }) => sum + priority + 2 ** 31, 0),
    ({ victims }) => victims.length,
    (candidate) => {
      const first = candidate.victims.filter(({ priority }) => priority === highest(candidate));
      return -Math.min(...first.map((victim) => startMs(victim, nowMs)));
    },
  ];
}

function pickCandidate(candidates: readonly Candidate[], nowMs: number): Candidate | undefined {
  let left = candidates;
  for (const cost of costs(nowMs)) {
    if (left.length < 2) break;
    const least = Math.min(...left.map(cost));
    left = left.filter((candidate) => cost(candidate) === least);
  }
  return left[0];
}
