import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { ChainNode } from '../../server/cluster/why/chain.ts';
import type { Why } from '../../server/cluster/why/why.ts';
import { type AdminCluster, adminCluster } from '../admin/support.ts';

let shop: AdminCluster;
beforeAll(async () => {
  shop = await adminCluster({ controllers: ['-cronjob'] });
});
beforeEach(() => shop.cluster.reset());
afterAll(() => shop[Symbol.asyncDispose]());

async function why(path: string): Promise<ChainNode | undefined> {
  const { status, text } = await shop.admin('GET', `/-/why/${path}`);
  expect([status, text]).toEqual([200, expect.any(String)]);
  return (JSON.parse(text) as Why).chain;
}

/** Which controllers are off for an object, and the same for people. */
async function off(path: string): Promise<[off: unknown, text: string[]]> {
  const chain = await why(path);
  const { text } = await shop.admin('GET', `/-/why/${path}?format=text`);
  return [chain?.controllersOff, text.split('\n').filter((line) => / (is|are) off: /.test(line))];
}

const POD = { containers: [{ name: 'c', image: 'nginx' }] };
const deployment = (name: string, annotations = {}): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, annotations },
  spec: {
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: POD },
  },
});

it('tells that a controller was switched off', async () => {
  await shop.cluster.setController('deployment', false);
  await shop.cluster.apply(deployment('web'));
  await shop.cluster.settle();
  expect(await off('deployments/default/web')).toEqual([
    [{ name: 'deployment-controller', by: 'switch' }],
    ['  controller deployment-controller is off: switched off everywhere'],
  ]);
  const { chain } = (await shop.cluster.why('deployment/web')) ?? {};
  expect(chain?.controllersOff).toEqual([{ name: 'deployment-controller', by: 'switch' }]);
  await shop.cluster.setController('deployment', true, { namespace: 'default' });
  await shop.cluster.settle();
  expect(await off('deployments/default/web')).toEqual([undefined, []]);
});

it('tells that one is off in a namespace', async () => {
  await shop.cluster.setController('scheduler', false, { namespace: 'default' });
  await shop.cluster.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 's1' }, spec: POD });
  await shop.cluster.settle();
  expect(await off('pods/default/s1')).toEqual([
    [{ name: 'scheduler', by: 'namespace', namespace: 'default' }],
    ['  controller scheduler is off: switched off in namespace default'],
  ]);
});

it('tells whose annotation keeps one away, at any depth', async () => {
  const annotations = { 'fauxkube.dev/disabled-controllers': 'kubelet,deployment' };
  await shop.cluster.apply(deployment('web'));
  await shop.cluster.settle();
  await shop.cluster.apply(deployment('web', annotations));
  await shop.cluster.settle();
  const chain = await why('deployments/default/web');
  expect(chain?.controllersOff).toEqual([
    { name: 'deployment-controller', by: 'annotation', object: 'Deployment/web' },
  ]);
  const [pod] = chain?.owns?.[0]?.owns ?? [];
  const kubelet = { name: 'kubelet', by: 'annotation', object: 'Deployment/web' };
  expect([pod?.kind, pod?.controllersOff]).toEqual(['Pod', [kubelet]]);
  const [, lines] = await off(`pods/default/${pod?.name}`);
  expect(lines[0]).toBe('  controller kubelet is off: annotation fauxkube.dev/disabled-controllers of Deployment/web');
});

it('tells that the server was started without one', async () => {
  await shop.cluster.apply({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'nightly' },
    spec: {
      schedule: '0 0 * * *',
      jobTemplate: { spec: { template: { spec: { ...POD, restartPolicy: 'Never' } } } },
    },
  });
  await shop.cluster.settle();
  expect(await off('cronjobs/default/nightly')).toEqual([
    [{ name: 'cronjob-controller', by: 'start' }],
    ['  controller cronjob-controller is off: not among the --controllers of the start'],
  ]);
});

it.each([
  [
    'horizontal-pod-autoscaler',
    'horizontalpodautoscalers/default/a',
    'autoscaling/v1',
    'HorizontalPodAutoscaler',
    {
      maxReplicas: 2,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a' },
    },
  ],
  ['endpointslice', 'services/default/a', 'v1', 'Service', { ports: [{ port: 80 }] }],
  ['job', 'jobs/default/a', 'batch/v1', 'Job', { template: { spec: { ...POD, restartPolicy: 'Never' } } }],
  ['namespace', 'namespaces/a', 'v1', 'Namespace', {}],
] as const)('knows what waits for %s', async (name, path, apiVersion, kind, spec) => {
  await shop.cluster.setController(name, false);
  await shop.cluster.apply({ apiVersion, kind, metadata: { name: 'a' }, spec });
  await shop.cluster.settle();
  expect(await off(path)).toEqual([
    [{ name: `${name}-controller`, by: 'switch' }],
    [`  controller ${name}-controller is off: switched off everywhere`],
  ]);
});
