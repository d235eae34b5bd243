/** Metrics of a cluster in which nothing really runs: pods carry theirs, everything else is told below `/-/metrics`. */
import type { Clock } from '../base/clock.ts';
import type { Frozen } from '../base/freeze.ts';
import type { Amounts } from '../kube/amounts.ts';
import { parseLabelSelector, selectorMatches } from '../kube/labels.ts';
import type { DescribedObject, MetricsSource, ObjectMetric, PodUsage } from '../kube/metrics-source.ts';
import type { Pod } from '../kube/types.gen.ts';
import { sameTold, type ToldMetric } from './told-metrics.ts';
import type { ClusterUsage } from './usage/cluster-usage.ts';

export interface SimulatedMetricsParts {
  readonly clock: Clock;
  /** The pods of a namespace as they are stored. */
  readonly pods: (namespace: string) => readonly Frozen<Pod>[];
  readonly usage: ClusterUsage;
}

export class SimulatedMetrics implements MetricsSource {
  readonly #parts: SimulatedMetricsParts;
  #told: ToldMetric[] = [];

  constructor(parts: SimulatedMetricsParts) {
    this.#parts = parts;
    parts.usage.pods.told = (pod) => this.#toldUsage(pod);
  }

  /** What was told, in that order. */
  get told(): readonly ToldMetric[] {
    return this.#told;
  }

  /** Takes the place of what was told of the same thing; without a value, it only takes that away. */
  tell(metric: ToldMetric): void {
    this.#told = this.#told.filter((other) => !sameTold(other, metric));
    if (metric.value !== undefined || metric.usage) this.#told.push(metric);
  }

  /** Takes the place of everything that was told before. */
  tellAgain(told: readonly ToldMetric[]): void {
    this.#told = [...told];
  }

  async podUsage(namespace: string, podSelector: string): Promise<readonly PodUsage[]> {
    await this.#parts.usage.prepare();
    return this.#running(namespace, podSelector).flatMap((pod) => {
      const containers = this.#parts.usage.pods.of(pod);
      return containers ? [{ ...this.#sample(pod), containers }] : [];
    });
  }

  async podMetrics(query: Parameters<MetricsSource['podMetrics']>[0]): Promise<readonly ObjectMetric[]> {
    const told = this.#find('pods', query);
    return this.#running(query.namespace, query.podSelector).flatMap((pod) => {
      const found = told.find(({ selector }) => selects(selector, pod));
      return found?.value === undefined ? [] : [{ ...this.#sample(pod), value: found.value }];
    });
  }

  async objectMetric(query: Parameters<MetricsSource['objectMetric']>[0]): Promise<ObjectMetric> {
    const { object, metric } = query;
    const found = this.#find('object', query).find((told) => told.object && isSame(told.object, object));
    if (found?.value === undefined)
      throw new Error(`the server could not find the metric ${metric} for ${object.kind} ${object.name}`);
    return { name: object.name, timestampMs: this.#parts.clock.now(), windowMs: 0, value: found.value };
  }

  async externalMetrics(query: Parameters<MetricsSource['externalMetrics']>[0]): Promise<readonly string[]> {
    return this.#find('external', query).flatMap(({ value }) => (value === undefined ? [] : [value]));
  }

  /** Only what runs uses anything. */
  #running(namespace: string, podSelector: string): Frozen<Pod>[] {
    return this.#parts.pods(namespace).filter((pod) => pod.status.phase === 'Running' && selects(podSelector, pod));
  }

  /** A value of this very moment. */
  #sample({ metadata }: Frozen<Pod>): { name: string; timestampMs: number; windowMs: number } {
    return { name: metadata.name ?? '', timestampMs: this.#parts.clock.now(), windowMs: 0 };
  }

  /** The newest first. */
  #find(
    kind: ToldMetric['kind'],
    { namespace, metric, metricSelector }: { namespace: string; metric: string; metricSelector: string },
  ): ToldMetric[] {
    const selector = parseLabelSelector(metricSelector);
    return this.#told
      .filter((told) => told.kind === kind && told.namespace === namespace && told.metric === metric)
      .filter(({ labels }) => selectorMatches(selector, labels))
      .reverse();
  }

  #toldUsage(pod: Frozen<Pod>): Amounts | undefined {
    const { namespace } = pod.metadata;
    const isAbout = (told: ToldMetric): boolean =>
      told.kind === 'resource' && told.namespace === namespace && selects(told.selector, pod);
    return this.#told.findLast(isAbout)?.usage;
  }
}

const selects = (selector: string | undefined, { metadata }: Frozen<Pod>): boolean =>
  selectorMatches(parseLabelSelector(selector ?? ''), metadata.labels);

/** An object that was told without its group may be of any. */
function isSame(told: DescribedObject, asked: DescribedObject): boolean {
  const isGroup = told.apiVersion === undefined || groupOf(told) === groupOf(asked);
  return isGroup && told.kind === asked.kind && told.name === asked.name;
}

const groupOf = ({ apiVersion = '' }: DescribedObject): string => apiVersion.split('/').slice(0, -1).join('/');
