import {
  AppsV1Api,
  CoreV1Api,
  KubeConfig,
  KubernetesObjectApi,
  makeInformer,
  type V1Deployment,
  type V1Pod,
  Watch,
} from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { type RunningCluster, startCluster } from '../../server/index.ts';

const deployment = (name: string, replicas: number): V1Deployment => ({
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'nginx', image: 'nginx:1.14.2', ports: [{ containerPort: 80 }] }] },
    },
  },
});

/** What a user of the client library does with a kubeconfig. */
function clientOf(cluster: RunningCluster): KubeConfig {
  const config = new KubeConfig();
  config.loadFromString(cluster.kubeconfig());
  return config;
}

const inDefault = { namespace: 'default' };

test('a Deployment that a client creates has running pods', async () => {
  await using cluster = await startCluster();
  const config = clientOf(cluster);
  await config.makeApiClient(AppsV1Api).createNamespacedDeployment({ ...inDefault, body: deployment('web', 3) });
  await cluster.settle();
  const { items } = await config.makeApiClient(CoreV1Api).listNamespacedPod({ ...inDefault, labelSelector: 'app=web' });
  expect(items.map(({ status }) => status?.phase)).toEqual(['Running', 'Running', 'Running']);
  expect(new Set(items.map(({ status }) => status?.podIP)).size).toBe(3);
  const { status } = await config.makeApiClient(AppsV1Api).readNamespacedDeployment({ ...inDefault, name: 'web' });
  expect(status?.readyReplicas).toBe(3);
});

test('a watch tells of a pod from its creation to Running', async () => {
  await using cluster = await startCluster();
  const config = clientOf(cluster);
  const phases: string[] = [];
  const running = new Promise<void>((resolve, reject) => {
    const onEvent = (type: string, { metadata, status }: V1Pod): void => {
      phases.push(`${type} ${metadata?.name} ${status?.phase}`);
      if (status?.phase === 'Running') resolve();
    };
    new Watch(config).watch('/api/v1/namespaces/default/pods', {}, onEvent, reject).catch(reject);
  });
  const core = config.makeApiClient(CoreV1Api);
  const spec = { containers: [{ name: 'c', image: 'busybox' }] };
  await core.createNamespacedPod({ ...inDefault, body: { metadata: { name: 'one' }, spec } });
  await running;
  expect(phases[0]).toBe('ADDED one Pending');
  expect(phases.at(-1)).toBe('MODIFIED one Running');
});

test('an informer holds what there is and follows what happens', async () => {
  await using cluster = await startCluster();
  const config = clientOf(cluster);
  const core = config.makeApiClient(CoreV1Api);
  const path = '/api/v1/namespaces/default/configmaps';
  await cluster.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'before' } });
  const informer = makeInformer(config, path, () => core.listNamespacedConfigMap(inDefault));
  const heard = (event: 'add' | 'delete', name: string): Promise<void> =>
    new Promise((resolve) => informer.on(event, ({ metadata }) => (metadata?.name === name ? resolve() : undefined)));
  const isThere = heard('add', 'before');
  await informer.start();
  await isThere;
  const [comes, goes] = [heard('add', 'later'), heard('delete', 'before')];
  await core.createNamespacedConfigMap({ ...inDefault, body: { metadata: { name: 'later' } } });
  await core.deleteNamespacedConfigMap({ ...inDefault, name: 'before' });
  await Promise.all([comes, goes]);
  expect(informer.list().map(({ metadata }) => metadata?.name)).toEqual(['kube-root-ca.crt', 'later']);
  await informer.stop();
});

test('a refused request is an error with the Status of the API', async () => {
  await using cluster = await startCluster();
  const objects = KubernetesObjectApi.makeApiClient(clientOf(cluster));
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'A', namespace: 'default' },
    spec: { containers: [] },
  };
  const error = (await objects.create(pod).catch((reason: unknown) => reason)) as { code: number; body: string };
  expect(error.code).toBe(422);
  expect((JSON.parse(error.body) as { reason: string }).reason).toBe('Invalid');
});
