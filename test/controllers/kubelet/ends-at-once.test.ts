import { afterEach, beforeEach, expect, test } from 'vitest';
import { Client } from '../../../controllers/lib/client.ts';
import type { Frozen } from '../../../server/base/freeze.ts';
import type { Pod } from '../../../server/kube/types.gen.ts';
import { type NodeCluster, nodeCluster } from '../../support/node-cluster.ts';

/** Kubelets hear of their containers once a second: nobody sees one run, or takes it for ready, that ends at once. */
const ENDS_AT_ONCE = [
  ['a command', { containers: [{ name: 'main', image: 'busybox', command: ['sh', '-c', 'exit 1'] }] }, {}],
  ['a preset', { containers: [{ name: 'main', image: 'shop' }] }, { 'fauxkube.dev/behaviour': 'crashloop' }],
] as const;

let nodes: NodeCluster;
beforeEach(async () => {
  nodes = await nodeCluster({ nodes: 2 });
});
afterEach(() => nodes[Symbol.asyncDispose]());

const client = (): Client => new Client(nodes.cluster.transport());

/** Everything that the pods of the cluster are said to be from now on. */
async function watchPods(): Promise<Frozen<Pod>[]> {
  const seen: Frozen<Pod>[] = [];
  const transport = nodes.cluster.transport();
  const pods = { resource: 'v1/pods', namespace: '' };
  const { resourceVersion } = await transport.list(pods);
  transport.watch(
    { ...pods, resourceVersion },
    { event: (_type, object) => void seen.push(object as Frozen<Pod>), end: () => undefined },
  );
  return seen;
}

const template = (app: string, spec: object, annotations: object): object => ({
  metadata: { labels: { app }, annotations },
  spec,
});

test.each(ENDS_AT_ONCE)('%s that ends at once is never ready', async (_what, spec, annotations) => {
  const seen = await watchPods();
  const metadata = { name: 'p', namespace: 'default', annotations };
  await client().create('v1/pods', { apiVersion: 'v1', kind: 'Pod', metadata, spec });
  await nodes.cluster.settle();
  await nodes.pass(15_000);
  const statuses = seen.flatMap(({ status }) => status.containerStatuses ?? []);
  expect(statuses.filter(({ ready, state }) => ready || state.running)).toEqual([]);
  expect(statuses.at(-1)).toMatchObject({ restartCount: 2, lastState: { terminated: { exitCode: 1 } } });
});

test.each(ENDS_AT_ONCE)('a rollout to %s that ends at once keeps all old pods', async (_what, spec, annotations) => {
  const good = template('web', { containers: [{ name: 'main', image: 'nginx' }] }, {});
  const strategy = { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
  const selector = { matchLabels: { app: 'web' } };
  const metadata = { name: 'web', namespace: 'default' };
  const web = { replicas: 3, selector, strategy, template: good };
  await client().create('apps/v1/deployments', { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: web });
  await nodes.cluster.settle();
  const bad = template('web', spec, annotations);
  await client().patch('apps/v1/deployments', metadata, 'merge', { spec: { template: bad } });
  await nodes.cluster.settle();
  await nodes.pass(60_000);
  const deployment = await client().get('apps/v1/deployments', metadata);
  expect(deployment.status).toMatchObject({ replicas: 4, updatedReplicas: 1, readyReplicas: 3, availableReplicas: 3 });
});

test('a StatefulSet does not go on after a first pod that ends at once', async () => {
  const [, spec, annotations] = ENDS_AT_ONCE[0];
  const selector = { matchLabels: { app: 'db' } };
  const set = { replicas: 3, serviceName: 'db', selector, template: template('db', spec, annotations) };
  const metadata = { name: 'db', namespace: 'default' };
  await client().create('apps/v1/statefulsets', { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata, spec: set });
  await nodes.cluster.settle();
  await nodes.pass(60_000);
  expect(await nodes.podNames()).toEqual(['db-0']);
});

test('a pod that has done its work at once was never running', async () => {
  const seen = await watchPods();
  await nodes.createPod('done', {
    restartPolicy: 'Never',
    containers: [{ name: 'main', image: 'busybox', command: ['true'] }],
  });
  expect(new Set(seen.map(({ status }) => status.phase))).toEqual(new Set(['Pending', 'Succeeded']));
});
