/** The words for a pod that fits nowhere: framework.FitError. */
import type { PluginName, Refusal } from './framework.ts';

/** What came of looking at the nodes for a pod that none was found for. */
export interface Misfit {
  readonly total: number;
  /** Why nodes were not even looked at; the same for all. */
  readonly refusal?: Refusal;
  /** Those of the nodes that were looked at, by name. */
  readonly refusals: ReadonlyMap<string, Refusal>;
  /** That of all others. */
  readonly others?: Refusal;
  /** The plugins that refused: what may change their mind brings the pod back. */
  readonly plugins: ReadonlySet<PluginName>;
}

export const NO_NODES = 'no nodes available to schedule pods';

/** `1 Insufficient cpu, 2 node(s) were unschedulable`. */
function histogram(refusals: Iterable<Refusal>, others: Refusal | undefined, otherCount: number): string {
  const counts = new Map<string, number>();
  const count = (refusal: Refusal, times: number): void => {
    for (const reason of refusal.reasons) counts.set(reason, (counts.get(reason) ?? 0) + times);
  };
  for (const refusal of refusals) count(refusal, 1);
  if (others && otherCount > 0) count(others, otherCount);
  return [...counts]
    .map(([reason, times]) => `${times} ${reason}`)
    .sort()
    .join(', ');
}

/**
 * `0/2 nodes are available: 2 Insufficient cpu.`
 *
 * @param afterwards what preemption had to say
 */
export function fitMessage({ total, refusal, refusals, others }: Omit<Misfit, 'plugins'>, afterwards = ''): string {
  const reasons = refusal ? refusal.reasons.join(', ') : histogram(refusals.values(), others, total - refusals.size);
  const parts = [`0/${total} nodes are available:`];
  if (reasons !== '') parts.push(`${reasons}.`);
  if (afterwards !== '') parts.push(afterwards);
  return parts.join(' ');
}
