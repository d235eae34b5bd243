import { expect, test } from 'vitest';
import { at, type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';
import { testCluster } from '../../support/test-cluster.ts';

const SERVICES = '/api/v1/namespaces/default/services';
const COUNT = 10_000;

async function statusOf(cluster: SecuredCluster, name: string, spec: object, query = ''): Promise<number> {
  const body = { metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } };
  return (await cluster.ask('POST', `${SERVICES}${query}`, { body })).status;
}

test('an address is free as soon as its service is gone or has another type', async () => {
  await using cluster = await securedCluster();
  const clusterIP = '10.96.5.5';
  expect(await statusOf(cluster, 'a', { clusterIP })).toBe(201);
  expect(await statusOf(cluster, 'b', { clusterIP })).toBe(422);
  await cluster.ask('DELETE', `${SERVICES}/a`);
  expect(await statusOf(cluster, 'b', { clusterIP })).toBe(201);
  const headers = [['content-type', 'application/merge-patch+json']] as const;
  const body = { spec: { type: 'ExternalName', externalName: 'x' } };
  await cluster.ask('PATCH', `${SERVICES}/b`, { headers, body });
  expect(await statusOf(cluster, 'c', { clusterIP })).toBe(201);
});

test('writes that fail, and those that only try, take nothing', async () => {
  await using cluster = await securedCluster();
  const spec = { clusterIP: '10.96.5.6', type: 'NodePort', ports: [{ port: 80, nodePort: 30_007 }] };
  expect(await statusOf(cluster, 'a', { ...spec, sessionAffinity: 'wrong' })).toBe(422);
  expect(await statusOf(cluster, 'a', spec, '?dryRun=All')).toBe(201);
  expect(await statusOf(cluster, 'a', spec)).toBe(201);
});

test('of services that ask for the same at the same time one gets it', async () => {
  await using cluster = await securedCluster();
  const names = ['a', 'b', 'c', 'd', 'e'];
  const answers = await Promise.all(names.map((name) => statusOf(cluster, name, { clusterIP: '10.96.5.7' })));
  expect(answers.sort((a, b) => a - b)).toEqual([201, 422, 422, 422, 422]);
});

test('a state of before holds what its services had then', async () => {
  await using cluster = await securedCluster();
  const { storage } = cluster.cluster;
  const spec = { type: 'NodePort', ports: [{ port: 80, nodePort: 30_008 }] };
  await statusOf(cluster, 'a', spec);
  const before = storage.capture();
  await cluster.ask('DELETE', `${SERVICES}/a`);
  expect(await statusOf(cluster, 'b', spec)).toBe(201);
  await storage.restore(before);
  expect(await statusOf(cluster, 'c', spec)).toBe(422);
});

test(`${COUNT} services have as many addresses`, async () => {
  const { client, stop } = await testCluster();
  const addresses = new Set<unknown>();
  for (let i = 0; i < COUNT; i++) {
    const metadata = { name: `s${i}`, namespace: 'default' };
    const made = await client.create('v1/services', { metadata, spec: { ports: [{ port: 80 }] } });
    addresses.add(at(made, 'spec.clusterIP'));
  }
  await stop();
  expect(addresses.size).toBe(COUNT);
  // The lower part of the block is left to those who ask for an address.
  expect([...addresses].some((address) => String(address).startsWith('10.96.0.'))).toBe(false);
});
