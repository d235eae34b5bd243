import { expect, test } from 'vitest';
import { ask, readKubeconfig } from '../../support/ask.ts';
import { PodStory } from '../../support/pod-story.ts';

const DEFINITIONS = { fixtures: ['fixtures/kwok/usage.yaml'], simulatedMetrics: true };
const SPEC = '{nodeName: node01, containers: [{name: c, image: nginx}, {name: d, image: nginx}]}';
const pod = (metadata = ''): string => `{apiVersion: v1, kind: Pod, metadata: {name: p${metadata}}, spec: ${SPEC}}`;

async function read(story: PodStory, path: string): Promise<{ readonly status: number; readonly text: string }> {
  const credentials = readKubeconfig(story.cluster.kubeconfig());
  return ask(`${story.cluster.url}${path}`, { credentials });
}

const usage = async (story: PodStory): Promise<unknown> =>
  (
    JSON.parse((await read(story, '/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/p')).text) as {
      containers: unknown;
    }
  ).containers;

test('a ResourceUsage says what containers use, before a ClusterResourceUsage does', async () => {
  await using story = await PodStory.begin(DEFINITIONS);
  await story.apply(pod());
  await story.apply(`
apiVersion: kwok.x-k8s.io/v1alpha1
kind: ClusterResourceUsage
metadata: {name: all}
spec:
  selector: {matchNamespaces: [default]}
  usages: [{usage: {cpu: {value: 1}, memory: {expression: 'Quantity("1Mi") * (pod.SinceSecond() / 60.0)'}}}]`);
  await story.pass(120);
  expect(await usage(story)).toEqual([
    { name: 'c', usage: { cpu: '1', memory: '2Mi' } },
    { name: 'd', usage: { cpu: '1', memory: '2Mi' } },
  ]);
  await story.apply(`
apiVersion: kwok.x-k8s.io/v1alpha1
kind: ResourceUsage
metadata: {name: p, namespace: default}
spec: {usages: [{containers: [c], usage: {cpu: {value: 250m}}}]}`);
  expect(await usage(story)).toMatchObject([{ usage: { cpu: '250m' } }, { usage: { cpu: '0' } }]);
});

test('the expression of kwok itself reads annotations', async () => {
  await using story = await PodStory.begin(DEFINITIONS);
  const key = '"kwok.x-k8s.io/usage-cpu"';
  await story.apply(`
apiVersion: kwok.x-k8s.io/v1alpha1
kind: ClusterResourceUsage
metadata: {name: usage-from-annotation}
spec:
  usages:
  - usage:
      cpu:
        expression: |
          ${key} in pod.metadata.annotations
          ? Quantity(pod.metadata.annotations[${key}])
          : Quantity("1m")`);
  await story.apply(pod());
  expect(await usage(story)).toMatchObject([{ usage: { cpu: '1m' } }, { usage: { cpu: '1m' } }]);
  await story.delete(0);
  await story.apply(pod(', annotations: {kwok.x-k8s.io/usage-cpu: 300m}'));
  expect(await usage(story)).toMatchObject([{ usage: { cpu: '300m' } }, { usage: { cpu: '300m' } }]);
});

const METRIC = `
apiVersion: kwok.x-k8s.io/v1alpha1
kind: Metric
metadata: {name: all}
spec:
  path: /metrics/nodes/{nodeName}/metrics/resource
  metrics:
  - {name: up, kind: gauge, help: Whether it is up, value: '1'}
  - name: pod_cpu_usage_seconds_total
    kind: counter
    dimension: pod
    labels: [{name: pod, value: pod.metadata.name}]
    value: pod.CumulativeUsage("cpu")
  - name: container_memory
    kind: gauge
    dimension: container
    labels: [{name: container, value: container.name}]
    value: pod.Usage("memory", container.name)
  - name: started
    kind: gauge
    value: node.StartedContainersTotal()
  - name: latency
    kind: histogram
    buckets: [{le: 0.1, value: '2', hidden: true}, {le: 1, value: '3'}, {le: 5, value: '4'}]
`;

test('a Metric is a page of each simulated node', async () => {
  await using story = await PodStory.begin(DEFINITIONS);
  await story.apply(pod(', annotations: {fauxkube.dev/usage: "cpu=500m,memory=1Ki,d/cpu=1"}'));
  await story.apply(METRIC);
  const path = '/api/v1/nodes/node01/proxy/metrics/nodes/node01/metrics/resource';
  await story.pass(10);
  const { text } = await read(story, path);
  expect(text).toBe(`# HELP container_memory 
# TYPE container_memory gauge
container_memory{container="c"} 1024
container_memory{container="d"} 0
# HELP latency 
# TYPE latency histogram
latency_bucket{le="1"} 5
latency_bucket{le="5"} 9
latency_bucket{le="+Inf"} 9
latency_sum 23.2
latency_count 9
# HELP pod_cpu_usage_seconds_total 
# TYPE pod_cpu_usage_seconds_total counter
pod_cpu_usage_seconds_total{pod="p"} 15
# HELP started 
# TYPE started gauge
started 2
# HELP up Whether it is up
# TYPE up gauge
up 1
`);
  const resource = await read(story, '/api/v1/nodes/node01/proxy/metrics/resource');
  expect(resource.text).toContain('pod_cpu_usage_seconds_total{namespace="default",pod="p"} 15\n');
  expect(resource.text).toContain('node_memory_working_set_bytes 1024\n');
});

test('what is wrong with an expression is said', async () => {
  await using story = await PodStory.begin(DEFINITIONS);
  await story.apply(METRIC.replace("'1'}\n", "'node.Nothing()'}\n"));
  const { status, text } = await read(story, '/api/v1/nodes/node01/proxy/metrics/nodes/node01/metrics/resource');
  expect(status).toBe(500);
  expect((JSON.parse(text) as { message: string }).message).toContain('Metric all: up: "node.Nothing()": ');
  expect((await read(story, '/api/v1/nodes/node01/proxy/metrics/none')).status).toBe(501);
  expect((await read(story, '/api/v1/nodes/none/proxy/metrics/resource')).status).toBe(404);
});
