/** Metric objects of kwok: pages of metrics that somebody describes. */
import type { Frozen } from '../../base/freeze.ts';
import { Histogram, type MetricFamily, metricsText, type Sample } from '../../base/metrics-text.ts';
import { ApiError } from '../../kube/api-error.ts';
import type { KwokObjects } from '../../kube/kwok-objects.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Node } from '../../kube/types.gen.ts';
import type { ClusterUsage } from './cluster-usage.ts';
import type { ExpressionInput, KwokExpressions } from './kwok-expressions.ts';

interface MetricConfig {
  readonly name: string;
  readonly help?: string;
  readonly kind: string;
  readonly dimension?: string;
  readonly labels?: readonly { readonly name: string; readonly value: string }[];
  readonly value?: string;
  readonly buckets?: readonly { readonly le: number; readonly value: string; readonly hidden?: boolean }[];
}

interface MetricSpec {
  readonly path: string;
  readonly metrics?: readonly MetricConfig[];
}

const METRICS = 'metrics.kwok.x-k8s.io';
const ROOT = '/metrics';

const specOf = (object: Frozen<KubeObject>): MetricSpec => (object as unknown as { spec: MetricSpec }).spec;

/** Whether a path is that of a Metric for a node: `{nodeName}` stands for its name. */
function fits(path: string, asked: string, node: string): boolean {
  return path.startsWith(ROOT) && path.replaceAll('{nodeName}', node) === asked;
}

/**
 * The page that a Metric describes for a node.
 *
 * @returns undefined where none has this path
 * @throws ApiError 500 that says which expression has no value
 */
export function kwokMetrics(
  path: string,
  node: Frozen<Node>,
  cluster: ClusterUsage,
  objects: KwokObjects,
): string | undefined {
  const found = objects(METRICS).find((object) => fits(specOf(object).path, path, node.metadata.name ?? ''));
  const { expressions } = cluster;
  if (!found || !expressions) return undefined;
  const families = new Map<string, MetricFamily & { readonly samples: Sample[] }>();
  for (const config of specOf(found).metrics ?? []) {
    try {
      const family = families.get(config.name) ?? newFamily(config);
      families.set(config.name, family);
      for (const input of inputsOf(config, node, cluster)) family.samples.push(sampleOf(config, input, expressions));
    } catch (error) {
      const message = `Metric ${found.metadata.name}: ${config.name}: ${(error as Error).message}`;
      throw new ApiError(500, 'InternalError', message);
    }
  }
  return metricsText([...families.values()]);
}

function newFamily({ name, help = '', kind }: MetricConfig): MetricFamily & { readonly samples: Sample[] } {
  if (kind !== 'counter' && kind !== 'gauge' && kind !== 'histogram')
    throw new Error(`kind ${JSON.stringify(kind)} is none of counter, gauge, histogram`);
  return { name, help: help.trimEnd(), type: kind, samples: [] };
}

/** One for the node, for each of its pods, or for each of their containers. */
function inputsOf(
  { dimension = 'node' }: MetricConfig,
  node: Frozen<Node>,
  cluster: ClusterUsage,
): readonly ExpressionInput[] {
  if (dimension === 'node') return [{ node }];
  const pods = cluster.onNode(node.metadata.name ?? '');
  if (dimension === 'pod') return pods.map(({ pod }) => ({ node, pod }));
  if (dimension !== 'container')
    throw new Error(`dimension ${JSON.stringify(dimension)} is none of node, pod, container`);
  return pods.flatMap(({ pod, containers }) => containers.map(({ name }) => ({ ...cluster.inputOf(pod, name), node })));
}

function sampleOf(config: MetricConfig, input: ExpressionInput, expressions: KwokExpressions): Sample {
  const { labels = [], kind, value = '0', buckets = [] } = config;
  const texts = Object.fromEntries(labels.map((label) => [label.name, expressions.text(label.value, input)]));
  if (kind !== 'histogram') return { labels: texts, value: expressions.number(value, input) };
  const bounds = buckets.filter(({ hidden }) => !hidden).map(({ le }) => le);
  const histogram = new Histogram(bounds);
  // What is not shown counts in the next range that is.
  for (const bucket of buckets) histogram.observe(bucket.le, expressions.number(bucket.value, input));
  return { labels: texts, value: histogram };
}
