/** Metrics from whoever serves them in the cluster: a metrics server and its like behind APIServices. */
import { ApiError } from '../../server/kube/api-error.ts';
import type { MetricsSource, ObjectMetric, PodUsage } from '../../server/kube/metrics-source.ts';
import { resourceName } from '../../server/kube/object.ts';
import type { ServedResource } from '../../server/kube/transport.ts';
import type { Client } from '../lib/client.ts';

const CUSTOM_GROUP = 'custom.metrics.k8s.io';
/** Upstream knows these, and takes the one that the server prefers. */
const CUSTOM_VERSIONS = ['v1beta2', 'v1beta1'];
const EXTERNAL = 'external.metrics.k8s.io/v1beta1';
const POD_METRICS = 'metrics.k8s.io/v1beta1/pods';

/** What a value without a window was measured in (metricServerDefaultMetricWindow). */
const DEFAULT_WINDOW_MS = 60_000;

interface PodMetricsItem {
  readonly metadata: { readonly name?: string };
  readonly timestamp?: string;
  readonly window?: string;
  readonly containers?: PodUsage['containers'];
}

interface MetricValueItem {
  readonly describedObject?: { readonly name?: string };
  readonly timestamp?: string;
  readonly windowSeconds?: number;
  readonly value?: string;
}

/** Reads the metrics APIs as the user of `client`. */
export function servedMetrics(client: Client): MetricsSource {
  return {
    async podUsage(namespace, podSelector) {
      const items = await asked('get pods.metrics.k8s.io', client.list(POD_METRICS, namespace, podSelector));
      return (items as readonly PodMetricsItem[]).map(({ metadata, timestamp, window, containers }) => ({
        name: metadata.name ?? '',
        timestampMs: timeOf(timestamp),
        windowMs: durationMs(window ?? ''),
        containers: containers ?? [],
      }));
    },
    async podMetrics({ namespace, metric, metricSelector, podSelector }) {
      const version = await customVersion(client);
      const query = queryOf({ labelSelector: podSelector, metricLabelSelector: metricSelector });
      const key = { namespace, name: '*' };
      const list = await asked(`get pods.${CUSTOM_GROUP} *`, client.get(`${version}/pods`, key, metric, query));
      return ((list as { items?: readonly MetricValueItem[] | null }).items ?? []).map(metricOf);
    },
    async objectMetric({ namespace, metric, metricSelector, object }) {
      const version = await customVersion(client);
      const resource = await described(object, client);
      const query = queryOf({ metricLabelSelector: metricSelector });
      // Namespaces have no place of their own: what describes them is called a metric.
      const request =
        resource === 'namespaces'
          ? client.get(`${version}/metrics`, { namespace, name: metric }, undefined, query)
          : client.get(`${version}/${resource}`, { namespace, name: object.name }, metric, query);
      const list = await asked(`get ${resource}.${CUSTOM_GROUP} ${object.name}`, request);
      const [first, ...more] = (list as { items?: readonly MetricValueItem[] | null }).items ?? [];
      if (!first || more.length > 0)
        throw new Error(
          `the custom metrics API server returned ${first ? more.length + 1 : 0} results when we asked for exactly one`,
        );
      return metricOf(first);
    },
    async externalMetrics({ namespace, metric, metricSelector }) {
      const request = client.list(`${EXTERNAL}/${metric}`, namespace, metricSelector);
      const items = await asked(`get ${metric}.external.metrics.k8s.io`, request);
      return (items as readonly { value?: string }[]).map(({ value = '0' }) => value);
    },
  };
}

/** client-go tells of an answer that is no Status in words of its own. */
async function asked<T>(what: string, request: Promise<T>): Promise<unknown> {
  try {
    return await request;
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 404) || error.status.details?.name) throw error;
    throw new Error(`the server could not find the requested resource (${what})`);
  }
}

async function customVersion(client: Client): Promise<string> {
  const served = (await client.resources()).filter(({ group }) => group === CUSTOM_GROUP);
  if (served.length === 0) throw new Error(`no custom metrics API (${CUSTOM_GROUP}) registered`);
  const version = CUSTOM_VERSIONS.find((known) => served.some((resource) => resource.version === known));
  if (version === undefined) throw new Error('no known available metric versions found');
  return `${CUSTOM_GROUP}/${version}`;
}

/** `deployments.apps`: how the custom metrics API calls the kind of an object. */
async function described(object: { apiVersion?: string; kind: string }, client: Client): Promise<string> {
  const { apiVersion = '', kind } = object;
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  const isMeant = (resource: ServedResource): boolean => resource.kind === kind && resource.group === group;
  const served = (await client.resources()).find(isMeant);
  if (!served)
    throw new Error(
      `unable to map kind ${group === '' ? kind : `${kind}.${group}`} to resource: ${noMatch(kind, group)}`,
    );
  return resourceName(served.group, served.resource);
}

/** meta.NoKindMatchError of a question without a version. */
export function noMatch(kind: string, group: string): string {
  return `no matches for kind "${kind}" in group "${group}"`;
}

function queryOf(selectors: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(selectors).filter(([, text]) => text !== ''));
}

function metricOf({ describedObject, timestamp, windowSeconds, value = '0' }: MetricValueItem): ObjectMetric {
  return {
    name: describedObject?.name ?? '',
    timestampMs: timeOf(timestamp),
    windowMs: windowSeconds === undefined ? DEFAULT_WINDOW_MS : windowSeconds * 1000,
    value,
  };
}

const timeOf = (timestamp: string | undefined): number => (timestamp === undefined ? 0 : Date.parse(timestamp));

const UNITS_MS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
};

/** `1m0s`, as Go prints durations. */
function durationMs(text: string): number {
  let sumMs = 0;
  for (const [, amount, unit = ''] of text.matchAll(/([\d.]+)(ms|us|µs|ns|h|m|s)/g))
    sumMs += Number(amount) * (UNITS_MS[unit] ?? 0);
  return sumMs;
}
