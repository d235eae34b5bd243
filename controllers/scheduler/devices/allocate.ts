/** Chooses devices for claims: k8s.io/dynamic-resource-allocation/structured. */
import type { MatchDevice } from '../../../server/kube/device-match.ts';
import { consumption, type Devices, type PoolDevice } from './pools.ts';
import { areConsistent, isTolerated, selects, type Variant, type Wanted } from './requests.ts';

/** A device for a request. */
export interface Chosen {
  readonly wanted: Wanted;
  readonly variant: Variant;
  readonly device: PoolDevice;
}

/** Whoever cannot be satisfied in so many steps is not. */
const STEPS_MAX = 100_000;

export interface AllocationInput {
  readonly devices: Devices;
  /** Ids of devices that claims have already. */
  readonly inUse: ReadonlySet<string>;
  readonly match: MatchDevice;
}

/** Goes through requests in their order, devices in theirs, and takes back what leads nowhere. */
export class Allocator {
  readonly #input: AllocationInput;
  readonly #taken = new Set<string>();
  readonly #counters: Map<string, number>;
  readonly #chosen: Chosen[] = [];
  readonly #candidates = new Map<Variant, readonly PoolDevice[]>();
  #steps = 0;

  constructor(input: AllocationInput) {
    this.#input = input;
    this.#counters = new Map(input.devices.counters);
    for (const device of input.devices.devices) if (input.inUse.has(device.id)) this.#count(device, -1);
  }

  /** @returns devices for all that is wanted; undefined when there are not enough. @throws Error by an expression */
  allocate(wanted: readonly Wanted[]): readonly Chosen[] | undefined {
    return this.#satisfy(wanted, 0) ? this.#chosen : undefined;
  }

  #satisfy(wanted: readonly Wanted[], index: number): boolean {
    const next = wanted[index];
    if (!next) return true;
    return next.variants.some((variant) =>
      variant.takesAll
        ? this.#takeAll(wanted, index, next, variant)
        : this.#take(wanted, index, next, variant, variant.count, 0),
    );
  }

  /** Devices that a request could have, whoever has them now. */
  #candidatesFor(variant: Variant): readonly PoolDevice[] {
    let candidates = this.#candidates.get(variant);
    if (!candidates) {
      const { devices, match } = this.#input;
      candidates = devices.devices.filter((device) => selects(variant, device, match));
      this.#candidates.set(variant, candidates);
    }
    return candidates;
  }

  #take(
    wanted: readonly Wanted[],
    index: number,
    request: Wanted,
    variant: Variant,
    missing: number,
    from: number,
  ): boolean {
    if (missing === 0) return this.#satisfy(wanted, index + 1);
    const candidates = this.#candidatesFor(variant);
    for (let i = from; i < candidates.length; i++) {
      const device = candidates[i];
      if (!device || ++this.#steps > STEPS_MAX) return false;
      if (!this.#choose({ wanted: request, variant, device })) continue;
      if (this.#take(wanted, index, request, variant, missing - 1, i + 1)) return true;
      this.#giveBack();
    }
    return false;
  }

  /** All that there are have to be free, and all have to be known. */
  #takeAll(wanted: readonly Wanted[], index: number, request: Wanted, variant: Variant): boolean {
    const candidates = this.#candidatesFor(variant);
    if (this.#input.devices.isIncomplete || candidates.length === 0) return false;
    let count = 0;
    while (count < candidates.length) {
      const device = candidates[count];
      if (!device || !this.#choose({ wanted: request, variant, device })) break;
      count++;
    }
    if (count === candidates.length && this.#satisfy(wanted, index + 1)) return true;
    for (; count > 0; count--) this.#giveBack();
    return false;
  }

  /** Takes a device, if that is possible beside what was taken before. */
  #choose(choice: Chosen): boolean {
    const { device, variant, wanted } = choice;
    const { id } = device;
    if (!isTolerated(variant, device)) return false;
    const mine = this.#chosen.filter((other) => other.wanted.claim === wanted.claim);
    if (!variant.adminAccess) {
      if (this.#input.inUse.has(id) || this.#taken.has(id)) return false;
      if (consumption(device).some(([counter, amount]) => (this.#counters.get(counter) ?? 0) < amount)) return false;
    } else if (mine.some((other) => other.device.id === id)) return false;
    const together = [...mine, choice].map((one) => ({ request: one.variant.name, device: one.device }));
    if (!areConsistent(wanted.claim.spec.devices?.constraints ?? [], together)) return false;
    this.#chosen.push(choice);
    if (!variant.adminAccess) {
      this.#taken.add(id);
      this.#count(device, -1);
    }
    return true;
  }

  #giveBack(): void {
    const last = this.#chosen.pop();
    if (!last || last.variant.adminAccess) return;
    this.#taken.delete(last.device.id);
    this.#count(last.device, 1);
  }

  #count(device: PoolDevice, by: 1 | -1): void {
    for (const [counter, amount] of consumption(device))
      this.#counters.set(counter, (this.#counters.get(counter) ?? 0) + by * amount);
  }
}
