/** How much pods and nodes use: the one source of all who ask, be it autoscalers, `kubectl top` or a scraper. */
import type { Clock } from '../../base/clock.ts';
import { type Frozen, getOwn } from '../../base/freeze.ts';
import type { Logger } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import { type Amounts, sumAmounts } from '../../kube/amounts.ts';
import { type KwokObjects, kwokEntry } from '../../kube/kwok-objects.ts';
import type { NodeConnector } from '../../kube/node-connector.ts';
import { canonicalQuantity, parseQuantity } from '../../kube/quantity.ts';
import type { Node, Pod } from '../../kube/types.gen.ts';
import { CumulativeCpu } from './cumulative-cpu.ts';
import type { KwokExpressions, UsedObject } from './kwok-expressions.ts';
import { bytes, cores, PodUsages, type UsedByContainer } from './pod-usage.ts';

export interface ClusterUsageParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly nodes: NodeConnector;
  readonly pods: (namespace: string) => readonly Frozen<Pod>[];
  readonly node: (name: string) => Frozen<Node> | undefined;
  readonly kwokObjects: KwokObjects;
}

/** A running pod, and what its containers use. */
export interface UsedByPod {
  readonly pod: Frozen<Pod>;
  readonly containers: readonly UsedByContainer[];
}

interface UsageEntry {
  readonly containers?: readonly string[];
  readonly usage?: Readonly<Record<string, { readonly value?: string | number; readonly expression?: string }>>;
}

const RESOURCE_USAGES = { own: 'resourceusages', cluster: 'clusterresourceusages', field: 'usages' } as const;
const namesOf = ({ containers }: UsageEntry): readonly string[] | undefined => containers;

const amountOf = (amount: string | undefined): number => Number(parseQuantity(amount ?? '0').nano) / 1e9;

export class ClusterUsage {
  readonly pods: PodUsages;
  readonly #parts: ClusterUsageParts;
  readonly #cumulative: CumulativeCpu;
  #expressions: KwokExpressions | undefined;
  /** Expressions that say what is used cannot ask what is used. */
  #isDescribing = false;

