/** How much the containers of pods use: what somebody says of them, else what the simulated machines measure. */
import type { Clock } from '../../base/clock.ts';
import { type Frozen, getOwn } from '../../base/freeze.ts';
import type { Amounts } from '../../kube/amounts.ts';
import type { ContainerUsage, NodeConnector, RunningPod } from '../../kube/node-connector.ts';
import { canonicalQuantity, formatQuantity } from '../../kube/quantity.ts';
import type { Container, ContainerState, Pod } from '../../kube/types.gen.ts';
import { isAmount, readUsage, UNKNOWN_USAGE } from '../../kube/usage-text.ts';

/** What a pod uses: `cpu=250m,memory=64Mi`, and `sidecar/cpu=10m` for a container that is not the first. */
export const USAGE_ANNOTATION = 'fauxkube.dev/usage';

/** What kwok's own configuration makes of these: what each container of the pod uses. */
const KWOK_ANNOTATIONS = { cpu: 'kwok.x-k8s.io/usage-cpu', memory: 'kwok.x-k8s.io/usage-memory' } as const;

/** One container, and what it uses. */
export interface UsedByContainer {
  readonly name: string;
  readonly usage: Amounts;
  /** Whether the processor's time is that which was measured. */
  readonly isMeasured: boolean;
}

export interface PodUsageParts {
  readonly clock: Clock;
  readonly nodes: NodeConnector;
  /** What objects of the cluster say of a container. */
  readonly described: (pod: Frozen<Pod>, container: string) => Amounts | undefined;
}

interface Sample {
  readonly atMs: number;
  readonly cpuSeconds: number;
  /** Cores, up to then. */
  readonly rate: number;
}

/** How far apart two looks are at least for their difference to tell something. */
const LEAST_WINDOW_MS = 1000;

export class PodUsages {
  readonly #parts: PodUsageParts;
  readonly #samples = new WeakMap<RunningPod, Map<string, Sample>>();
  /** What somebody has told of a pod; undefined where nobody did. */
  told: (pod: Frozen<Pod>) => Amounts | undefined = () => undefined;

  constructor(parts: PodUsageParts) {
    this.#parts = parts;
  }

  /**
   * What its containers use that run: kubelets measure no others (removeTerminatedContainers in their
   * cri_stats_provider.go). Undefined for a pod that nobody measures: nothing of it runs, or it is said to be unknown.
   */
  of(pod: Frozen<Pod>): readonly UsedByContainer[] | undefined {
    if (pod.status.phase !== 'Running') return undefined;
    const text = getOwn(pod.metadata.annotations, USAGE_ANNOTATION)?.trim();
    if (text === UNKNOWN_USAGE) return undefined;
    const said = (text === undefined ? undefined : readUsage(text)) ?? this.told(pod);
    const containers = measured(pod);
    const running = containers.filter(({ name }) => runs(pod, name));
    if (running.length === 0) return undefined;
    return running.map(({ name }) => {
      const own = said && ownPart(said, name, name === containers[0]?.name, containers);
      const described = this.#parts.described(pod, name);
      const lower = { ...this.#measure(pod, name), ...kwokUsage(pod) };
      const usage = { ...lower, ...described, ...own };
      return { name, usage, isMeasured: [own, described, kwokUsage(pod)].every((from) => from?.cpu === undefined) };
    });
  }

  /** What the machine of a container has measured since it began. */
  machine(pod: Frozen<Pod>, container: string): ContainerUsage | undefined {
    return this.#running(pod)?.measure?.(container);
  }

  #running({ metadata: { namespace = '', name = '' } }: Frozen<Pod>): RunningPod | undefined {
    const { nodes } = this.#parts;
    const key = { namespace, name };
    return nodes.present ? nodes.present(key) : nodes.pod(key);
  }

  /** As a rate since the look before, or since the container has begun. */
  #measure(pod: Frozen<Pod>, container: string): Amounts {
    const running = this.#running(pod);
    const now = running?.measure?.(container);
    if (!running || !now) return { cpu: '0', memory: '0' };
    const nowMs = this.#parts.clock.now();
    const samples = this.#samples.get(running) ?? new Map<string, Sample>();
    this.#samples.set(running, samples);
    let sample = samples.get(container);
    // A run that is not the one of before has used less.
    const before =
      sample && sample.cpuSeconds <= now.cpuSeconds ? sample : { atMs: startOf(pod, container, nowMs), cpuSeconds: 0 };
    const elapsedMs = nowMs - before.atMs;
    if (!sample || before !== sample || elapsedMs >= LEAST_WINDOW_MS) {
      const rate = elapsedMs > 0 ? (now.cpuSeconds - before.cpuSeconds) / (elapsedMs / 1000) : 0;
      sample = { atMs: nowMs, cpuSeconds: now.cpuSeconds, rate };
      samples.set(container, sample);
    }
    return { cpu: cores(sample.rate), memory: bytes(now.memoryBytes) };
  }
}

/** A quantity of processors, to the nanocore as kubelets have it. */
export const cores = (amount: number): string =>
  formatQuantity({ nano: BigInt(Math.max(0, Math.round(amount * 1e9))), format: 'DecimalSI' });

/** A quantity of memory. */
export const bytes = (amount: number): string =>
  formatQuantity({ nano: BigInt(Math.max(0, Math.round(amount))) * 1_000_000_000n, format: 'BinarySI' });

function stateOf({ status }: Frozen<Pod>, container: string): Frozen<ContainerState> | undefined {
  const { containerStatuses = [], initContainerStatuses = [] } = status;
  return [...containerStatuses, ...initContainerStatuses].find(({ name }) => name === container)?.state;
}

/** Kubelets tell the state of all containers; whoever writes no more than a phase says that all of them run. */
function runs(pod: Frozen<Pod>, container: string): boolean {
  const state = stateOf(pod, container);
  return !state?.waiting && !state?.terminated;
}

const startOf = (pod: Frozen<Pod>, container: string, nowMs: number): number =>
  Date.parse(stateOf(pod, container)?.running?.startedAt ?? '') || nowMs;

/** Containers that run as long as the pod does. */
function measured({ spec }: Frozen<Pod>): readonly Frozen<Container>[] {
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...(spec.containers ?? []), ...sidecars];
}

function kwokUsage({ metadata }: Frozen<Pod>): { readonly cpu?: string; readonly memory?: string } {
  const found = Object.entries(KWOK_ANNOTATIONS).flatMap(([resource, annotation]) => {
    const amount = getOwn(metadata.annotations, annotation);
    return amount !== undefined && isAmount(amount) ? [[resource, canonicalQuantity(amount)]] : [];
  });
  return Object.fromEntries(found);
}

/** What names no container is that of the first one; the others use nothing of it unless it is said. */
function ownPart(
  usage: Amounts,
  name: string,
  isFirst: boolean,
  containers: readonly Frozen<Container>[],
): Record<string, string> {
  // A resource may have a slash in its name as well: `example.com/gpu`.
  const resourceOf = (entry: string): string => {
    const owner = containers.find((container) => entry.startsWith(`${container.name}/`));
    return owner ? entry.slice(owner.name.length + 1) : entry;
  };
  const resources = [...new Set(Object.keys(usage).map(resourceOf))];
  const amountOf = (resource: string): string =>
    getOwn(usage, `${name}/${resource}`) ?? (isFirst ? getOwn(usage, resource) : undefined) ?? '0';
  return Object.fromEntries(resources.map((resource) => [resource, amountOf(resource)]));
}
