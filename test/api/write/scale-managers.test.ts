import { expect, test } from 'vitest';
import { at, create, type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';

const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const deployment = {
  metadata: { name: 'd' },
  spec: { replicas: 2, selector: { matchLabels: { a: 'b' } }, template },
};

async function scale(cluster: SecuredCluster, replicas: number, manager: string): Promise<unknown> {
  const headers = [['content-type', 'application/merge-patch+json']] as const;
  const path = `${DEPLOYMENTS}/d/scale?fieldManager=${manager}`;
  const { body } = await cluster.ask('PATCH', path, { headers, body: { spec: { replicas } } });
  return body;
}

/** Who has the replicas: manager, subresource, and whether the entry has a time. */
async function ownersOf(cluster: SecuredCluster): Promise<string[]> {
  const { body } = await cluster.ask('GET', `${DEPLOYMENTS}/d`);
  const entries = at(body, 'metadata.managedFields') as { manager: string; subresource?: string; time?: string }[];
  return entries
    .filter((entry) => at(entry, 'fieldsV1.f:spec.f:replicas'))
    .map(({ manager, subresource = 'object', time }) => `${manager} ${subresource}${time ? '' : ' without time'}`);
}

test('the managers of the replicas move with every write to the scale, as on a real server', async () => {
  await using cluster = await securedCluster();
  await create(cluster, `${DEPLOYMENTS}?fieldManager=maker`, deployment);
  expect(await ownersOf(cluster)).toEqual(['maker object']);
  const first = at(await scale(cluster, 2, 'scaler'), 'metadata.resourceVersion');
  expect(await ownersOf(cluster)).toEqual(['maker object without time']);
  const second = at(await scale(cluster, 2, 'scaler'), 'metadata.resourceVersion');
  expect(await ownersOf(cluster)).toEqual([]);
  const third = at(await scale(cluster, 2, 'scaler'), 'metadata.resourceVersion');
  expect([Number(second) - Number(first), Number(third) - Number(second)]).toEqual([1, 0]);
});

test('whoever scales an object has its replicas afterwards', async () => {
  await using cluster = await securedCluster();
  await create(cluster, `${DEPLOYMENTS}?fieldManager=maker`, deployment);
  expect(at(await scale(cluster, 3, 'scaler'), 'spec.replicas')).toBe(3);
  expect(await ownersOf(cluster)).toEqual(['scaler scale without time']);
  await scale(cluster, 4, 'other');
  expect(await ownersOf(cluster)).toEqual(['other scale without time']);
});
