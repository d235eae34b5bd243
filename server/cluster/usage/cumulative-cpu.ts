import type { Clock } from '../../base/clock.ts';
import { type Frozen, getOwn } from '../../base/freeze.ts';
import { parseQuantity } from '../../kube/quantity.ts';
import type { ContainerStatus, Pod } from '../../kube/types.gen.ts';
import type { PodUsages, UsedByContainer } from './pod-usage.ts';

interface Sum {
  readonly run: number;
  readonly atMs: number;
  readonly seconds: number;
}

/**
 * Seconds of a processor since a container began. What machines measure they count themselves; what is only said is
 * added up from look to look, as if it had been so since the look before.
 */
export class CumulativeCpu {
  readonly #clock: Clock;
  readonly #usages: PodUsages;
  /** By the uid of the pod and the name of the container. */
  readonly #sums = new Map<string, Map<string, Sum>>();

  constructor(clock: Clock, usages: PodUsages) {
    this.#clock = clock;
    this.#usages = usages;
  }

  of(pod: Frozen<Pod>, { name, usage, isMeasured }: UsedByContainer): number {
    if (isMeasured) return this.#usages.machine(pod, name)?.cpuSeconds ?? 0;
    const { uid = '' } = pod.metadata;
    const sums = this.#sums.get(uid) ?? new Map<string, Sum>();
    this.#sums.set(uid, sums);
    const nowMs = this.#clock.now();
    const status = statusOf(pod, name);
    const run = status?.restartCount ?? 0;
    const known = sums.get(name);
    const startMs = Date.parse(status?.state?.running?.startedAt ?? '') || nowMs;
    const before = known?.run === run ? known : { atMs: startMs, seconds: 0 };
    const rate = Number(parseQuantity(getOwn(usage, 'cpu') ?? '0').nano) / 1e9;
    const seconds = before.seconds + (rate * Math.max(0, nowMs - before.atMs)) / 1000;
    sums.set(name, { run, atMs: nowMs, seconds });
    return seconds;
  }

  /** Forgets pods that are gone. */
  prune(uids: ReadonlySet<string>): void {
    for (const uid of this.#sums.keys()) if (!uids.has(uid)) this.#sums.delete(uid);
  }
}

function statusOf({ status }: Frozen<Pod>, container: string): Frozen<ContainerStatus> | undefined {
  const { containerStatuses = [], initContainerStatuses = [] } = status;
  return [...containerStatuses, ...initContainerStatuses].find(({ name }) => name === container);
}
