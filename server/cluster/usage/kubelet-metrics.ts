/** `/metrics/resource` of a kubelet: k8s.io/kubernetes/pkg/kubelet/metrics/collectors/resource_metrics.go. */
import { getOwn } from '../../base/freeze.ts';
import { type MetricFamily, metricsText, type Sample } from '../../base/metrics-text.ts';
import { parseQuantity } from '../../kube/quantity.ts';
import type { ClusterUsage, UsedByPod } from './cluster-usage.ts';
import type { UsedByContainer } from './pod-usage.ts';

const ERROR_HELP = '1 if there was an error while getting container metrics, 0 otherwise';

const bytesOf = ({ usage }: Pick<UsedByContainer, 'usage'>): number =>
  Number(parseQuantity(getOwn(usage, 'memory') ?? '0').nano) / 1e9;

/** The page of a node, in the text format of Prometheus. */
export function resourceMetrics(node: string, cluster: ClusterUsage): string {
  const pods = cluster.onNode(node);
  const ofPods = (value: (pod: UsedByPod) => number): Sample[] =>
    pods.map((used) => ({ labels: labelsOf(used), value: value(used) }));
  const ofContainers = (value: (used: UsedByPod, container: UsedByContainer) => number | undefined): Sample[] =>
    pods.flatMap((used) =>
      used.containers.flatMap((container) => {
        const found = value(used, container);
        return found === undefined ? [] : [{ labels: { container: container.name, ...labelsOf(used) }, value: found }];
      }),
    );
  const cpu = ({ pod, containers }: UsedByPod): number =>
    containers.reduce((sum, container) => sum + cluster.cpuSeconds(pod, container), 0);
  const memory = ({ containers }: UsedByPod): number => containers.reduce((sum, each) => sum + bytesOf(each), 0);
  const alone = (value: number): Sample[] => [{ labels: {}, value }];
  const families: MetricFamily[] = [
    counter('container_cpu_usage_seconds_total', 'Cumulative cpu time consumed by the container in core-seconds', [
      ...ofContainers(({ pod }, container) => cluster.cpuSeconds(pod, container)),
    ]),
    gauge('container_memory_working_set_bytes', 'Current working set of the container in bytes', [
      ...ofContainers((_used, container) => bytesOf(container)),
    ]),
    gauge('container_start_time_seconds', 'Start time of the container since unix epoch in seconds', [
      ...ofContainers((used, { name }) => startOf(used, name)),
    ]),
    counter('node_cpu_usage_seconds_total', 'Cumulative cpu time consumed by the node in core-seconds', [
      ...alone(cluster.nodeCpuSeconds(node)),
    ]),
    gauge('node_memory_working_set_bytes', 'Current working set of the node in bytes', [
      ...alone(pods.reduce((sum, used) => sum + memory(used), 0)),
    ]),
    counter('pod_cpu_usage_seconds_total', 'Cumulative cpu time consumed by the pod in core-seconds', ofPods(cpu)),
    gauge('pod_memory_working_set_bytes', 'Current working set of the pod in bytes', ofPods(memory)),
    gauge('resource_scrape_error', ERROR_HELP, alone(0)),
    { ...gauge('scrape_error', '', alone(0)), help: `[ALPHA] (Deprecated since 1.29.0) ${ERROR_HELP}` },
  ];
  return metricsText(families);
}

const counter = (name: string, help: string, samples: readonly Sample[]): MetricFamily => ({
  name,
  help: `[STABLE] ${help}`,
  type: 'counter',
  samples,
});
const gauge = (name: string, help: string, samples: readonly Sample[]): MetricFamily => ({
  ...counter(name, help, samples),
  type: 'gauge',
});

const labelsOf = ({ pod: { metadata } }: UsedByPod): { readonly namespace: string; readonly pod: string } => ({
  namespace: metadata.namespace ?? '',
  pod: metadata.name ?? '',
});

function startOf({ pod: { status } }: UsedByPod, container: string): number | undefined {
  const all = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])];
  const startedMs = Date.parse(all.find(({ name }) => name === container)?.state?.running?.startedAt ?? '');
  return Number.isNaN(startedMs) ? undefined : startedMs / 1000;
}
