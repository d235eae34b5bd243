import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openShop, rows, type Shop } from '../support/kubectl.ts';

const CRASHING = `
apiVersion: v1
kind: Pod
metadata: {name: alone, labels: {app: crashing}, annotations: {fauxkube.dev/behaviour: oom@0s}}
spec: {containers: [{name: web, image: nginx}]}
---
apiVersion: v1
kind: Pod
metadata:
  name: beside
  labels: {app: crashing}
  annotations: {fauxkube.dev/behaviour: side=crashloop, fauxkube.dev/usage: 'cpu=300m,side/cpu=5m'}
spec: {containers: [{name: web, image: nginx}, {name: side, image: nginx}]}
---
apiVersion: v1
kind: Pod
metadata: {name: done, labels: {app: crashing}}
spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: ['true']}]}
`;

describe('metrics.k8s.io', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop({ simulatedMetrics: true, nodes: 2 });
    await shop.kubectl('run', 'web', '--image=nginx', '--labels=app=web', '--annotations=fauxkube.dev/usage=cpu=250m');
    await shop.kubectl('wait', '--for=condition=Ready', 'pod/web');
  });
  afterAll(() => shop[Symbol.asyncDispose]());

  const raw = async (path: string): Promise<Record<string, unknown>> =>
    JSON.parse(await shop.kubectl('get', '--raw', path)) as Record<string, unknown>;

  it('is an API of a server of its own', async () => {
    const services = rows(await shop.kubectl('get', 'apiservice', 'v1beta1.metrics.k8s.io'));
    expect(services).toMatchObject([{ SERVICE: 'kube-system/metrics-server', AVAILABLE: 'True' }]);
    expect(await shop.kubectl('api-resources', '--api-group=metrics.k8s.io', '--no-headers')).toMatch(
      /^nodes +metrics.k8s.io\/v1beta1 +false +NodeMetrics\npods +metrics.k8s.io\/v1beta1 +true +PodMetrics\n$/,
    );
    expect((await raw('/apis/metrics.k8s.io/v1beta1')).resources).toMatchObject([{ verbs: ['get', 'list'] }, {}]);
  });

  it('gets and lists, with selectors and as a table', async () => {
    expect(rows(await shop.kubectl('get', 'podmetrics', '-l', 'app=web'))).toMatchObject([
      { NAME: 'web', CPU: '250m', WINDOW: '15s' },
    ]);
    expect(await shop.kubectl('get', 'podmetrics', '-l', 'app=none')).toBe('');
    expect(await raw('/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/web')).toMatchObject({
      kind: 'PodMetrics',
      metadata: { name: 'web', namespace: 'default', labels: { app: 'web' } },
      containers: [{ name: 'web', usage: { cpu: '250m' } }],
    });
    const one = await raw('/apis/metrics.k8s.io/v1beta1/nodes?fieldSelector=metadata.name%3Dnode02');
    expect(one.items).toMatchObject([{ metadata: { name: 'node02' }, usage: {} }]);
  });

  it.each([
    [['get', 'podmetrics', 'none'], 'Error from server (NotFound): pods "none" not found'],
    [['get', 'nodemetrics', 'none'], 'Error from server (NotFound): node "none" not found'],
    [['get', 'podmetrics', '--watch-only'], 'the server does not allow this method on the requested resource'],
    [['delete', '--raw', '/apis/metrics.k8s.io/v1beta1/nodes/node01'], 'the server does not allow this method'],
    [['get', '--raw', '/apis/metrics.k8s.io/v1beta1/services'], 'the server could not find the requested resource'],
  ])('%j fails', async (args, message) => {
    expect((await shop.fails(...args)).stderr).toContain(message);
  });

  it('knows nothing of pods of which no container runs, and leaves out containers that do not', async () => {
    await shop.apply(CRASHING);
    const reason = 'jsonpath={.status.containerStatuses[-1:].state.waiting.reason}=CrashLoopBackOff';
    await shop.kubectl('wait', `--for=${reason}`, 'pod/alone', 'pod/beside');
    await shop.kubectl('wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/done');
    expect((await shop.fails('top', 'pod', 'alone')).stderr).toBe(
      'Error from server (NotFound): podmetrics.metrics.k8s.io "default/alone" not found\n',
    );
    expect((await shop.fails('top', 'pod', 'done')).stderr).toBe(
      'Error from server (NotFound): pods "done" not found\n',
    );
    expect(rows(await shop.kubectl('top', 'pod', '-l', 'app=crashing', '--containers'))).toMatchObject([
      { POD: 'beside', NAME: 'web', 'CPU(cores)': '300m' },
    ]);
    await shop.kubectl('delete', 'pod', '-l', 'app=crashing', '--now');
  });

  it('may be read by whoever may view', async () => {
    await shop.kubectl('create', 'rolebinding', 'view', '--clusterrole=view', '--user=jane');
    await shop.cluster.settle();
    expect(await shop.kubectl('get', 'podmetrics', 'web', '--as=jane', '-oname')).toBe(
      'podmetrics.metrics.k8s.io/web\n',
    );
    expect((await shop.fails('top', 'node', '--as=jane')).stderr).toContain('nodes.metrics.k8s.io is forbidden');
  });

  it('knows nothing of nodes that are lost, nor of their pods', async () => {
    const node = await shop.kubectl('get', 'pod', 'web', '-ojsonpath={.spec.nodeName}');
    const conditions = [{ type: 'Ready', status: 'Unknown' }];
    await shop.kubectl('annotate', 'node', node, 'fauxkube.dev/behaviour=node-lost');
    const patch = JSON.stringify({ status: { conditions } });
    await shop.kubectl('patch', 'node', node, '--subresource=status', '-p', patch);
    expect(await shop.kubectl('get', 'podmetrics')).toBe('');
    expect(await shop.kubectl('get', 'nodemetrics', '-oname')).not.toContain(node);
  });
});

it('does not exist in a cluster without simulated metrics', async () => {
  await using shop = await openShop();
  expect((await shop.fails('top', 'node')).stderr).toBe('error: Metrics API not available\n');
  expect(await shop.kubectl('get', 'apiservices')).not.toContain('metrics.k8s.io');
});
