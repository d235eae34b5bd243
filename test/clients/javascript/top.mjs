// What pods and nodes use, as @kubernetes/client-node sums it up: topNodes, topPods and the metrics themselves.
import { ApiException, CoreV1Api, KubeConfig, Metrics, topNodes, topPods, Watch } from '@kubernetes/client-node';
import { check, deferred, equal, isAdmin, matches, namespace } from './checks.mjs';

const config = new KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(CoreV1Api);
const metrics = new Metrics(config);

const MEBI = 1024 * 1024;
const resources = { requests: { cpu: '100m', memory: '32Mi' }, limits: { cpu: '500m', memory: '128Mi' } };

await check('a pod with requests and limits becomes ready', async () => {
  const containers = ['main', 'side'].map((name) => ({ name, image: 'nginx', resources }));
  await core.createNamespacedPod({ namespace, body: { metadata: { name: 'web' }, spec: { containers } } });
  const ready = deferred();
  const onEvent = (_type, { status }) => {
    if (status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True')) ready.resolve();
  };
  const query = { fieldSelector: 'metadata.name=web' };
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const watching = await new Watch(config).watch(path, query, onEvent, ready.reject);
  await ready.promise;
  watching.abort();
});

/** Measured from time to time: a pod that is new has no numbers yet. */
async function measured() {
  for (;;) {
    const list = await metrics.getPodMetrics(namespace);
    if (list.items.length > 0) return list;
  }
}

await check('its metrics have both containers, with quantities and a window', async () => {
  const { kind, apiVersion, items } = await measured();
  equal([kind, apiVersion, items.length], ['PodMetricsList', 'metrics.k8s.io/v1beta1', 1]);
  const [{ metadata, containers, window, timestamp }] = items;
  equal([metadata.name, containers.map(({ name }) => name).sort()], ['web', ['main', 'side']]);
  matches(window, /^\d/);
  matches(timestamp, /^\d{4}-/);
  for (const { usage } of containers) {
    matches(usage.cpu, /^\d+[num]?$/);
    matches(usage.memory, /^\d+(Ki|Mi)?$/);
  }
});

await check('topPods sums up what its containers use, request and may use', async () => {
  const [top, ...others] = await topPods(core, metrics, namespace);
  equal([top.Pod.metadata.name, others.length, top.Containers.length], ['web', 0, 2]);
  equal([top.CPU.RequestTotal, top.CPU.LimitTotal], [0.2, 1]);
  const used = top.Containers.reduce((sum, { CPUUsage }) => sum + Number(CPUUsage.CurrentUsage), 0);
  equal(Number(top.CPU.CurrentUsage), used);
  const [{ MemoryUsage }] = top.Containers;
  equal([Number(MemoryUsage.RequestTotal), Number(MemoryUsage.LimitTotal)], [32 * MEBI, 128 * MEBI]);
});

if (isAdmin) {
  await check('topNodes sums up what the pods of each node request', async () => {
    const nodes = await topNodes(core);
    const { spec } = await core.readNamespacedPod({ name: 'web', namespace });
    const node = nodes.find(({ Node }) => Node.metadata.name === spec.nodeName);
    equal([node.CPU.RequestTotal, node.CPU.LimitTotal, Number(node.Memory.RequestTotal)], [0.2, 1, 64 * MEBI]);
    equal(Number(node.CPU.Capacity) > 0, true);
  });
  await check('every node has metrics', async () => {
    const { items } = await metrics.getNodeMetrics();
    const nodes = await core.listNode();
    const names = (list) => list.map(({ metadata }) => metadata.name).sort();
    equal(names(items), names(nodes.items));
    for (const { usage } of items) matches(usage.cpu, /^\d+[num]?$/);
  });
  await check('topPods of all namespaces has it too', async () => {
    const all = await topPods(core, metrics);
    equal(all.filter(({ Pod }) => Pod.metadata.namespace === namespace).length, 1);
  });
} else {
  await check('metrics of nodes and of other namespaces are forbidden', async () => {
    const calls = [
      () => metrics.getNodeMetrics(),
      () => metrics.getPodMetrics(),
      () => metrics.getPodMetrics('kube-system'),
    ];
    for (const call of calls) {
      const error = await call().catch((reason) => reason);
      equal([error instanceof ApiException, error.code], [true, 403]);
    }
  });
}

await check('a pod that is gone has no metrics any more', async () => {
  await core.deleteNamespacedPod({ name: 'web', namespace, gracePeriodSeconds: 0 });
  for (;;) {
    const { items } = await metrics.getPodMetrics(namespace);
    if (items.length === 0) return;
  }
});
