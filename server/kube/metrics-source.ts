/** Where somebody learns how much pods use, and what else is measured: what the three metrics APIs answer. */
import type { Amounts } from './amounts.ts';

/** A value that somebody measured, in the time before `timestampMs`. */
interface Sample {
  readonly timestampMs: number;
  readonly windowMs: number;
}

/** How much the containers of one pod use (metrics.k8s.io PodMetrics). */
export interface PodUsage extends Sample {
  readonly name: string;
  readonly containers: readonly { readonly name: string; readonly usage: Amounts }[];
}

/** A value that belongs to an object (custom.metrics.k8s.io MetricValue). */
export interface ObjectMetric extends Sample {
  /** The name of the object. */
  readonly name: string;
  /** A quantity. */
  readonly value: string;
}

/** The object that a metric describes. */
export interface DescribedObject {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly name: string;
}

/** Selectors are texts as in query parameters; '' selects everything. */
export interface MetricQuery {
  readonly namespace: string;
  readonly metric: string;
  readonly metricSelector: string;
}

/** Answers as the resource, custom and external metrics APIs do. Errors have the words of upstream's clients. */
export interface MetricsSource {
  /** Of the pods that labels select. @throws Error when nobody serves this */
  podUsage(namespace: string, podSelector: string): Promise<readonly PodUsage[]>;
  /** A metric of every pod that labels select. @throws Error when nobody serves this */
  podMetrics(query: MetricQuery & { readonly podSelector: string }): Promise<readonly ObjectMetric[]>;
  /** A metric of one object. @throws Error when nobody serves this, or there is no such metric */
  objectMetric(query: MetricQuery & { readonly object: DescribedObject }): Promise<ObjectMetric>;
  /** Values that have nothing to do with objects of the cluster, as quantities. @throws Error when nobody serves it */
  externalMetrics(query: MetricQuery): Promise<readonly string[]>;
}
