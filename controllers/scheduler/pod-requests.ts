import type { Frozen } from '../../server/base/freeze.ts';
import { quantityMilliValue, quantityValue } from '../../server/kube/quantity.ts';
import type { Container, Pod } from '../../server/kube/types.gen.ts';

/** Amounts by resource name: thousandths for cpu, whole units for everything else. */
export type Amounts = ReadonlyMap<string, number>;

const NOTHING: Amounts = new Map();

export function amountOf(resource: string, quantity: string): number {
  return resource === 'cpu' ? quantityMilliValue(quantity) : quantityValue(quantity);
}

function requestsOf({ resources }: Frozen<Container>): Map<string, number> {
  const amounts = new Map<string, number>();
  for (const [resource, quantity] of Object.entries(resources.requests ?? {}))
    amounts.set(resource, amountOf(resource, quantity));
  return amounts;
}

function add(into: Map<string, number>, amounts: Amounts): void {
  for (const [resource, amount] of amounts) into.set(resource, (into.get(resource) ?? 0) + amount);
}

function atLeast(into: Map<string, number>, amounts: Amounts): void {
  for (const [resource, amount] of amounts) into.set(resource, Math.max(into.get(resource) ?? 0, amount));
}

const known = new WeakMap<Frozen<Pod>['spec'], Amounts>();

/**
 * What a pod asks of its node: the sum of its containers and sidecars, or what an init container needs if that is
 * more, plus overhead (resourcehelper.PodRequests).
 */
export function podRequests({ spec }: Frozen<Pod>): Amounts {
  const before = known.get(spec);
  if (before) return before;
  const total = new Map<string, number>();
  for (const container of spec.containers ?? []) add(total, requestsOf(container));
  const sidecars = new Map<string, number>();
  const peak = new Map<string, number>();
  for (const container of spec.initContainers ?? []) {
    const requests = requestsOf(container as Frozen<Container>);
    if (container.restartPolicy === 'Always') {
      add(total, requests);
      add(sidecars, requests);
      atLeast(peak, sidecars);
    } else {
      add(requests, sidecars);
      atLeast(peak, requests);
    }
  }
  atLeast(total, peak);
  for (const [resource, quantity] of Object.entries(spec.resources?.requests ?? {}))
    total.set(resource, amountOf(resource, quantity));
  for (const [resource, quantity] of Object.entries(spec.overhead ?? {})) {
    total.set(resource, (total.get(resource) ?? 0) + amountOf(resource, quantity));
  }
  const amounts = total.size === 0 ? NOTHING : total;
  known.set(spec, amounts);
  return amounts;
}
