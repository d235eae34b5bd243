import { expect, test } from 'vitest';
import { at, create, securedCluster } from '../../support/secured-cluster.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';
const MERGE = [['content-type', 'application/merge-patch+json']] as const;

test('of two writers with the same version one wins, and the other is told', async () => {
  await using cluster = await securedCluster();
  const stored = (await create(cluster, MAPS, { metadata: { name: 'a' } })) as { metadata: object };
  const write = (value: string): ReturnType<typeof cluster.ask> =>
    cluster.ask('PUT', `${MAPS}/a`, { body: { ...stored, data: { value } } });
  const answers = await Promise.all(['1', '2', '3', '4'].map(write));
  expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409, 409, 409]);
  const refused = answers.find(({ status }) => status === 409);
  expect(at(refused?.body, 'message')).toBe(`Operation cannot be fulfilled on configmaps "a": ${MODIFIED}`);
});

test('patches without a version do not conflict: each is made of what is there', async () => {
  await using cluster = await securedCluster();
  await create(cluster, MAPS, { metadata: { name: 'a' } });
  const keys = Array.from({ length: 20 }, (_, i) => `k${i}`);
  const answers = await Promise.all(
    keys.map((key) => cluster.ask('PATCH', `${MAPS}/a`, { headers: MERGE, body: { data: { [key]: 'x' } } })),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  const { body } = await cluster.ask('GET', `${MAPS}/a`);
  expect(Object.keys(at(body, 'data') as object).sort()).toEqual([...keys].sort());
});

test('a deletion for another version or another object of the same name is refused', async () => {
  await using cluster = await securedCluster();
  const first = await create(cluster, MAPS, { metadata: { name: 'a' } });
  await cluster.ask('DELETE', `${MAPS}/a`);
  const second = await create(cluster, MAPS, { metadata: { name: 'a' } });
  const remove = (preconditions: object): ReturnType<typeof cluster.ask> =>
    cluster.ask('DELETE', `${MAPS}/a`, { body: { preconditions } });
  expect((await remove({ uid: at(first, 'metadata.uid') })).status).toBe(409);
  expect((await remove({ resourceVersion: at(first, 'metadata.resourceVersion') })).status).toBe(409);
  const { uid, resourceVersion } = at(second, 'metadata') as { uid: string; resourceVersion: string };
  expect((await remove({ uid, resourceVersion })).status).toBe(200);
});

test('generated names are all different, also when many are asked for at once', async () => {
  await using cluster = await securedCluster();
  const made = await Promise.all(
    Array.from({ length: 50 }, () => create(cluster, MAPS, { metadata: { generateName: 'gen-' } })),
  );
  const names = new Set(made.map((object) => at(object, 'metadata.name') as string));
  expect(names.size).toBe(50);
  for (const name of names) expect(name).toMatch(/^gen-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
});
