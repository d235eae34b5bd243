import { type Frozen, getOwn } from '../../base/freeze.ts';
import { type Amounts, largerAmounts, onlyAmounts, sumAmounts } from '../../kube/amounts.ts';
import { resourceName } from '../../kube/object.ts';
import { totalUsage } from '../../kube/quota/total.ts';
import type { Review } from '../../registry/admission-chain.ts';
import type { AdmissionEnv } from '../plugin.ts';
import type { Quota } from './charges.ts';

/** A write that was charged and may not have been made yet. */
interface Pending {
  readonly review: Review;
  /** By the uid of the quota. */
  readonly charges: Map<string, Amounts>;
}

/**
 * What is used of quotas, to the last write. The status of a quota tells, as long as only charges change it. A
 * controller that counts objects anew does not know those that are charged and not stored yet; after it has written,
 * everything is counted here once more, so that no burst of writes gets past a quota.
 */
export class Ledger {
  readonly #env: AdmissionEnv;
  readonly #pending = new Map<string, Set<Pending>>();
  /** Quotas as they were written with a charge. */
  readonly #exact = new WeakSet<Quota>();

  constructor(env: AdmissionEnv) {
    this.#env = env;
  }

  /** Remembers the charges of a write until it is settled. */
  open(review: Review): Pending {
    const { namespace } = review.key;
    const pending: Pending = { review, charges: new Map() };
    if (!review.onSettled) return pending;
    const all = this.#pending.get(namespace) ?? new Set();
    this.#pending.set(namespace, all.add(pending));
    const close = (): void => {
      all.delete(pending);
      if (all.size === 0 && this.#pending.get(namespace) === all) this.#pending.delete(namespace);
    };
    review.onSettled(close);
    return pending;
  }

  /** What is used of a quota without the write that asks. */
  used(quota: Quota, asking?: Pending): Amounts {
    const { spec, status, metadata } = quota;
    const { used = {}, hard = {} } = status;
    if (this.#exact.has(quota)) return used;
    const namespace = metadata.namespace ?? '';
    let counted = totalUsage(
      spec,
      Object.keys(hard),
      (resource) => this.#env.list(resource, namespace).map(({ value }) => value),
      this.#env.clock.now(),
    );
    for (const other of this.#pending.get(namespace) ?? []) {
      const charge = other.charges.get(metadata.uid ?? '');
      if (charge && other !== asking && !this.#isStored(other.review)) counted = sumAmounts(counted, charge);
    }
    // What no controller has counted stays unknown.
    return largerAmounts(
      used,
      onlyAmounts(counted, (name) => getOwn(used, name) !== undefined),
    );
  }

  /** The quota with a new use, which holds from then on. */
  charged(quota: Quota, used: Amounts): Quota {
    const next: Quota = { ...quota, status: { ...quota.status, used: sorted(used) } };
    this.#exact.add(next);
    return next;
  }

  #isStored({ info, key, object, old }: Review): boolean {
    const stored = this.#env.find(resourceName(info.group, info.resource), key)?.value;
    return old ? stored !== old : stored?.metadata.uid === object?.metadata.uid;
  }
}

const sorted = (amounts: Frozen<Amounts>): Amounts =>
  Object.fromEntries(Object.entries(amounts).sort(([a], [b]) => (a < b ? -1 : 1)));
