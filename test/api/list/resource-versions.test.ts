import { expect, test } from 'vitest';
import { at, create, type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';

/** The names in a list, or the status and message of a refusal. */
async function outcome(cluster: SecuredCluster, query: string): Promise<unknown> {
  const { status, body } = await cluster.ask('GET', `${MAPS}?${query}`);
  if (status !== 200) return [status, at(body, 'reason'), at(body, 'message')];
  return (body as { items: { metadata: { name: string } }[] }).items.map(({ metadata }) => metadata.name);
}

/** Three objects, with the version after each. */
async function three(cluster: SecuredCluster): Promise<number[]> {
  const versions: number[] = [];
  for (const name of ['a', 'b', 'c']) {
    const body = await create(cluster, MAPS, { metadata: { name } });
    versions.push(Number(at(body, 'metadata.resourceVersion')));
  }
  return versions;
}

test('a version alone is the oldest that will do; Exact is that one and no other', async () => {
  await using cluster = await securedCluster();
  const [, second = 0] = await three(cluster);
  const all = ['a', 'b', 'c'];
  expect(await outcome(cluster, `resourceVersion=${second}`)).toEqual(all);
  expect(await outcome(cluster, `resourceVersion=${second}&resourceVersionMatch=NotOlderThan`)).toEqual(all);
  expect(await outcome(cluster, `resourceVersion=${second}&resourceVersionMatch=Exact`)).toEqual(['a', 'b']);
  expect(await outcome(cluster, 'resourceVersion=0')).toEqual(all);
  expect(await outcome(cluster, 'resourceVersion=0&resourceVersionMatch=NotOlderThan')).toEqual(all);
});

test('a version with a limit is exact, and any version will do without one', async () => {
  await using cluster = await securedCluster();
  const [, second = 0] = await three(cluster);
  expect(await outcome(cluster, `resourceVersion=${second}&limit=5`)).toEqual(['a', 'b']);
  expect(await outcome(cluster, 'resourceVersion=0&limit=1')).toEqual(['a', 'b', 'c']);
});

test('the list of an exact version says that version, and shows objects as they were', async () => {
  await using cluster = await securedCluster();
  const [, second = 0] = await three(cluster);
  await cluster.ask('PUT', `${MAPS}/a`, { body: { metadata: { name: 'a' }, data: { changed: 'yes' } } });
  await cluster.ask('DELETE', `${MAPS}/b`);
  const { body } = await cluster.ask('GET', `${MAPS}?resourceVersion=${second}&resourceVersionMatch=Exact`);
  expect(at(body, 'metadata.resourceVersion')).toBe(String(second));
  expect(at(body, 'items.0')).not.toHaveProperty('data');
  expect(at(body, 'items.1.metadata.name')).toBe('b');
});

test('versions that are still to come, and those that are forgotten, are refused', async () => {
  await using cluster = await securedCluster();
  const [first = 0] = await three(cluster);
  const { storage } = cluster.cluster;
  const current = storage.revision();
  const tooLarge = [504, 'Timeout', `Timeout: Too large resource version: 999999, current: ${current}`];
  expect(await outcome(cluster, 'resourceVersion=999999')).toEqual(tooLarge);
  expect(await outcome(cluster, 'resourceVersion=999999&resourceVersionMatch=Exact')).toEqual(tooLarge);
  expect((await cluster.ask('GET', `${MAPS}/a?resourceVersion=999999`)).status).toBe(504);
  storage.compact(current);
  const tooOld = [410, 'Expired', 'The resourceVersion for the provided list is too old.'];
  expect(await outcome(cluster, `resourceVersion=${first}&resourceVersionMatch=Exact`)).toEqual(tooOld);
  expect(await outcome(cluster, `resourceVersion=${first}&limit=1`)).toEqual(tooOld);
  expect(await outcome(cluster, `resourceVersion=${first}`)).toEqual(['a', 'b', 'c']);
});
