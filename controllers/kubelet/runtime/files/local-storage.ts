/** What a pod may keep on the disk of its node: localStorageEviction in k8s.io/kubernetes/pkg/kubelet/eviction. */
import type { Clock } from '../../../../server/base/clock.ts';
import type { Frozen } from '../../../../server/base/freeze.ts';
import { formatQuantity, parseQuantity, type Quantity } from '../../../../server/kube/quantity.ts';
import type { Pod } from '../../../../server/kube/types.gen.ts';

/** How often a kubelet looks (evictionMonitoringPeriod): what is less again by then is no harm. */
const LOOK_MS = 10_000;
const RESOURCE = 'ephemeral-storage';
const NANO = 1_000_000_000n;

/** Something that takes room. */
export interface Measured {
  readonly bytes: number;
  /** Called when it takes more than before. */
  grown?: () => void;
}

interface Limit {
  readonly bytes: number;
  readonly text: string;
}

interface Limits {
  readonly volumes: ReadonlyMap<string, Limit>;
  readonly containers: ReadonlyMap<string, Limit>;
  readonly pod: Limit | undefined;
}

function limitOf(quantity: Quantity): Limit | undefined {
  const { nano } = quantity;
  return nano > 0n ? { bytes: Number(nano / NANO), text: formatQuantity(quantity) } : undefined;
}

const sum = (a: Quantity | undefined, b: Quantity): Quantity => ({ ...(a ?? b), nano: (a?.nano ?? 0n) + b.nano });

/** Limits of containers and of directories; the pod as a whole may have what its containers may have together. */
function limitsOf({ spec }: Frozen<Pod>): Limits {
  const volumes = new Map<string, Limit>();
  for (const { name, emptyDir } of spec.volumes ?? []) {
    const isOnDisk = emptyDir && (emptyDir.medium ?? '') === '';
    const limit = isOnDisk && emptyDir.sizeLimit ? limitOf(parseQuantity(emptyDir.sizeLimit)) : undefined;
    if (limit) volumes.set(name, limit);
  }
  const containers = new Map<string, Limit>();
  let total: Quantity | undefined;
  let largest: Quantity | undefined;
  const inits = spec.initContainers ?? [];
  const isSidecar = (container: (typeof inits)[number]): boolean => container.restartPolicy === 'Always';
  for (const container of [...inits, ...(spec.containers ?? [])]) {
    const text = container.resources?.limits?.[RESOURCE];
    if (text === undefined) continue;
    const quantity = parseQuantity(text);
    if (inits.includes(container) && !isSidecar(container)) {
      if (!largest || quantity.nano > largest.nano) largest = quantity;
      continue;
    }
    const limit = limitOf(quantity);
    if (limit) containers.set(container.name, limit);
    total = sum(total, quantity);
  }
  const all = largest && (!total || largest.nano > total.nano) ? largest : total;
  return { volumes, containers, pod: all && limitOf(all) };
}

const usageOf = (measured: Iterable<Measured>): number => {
  let bytes = 0;
  for (const one of measured) bytes += one.bytes;
  return bytes;
};

/**
 * What one pod keeps on the disk of its node. Nobody looks for a pod without limits, and none is looked at before
 * something in it has grown beyond one.
 */
export class LocalStorage {
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #wake: () => void;
  readonly #volumes = new Map<string, Measured>();
  readonly #containers = new Map<string, readonly Measured[]>();
  #cancel: (() => void) | undefined;
  #excess: string | undefined;

  /** @param wake calls for the kubelet: there is an excess */
  constructor(pod: Frozen<Pod>, clock: Clock, wake: () => void) {
    this.#limits = limitsOf(pod);
    this.#clock = clock;
    this.#wake = wake;
  }

  /** A directory of the pod. */
  addVolume(name: string, volume: Measured): void {
    this.#volumes.set(name, volume);
    this.#watch([volume]);
  }

  /** A run of a container, in place of the one before: its files and its log. */
  addContainer(name: string, kept: readonly Measured[]): void {
    this.#containers.set(name, kept);
    this.#watch(kept);
  }

  /** What is too much, in the words of an eviction, once the kubelet has had time to see it. */
  get excess(): string | undefined {
    return this.#excess;
  }

  close(): void {
    this.#cancel?.();
    this.#volumes.clear();
    this.#containers.clear();
  }

  #watch(measured: readonly Measured[]): void {
    const { volumes, pod } = this.#limits;
    if (volumes.size === 0 && !pod) return;
    for (const one of measured) one.grown = () => this.#grown();
  }

  #grown(): void {
    if (this.#cancel || this.#find() === undefined) return;
    this.#cancel = this.#clock.schedule(LOOK_MS, () => {
      this.#cancel = undefined;
      this.#excess = this.#find();
      if (this.#excess !== undefined) this.#wake();
    });
  }

  #find(): string | undefined {
    const { volumes, containers, pod } = this.#limits;
    for (const [name, { bytes, text }] of volumes)
      if ((this.#volumes.get(name)?.bytes ?? 0) > bytes)
        return `Usage of EmptyDir volume "${name}" exceeds the limit "${text}". `;
    const used = usageOf([...this.#volumes.values(), ...[...this.#containers.values()].flat()]);
    if (pod && used > pod.bytes)
      return `Pod ephemeral local storage usage exceeds the total limit of containers ${pod.text}. `;
    for (const [name, { bytes, text }] of containers)
      if (usageOf(this.#containers.get(name) ?? []) > bytes)
        return `Container ${name} exceeded its local ephemeral storage limit "${text}". `;
    return undefined;
  }
}
