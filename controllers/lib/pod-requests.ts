import type { Frozen } from '../../server/base/freeze.ts';
import { quantityMilliValue, quantityValue } from '../../server/kube/quantity.ts';
import type { Container, ContainerStatus, Pod } from '../../server/kube/types.gen.ts';

/** Amounts by resource name: thousandths for cpu, whole units for everything else. */
export type Amounts = ReadonlyMap<string, number>;

const NOTHING: Amounts = new Map();

/** What scores assume of containers that say nothing (schedutil.DefaultMilliCPURequest, DefaultMemoryRequest). */
const ASSUMED: Amounts = new Map([
  ['cpu', 100],
  ['memory', 200 * 1024 * 1024],
]);

/** Quantities are read once: the pods of a cluster say few different ones. */
const read = new Map<string, number>();
const READ_MAX = 1000;

export function amountOf(resource: string, quantity: string): number {
  const text = resource === 'cpu' ? `m${quantity}` : quantity;
  let amount = read.get(text);
  if (amount === undefined) {
    amount = resource === 'cpu' ? quantityMilliValue(quantity) : quantityValue(quantity);
    if (read.size >= READ_MAX) read.clear();
    read.set(text, amount);
  }
  return amount;
}

type Quantities = Readonly<Record<string, string>> | undefined;

/** The amounts of a node, or of the requests of something. */
export function amountsOf(quantities: Quantities): Map<string, number> {
  const amounts = new Map<string, number>();
  for (const resource in quantities) amounts.set(resource, amountOf(resource, quantities[resource] ?? '0'));
  return amounts;
}

/** What a container asks for, and what it still has while it is resized. */
function requestsOf({ name, resources }: Frozen<Container>, statuses: readonly Frozen<ContainerStatus>[] | undefined) {
  const amounts = amountsOf(resources?.requests);
  const status = statuses?.find((candidate) => candidate.name === name);
  atLeast(amounts, amountsOf(status?.allocatedResources), true);
  atLeast(amounts, amountsOf(status?.resources?.requests), true);
  return amounts;
}

function add(into: Map<string, number>, amounts: Amounts): void {
  for (const [resource, amount] of amounts) into.set(resource, (into.get(resource) ?? 0) + amount);
}

function atLeast(into: Map<string, number>, amounts: Amounts, onlyAsked = false): void {
  for (const [resource, amount] of amounts) {
    const before = into.get(resource);
    if (before === undefined && onlyAsked) continue;
    if (before === undefined || amount > before) into.set(resource, amount);
  }
}

/**
 * What a pod asks of its node: the sum of its containers and sidecars, or what an init container needs if that is
 * more, or what is said for the pod as a whole, plus overhead (resourcehelper.PodRequests).
 *
 * @param assumed what containers ask for that do not say
 */
function requestsWith({ spec, status }: Frozen<Pod>, assumed: Amounts): Amounts {
  const total = new Map<string, number>();
  const ask = (container: Frozen<Container>, statuses: readonly Frozen<ContainerStatus>[] | undefined) => {
    const requests = requestsOf(container, statuses);
    for (const [resource, amount] of assumed) if (!requests.has(resource)) requests.set(resource, amount);
    return requests;
  };
  for (const container of spec.containers ?? []) add(total, ask(container, status?.containerStatuses));
  const sidecars = new Map<string, number>();
  const peak = new Map<string, number>();
  for (const container of spec.initContainers ?? []) {
    const requests = ask(container as Frozen<Container>, status?.initContainerStatuses);
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
  for (const [resource, amount] of amountsOf(spec.resources?.requests)) total.set(resource, amount);
  add(total, amountsOf(spec.overhead));
  return total.size === 0 ? NOTHING : total;
}

/** By the spec, which pods of one template share. */
type Known = WeakMap<object, Amounts>;

/** Whether no status says that a container still has something else than it asks for. */
const saysNothing = (statuses: readonly Frozen<ContainerStatus>[] | undefined | null): boolean =>
  !statuses?.some(({ allocatedResources, resources }) => allocatedResources || resources?.requests);

function knownRequests(pod: Frozen<Pod>, assumed: Amounts, known: Known): Amounts {
  const { spec, status } = pod;
  if (!saysNothing(status?.containerStatuses) || !saysNothing(status?.initContainerStatuses))
    return requestsWith(pod, assumed);
  let amounts = known.get(spec);
  if (!amounts) {
    amounts = requestsWith(pod, assumed);
    if (Object.isFrozen(spec)) known.set(spec, amounts);
  }
  return amounts;
}

const asked: Known = new WeakMap();
const scored: Known = new WeakMap();

/** See {@link requestsWith}; for filters. */
export function podRequests(pod: Frozen<Pod>): Amounts {
  return knownRequests(pod, NOTHING, asked);
}

/** The same for scores, where a container that asks for nothing counts as a small one. */
export function assumedRequests(pod: Frozen<Pod>): Amounts {
  return knownRequests(pod, ASSUMED, scored);
}
