import { expect, test } from 'vitest';
import { replay } from '../support/replay.ts';
import { at, create, createAccount, type SecuredCluster, securedCluster } from '../support/secured-cluster.ts';

const NAMESPACE = '/api/v1/namespaces/default';

test('objects, pods, services and claims are charged and refused as on a real server', () =>
  replay('core/resource-quota.json'));

/** A cluster with a quota, whose status is what a controller would have written. */
async function start(hard: object, used: object): Promise<SecuredCluster> {
  const cluster = await securedCluster();
  await createAccount(cluster, 'default');
  await create(cluster, `${NAMESPACE}/resourcequotas`, { metadata: { name: 'q' }, spec: { hard } });
  await setStatus(cluster, { hard, used });
  return cluster;
}

async function setStatus(cluster: SecuredCluster, status: object): Promise<void> {
  const body = { metadata: { name: 'q' }, status };
  const headers = [['content-type', 'application/merge-patch+json']] as const;
  const { status: code } = await cluster.ask('PATCH', `${NAMESPACE}/resourcequotas/q/status`, { body, headers });
  expect(code).toBe(200);
}

async function used(cluster: SecuredCluster): Promise<unknown> {
  return at((await cluster.ask('GET', `${NAMESPACE}/resourcequotas/q`)).body, 'status.used');
}

const pod = (i: number): object => ({
  metadata: { name: `p${i}` },
  spec: { containers: [{ name: 'c', image: 'i' }] },
});

const BURST = 100;

async function burst(cluster: SecuredCluster): Promise<number> {
  const answers = await Promise.all(
    Array.from({ length: BURST }, (_, i) => cluster.ask('POST', `${NAMESPACE}/pods`, { body: pod(i) })),
  );
  return answers.filter(({ status }) => status === 201).length;
}

test('a burst of creates gets as much as the quota allows, and no more', async () => {
  await using cluster = await start({ pods: '10' }, { pods: '0' });
  expect(await burst(cluster)).toBe(10);
  expect(await used(cluster)).toEqual({ pods: '10' });
});

test('a controller that counts too little in the middle of a burst lets nothing past the quota', async () => {
  await using cluster = await start({ pods: '10' }, { pods: '0' });
  const stale = async (): Promise<void> => {
    for (let i = 0; i < BURST; i++) await setStatus(cluster, { used: { pods: '0' } });
  };
  const [created] = await Promise.all([burst(cluster), stale()]);
  expect(created).toBe(10);
});

test('objects that nobody has counted count all the same', async () => {
  await using cluster = await start({ pods: '2' }, { pods: '0' });
  await create(cluster, `${NAMESPACE}/pods`, pod(1));
  await setStatus(cluster, { used: { pods: '0' } });
  await create(cluster, `${NAMESPACE}/pods`, pod(2));
  const { body } = await cluster.ask('POST', `${NAMESPACE}/pods`, { body: pod(3) });
  expect(at(body, 'message')).toBe(
    'pods "p3" is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2',
  );
});

test('what a dry run would use is checked and not charged', async () => {
  await using cluster = await start({ pods: '1' }, { pods: '0' });
  const dryRun = { body: pod(1) };
  expect((await cluster.ask('POST', `${NAMESPACE}/pods?dryRun=All`, dryRun)).status).toBe(201);
  expect(await used(cluster)).toEqual({ pods: '0' });
});

test('nothing is admitted of what a quota limits and nobody has counted', async () => {
  await using cluster = await start({ pods: '1', configmaps: '3' }, { configmaps: '0' });
  const { body } = await cluster.ask('POST', `${NAMESPACE}/pods`, { body: pod(1) });
  expect(at(body, 'message')).toBe('pods "p1" is forbidden: status unknown for quota: q, resources: pods');
});

test('objects of other namespaces are not charged', async () => {
  await using cluster = await start({ configmaps: '0' }, { configmaps: '0' });
  await create(cluster, '/api/v1/namespaces/kube-system/configmaps', { metadata: { name: 'a' } });
  expect(await used(cluster)).toEqual({ configmaps: '0' });
});
