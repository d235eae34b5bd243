/** How much of each resource the containers of a pod need together. */
import type { Frozen } from '../base/freeze.ts';
import { type Amounts, largerAmounts, sumAmounts } from './amounts.ts';
import type { Container, PodSpec } from './types.gen.ts';

export type Bound = 'requests' | 'limits';

/** Init containers as well: what is asked for is said alike. */
export type AmountsOf = (container: Frozen<Container>) => Amounts;

/**
 * What all containers together need: init containers run one after the other, beside the sidecars that were started
 * before them (AggregateContainerRequests and AggregateContainerLimits).
 *
 * @param amountsOf how much one container needs; what its spec says unless given
 */
export function totalOfContainers(
  { containers, initContainers }: Frozen<PodSpec>,
  bound: Bound,
  amountsOf: AmountsOf = ({ resources }) => resources[bound] ?? {},
): Record<string, string> {
  let total: Record<string, string> = {};
  for (const container of containers ?? []) total = sumAmounts(total, amountsOf(container));
  let sidecars: Record<string, string> = {};
  let peak: Record<string, string> = {};
  for (const container of initContainers ?? []) {
    const own = amountsOf(container);
    if (container.restartPolicy === 'Always') {
      total = sumAmounts(total, own);
      sidecars = sumAmounts(sidecars, own);
      peak = largerAmounts(peak, sidecars);
    } else peak = largerAmounts(peak, sumAmounts(own, sidecars));
  }
  return largerAmounts(total, peak);
}
