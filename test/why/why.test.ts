import { afterAll, beforeAll, expect, it } from 'vitest';
import { Client } from '../../controllers/lib/client.ts';
import type { ChainNode } from '../../server/cluster/why/chain.ts';
import type { Why } from '../../server/cluster/why/why.ts';
import { type AdminCluster, adminCluster } from '../admin/support.ts';

let shop: AdminCluster;
beforeAll(async () => {
  shop = await adminCluster();
});
afterAll(() => shop[Symbol.asyncDispose]());

async function why(path: string): Promise<Why> {
  const { status, text } = await shop.admin('GET', `/-/why/${path}`);
  expect([status, text]).toEqual([200, expect.any(String)]);
  return JSON.parse(text) as Why;
}

const MAPS = '/api/v1/namespaces/default/configmaps';

it('tells who wrote which revision, and what changed', async () => {
  const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { kept: '1', changed: '1' } };
  await shop.admin('POST', `${MAPS}?fieldManager=first`, config);
  const next = { ...config, data: { kept: '1', changed: '2', 'with.dots': 'x' } };
  await shop.admin('PUT', `${MAPS}/a?fieldManager=second`, next);
  const { history, fields } = await why('configmaps/default/a');
  expect(history).toMatchObject([
    { type: 'created', user: 'kubernetes-admin', manager: 'first', request: `POST ${MAPS}?fieldManager=first` },
    { type: 'updated', manager: 'second', changed: ['.data.changed', '.data["with.dots"]'] },
  ]);
  expect(fields.map(({ manager, fields: paths }) => [manager, paths])).toEqual([
    ['first', ['.data.kept']],
    ['second', ['.data.changed', '.data["with.dots"]']],
  ]);
});

it('tells who had objects deleted together, not who only tried', async () => {
  await shop.admin('POST', MAPS, { metadata: { name: 'many', labels: { of: 'many' } } });
  await shop.admin('DELETE', `${MAPS}/many?dryRun=All`);
  await shop.admin('DELETE', `${MAPS}?labelSelector=of%3Dmany`);
  await shop.admin('DELETE', `${MAPS}/many`);
  const { history } = await why('cm/default/many');
  expect(history.at(-1)).toMatchObject({ type: 'deleted', request: `DELETE ${MAPS}?labelSelector=of%3Dmany` });
});

it('tells times as the clock of the cluster shows them', async () => {
  await shop.admin('POST', '/-/clock', { freeze: true, advance: '48h' });
  const answer = await shop.admin('POST', MAPS, { metadata: { name: 'later' } });
  const { metadata } = JSON.parse(answer.text) as { metadata: { creationTimestamp: string } };
  const { history } = await why('cm/default/later');
  await shop.admin('POST', '/-/clock', { freeze: false });
  expect(history[0]?.time).toBe(metadata.creationTimestamp);
});

it('tells what happened to an object that is gone, and that there was none', async () => {
  await shop.admin('POST', MAPS, { metadata: { name: 'gone' } });
  await shop.admin('DELETE', `${MAPS}/gone`);
  const { exists, history } = await why('cm/default/gone');
  expect([exists, history.map(({ type }) => type)]).toEqual([false, ['created', 'deleted']]);
  expect(history[1]).toMatchObject({ user: 'kubernetes-admin', request: `DELETE ${MAPS}/gone` });
  for (const [path, status, message] of [
    ['configmaps/default/never', 404, 'configmaps "never" not found, and none of its revisions is kept'],
    ['gadgets/default/a', 404, 'there is no resource "gadgets"'],
    ['configmaps/a', 400, 'configmaps are asked about as /-/why/configmaps/NAMESPACE/NAME'],
    ['nodes/default/a', 400, 'nodes are asked about as /-/why/nodes/NAME'],
  ] as const) {
    const answer = await shop.admin('GET', `/-/why/${path}`);
    expect([answer.status, (JSON.parse(answer.text) as { message: string }).message]).toEqual([status, message]);
  }
});

it('follows a Deployment to the containers that do not run', async () => {
  await shop.cluster.apply(`
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web}
    spec: {containers: [{name: web, image: 'nginx:1', envFrom: [{configMapRef: {name: missing}}]}]}
`);
  await shop.cluster.settle();
  const { chain } = await why('deploy/default/web');
  expect(chain).toMatchObject({ kind: 'Deployment', state: '0 of 1 replica is ready' });
  expect(chain?.conditions).toContainEqual(
    expect.objectContaining({ type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable' }),
  );
  const [set] = chain?.owns ?? [];
  const [pod] = (set?.owns ?? []) as ChainNode[];
  expect([set?.kind, pod?.kind, pod?.state]).toEqual(['ReplicaSet', 'Pod', 'Pending']);
  expect(pod?.containers).toEqual([
    {
      name: 'web',
      state: 'waiting',
      reason: 'CreateContainerConfigError',
      message: 'configmap "missing" not found',
      restarts: 0,
      ready: false,
    },
  ]);
  expect(pod?.events).toContainEqual(expect.objectContaining({ type: 'Warning', reason: 'Failed' }));
  const above = await why(`pods/default/${pod?.name}`);
  expect(above.owners.map(({ kind, name }) => [kind, name])).toEqual([
    ['ReplicaSet', set?.name],
    ['Deployment', 'web'],
  ]);
  const { text } = await shop.admin('GET', '/-/why/deployments.apps/default/web?format=text');
  expect(text).toMatch(/^deployment\/web in default: 0 of 1 replica is ready\n {2}condition Available is False: /);
  expect(text).toContain('      container web is waiting: CreateContainerConfigError: configmap "missing" not found\n');
  expect(text).toMatch(/\nWhat happened to it, as far as it is kept\n {2}\d+ \S+ created by kubernetes-admin\n/);
});

it('tells how a container is apart from how it ended before', async () => {
  await shop.cluster.apply(`
apiVersion: v1
kind: Pod
metadata: {name: again}
spec: {nodeName: nowhere, containers: [{name: c, image: a}, {name: d, image: a}, {name: e, image: a}]}
`);
  const terminated = { exitCode: 3, reason: 'Error' };
  const unready = { image: 'a', imageID: 'a', ready: false };
  const status = (name: string, state: object, lastState: object, restartCount: number): object =>
    Object.assign({ name, state, lastState, restartCount }, unready);
  const waiting = { reason: 'CrashLoopBackOff', message: 'back-off 20s' };
  const containerStatuses = [
    status('c', { running: {} }, { terminated }, 1),
    status('d', { waiting }, { terminated: { exitCode: 128, reason: 'StartError', message: 'no such file' } }, 2),
    status('e', { terminated }, {}, 0),
  ];
  const key = { namespace: 'default', name: 'again' };
  await new Client(shop.cluster.transport()).patch(
    'v1/pods',
    key,
    'merge',
    { status: { containerStatuses } },
    'status',
  );
  const { chain } = await why('pods/default/again');
  const told = { restarts: 1, ready: false };
  expect(chain?.containers?.[0]).toEqual({ name: 'c', state: 'running', before: terminated, ...told });
  const { text } = await shop.admin('GET', '/-/why/pods/default/again?format=text');
  expect(text.split('\n').filter((line) => line.includes('container '))).toEqual([
    '  container c is running; before that it ended with 3 (Error); 1 restart',
    '  container d is waiting: CrashLoopBackOff: back-off 20s; ' +
      'before that it ended with 128 (StartError: no such file); 2 restarts',
    '  container e is terminated, exit code 3: Error',
  ]);
});