  constructor(parts: ClusterUsageParts) {
    this.#parts = parts;
    const { clock, nodes } = parts;
    this.pods = new PodUsages({ clock, nodes, described: (pod, container) => this.#described(pod, container) });
    this.#cumulative = new CumulativeCpu(clock, this.pods);
  }

  /** Loads what expressions take, if there are some: call it before anything is asked. */
  async prepare(): Promise<void> {
    const kinds = ['resourceusages', 'clusterresourceusages', 'metrics'];
    if (this.#expressions || kinds.every((kind) => this.#parts.kwokObjects(`${kind}.kwok.x-k8s.io`).length === 0))
      return;
    const { KwokExpressions } = await import('./kwok-expressions.ts');
    const { clock, random } = this.#parts;
    this.#expressions ??= new KwokExpressions({
      clock,
      random,
      usage: (object, resource) => this.#usageOf(object, resource),
      cumulativeUsage: (object, resource) => this.#cumulativeOf(object, resource),
      startedContainers: (node) => this.#startedOn(node),
    });
  }

  /** Undefined before there was an object with expressions. */
  get expressions(): KwokExpressions | undefined {
    return this.#expressions;
  }

  /** The pods of a node that run, and what is known of them. */
  onNode(node: string): readonly UsedByPod[] {
    return this.#parts.pods('').flatMap((pod) => {
      const containers = pod.spec.nodeName === node ? this.pods.of(pod) : undefined;
      return containers ? [{ pod, containers }] : [];
    });
  }

  /** What all pods of a node use together: nothing else runs on it. */
  nodeUsage(node: string): Amounts {
    const all = this.onNode(node).flatMap(({ containers }) => containers);
    return all.reduce<Amounts>((sum, { usage }) => sumAmounts(sum, usage), { cpu: '0', memory: '0' });
  }

  /** Seconds of a processor that a container has used since it began. */
  cpuSeconds(pod: Frozen<Pod>, container: UsedByContainer): number {
    return this.#cumulative.of(pod, container);
  }

  /** The same of all that has run on a node. */
  nodeCpuSeconds(node: string): number {
    this.#cumulative.prune(new Set(this.#parts.pods('').map(({ metadata }) => metadata.uid ?? '')));
    return this.onNode(node).reduce(
      (sum, { pod, containers }) => sum + containers.reduce((own, each) => own + this.cpuSeconds(pod, each), 0),
      0,
    );
  }

  /** By kwok's objects. A value comes before an expression; what has none says nothing. */
  #described(pod: Frozen<Pod>, container: string): Amounts | undefined {
    const { namespace = '', name = '' } = pod.metadata;
    const key = { namespace, name };
    const entry = kwokEntry(this.#parts.kwokObjects, RESOURCE_USAGES, key, container, namesOf);
    if (!entry?.usage) return undefined;
    const amounts = Object.entries(entry.usage).flatMap(([resource, { value, expression }]) => {
      const amount = this.#evaluated(pod, container, resource, value, expression);
      return amount === undefined ? [] : [[resource, amount] as const];
    });
    return Object.fromEntries(amounts);
  }

  #evaluated(
    pod: Frozen<Pod>,
    container: string,
    resource: string,
    value: string | number | undefined,
    expression: string | undefined,
  ): string | undefined {
    try {
      if (value !== undefined) return canonicalQuantity(String(value));
      if (expression === undefined || !this.#expressions) return undefined;
      this.#isDescribing = true;
      const input = this.inputOf(pod, container);
      const amount = this.#expressions.number(expression, input);
      return resource === 'memory' ? bytes(amount) : cores(amount);
    } catch (err) {
      this.#parts.log.warn({ err, pod: pod.metadata.name, container, resource }, 'what a container uses is not known');
      return undefined;
    } finally {
      this.#isDescribing = false;
    }
  }

  /** What expressions see of a container. */
  inputOf(pod: Frozen<Pod>, container?: string): { node?: object; pod: object; container?: object } {
    const node = this.#parts.node(pod.spec.nodeName ?? '');
    const { initContainers, containers } = pod.spec;
    const found = [...(containers ?? []), ...(initContainers ?? [])].find(({ name }) => name === container);
    return { pod, ...(node && { node }), ...(found && { container: found }) };
  }

  #usageOf(object: UsedObject, resource: string): number {
    if (this.#isDescribing) throw new Error('Usage cannot be asked for by what says how much is used');
    if ('node' in object) return amountOf(getOwn(this.nodeUsage(object.node), resource));
    return this.#containersOf(object).reduce((sum, { usage }) => sum + amountOf(getOwn(usage, resource)), 0);
  }

  #cumulativeOf(object: UsedObject, resource: string): number {
    if (this.#isDescribing) throw new Error('CumulativeUsage cannot be asked for by what says how much is used');
    if (resource !== 'cpu') throw new Error(`only cpu adds up, not ${resource}`);
    if ('node' in object) return this.nodeCpuSeconds(object.node);
    const pod = this.#podOf(object);
    if (!pod) return 0;
    return this.#containersOf(object).reduce((sum, each) => sum + this.cpuSeconds(pod, each), 0);
  }

  #podOf({ namespace, pod: name }: Extract<UsedObject, { pod: string }>): Frozen<Pod> | undefined {
    return this.#parts.pods(namespace).find(({ metadata }) => metadata.name === name);
  }

  #containersOf(object: Extract<UsedObject, { pod: string }>): readonly UsedByContainer[] {
    const pod = this.#podOf(object);
    const all = (pod && this.pods.of(pod)) ?? [];
    return object.container === undefined ? all : all.filter(({ name }) => name === object.container);
  }

  #startedOn(node: string): number {
    const statuses = this.#parts
      .pods('')
      .filter(({ spec }) => spec.nodeName === node)
      .flatMap(({ status }) => status.containerStatuses ?? []);
    return statuses.reduce((sum, { restartCount, state }) => sum + restartCount + (state?.waiting ? 0 : 1), 0);
  }
}
