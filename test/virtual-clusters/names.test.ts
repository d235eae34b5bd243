import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Host, host, messageOf } from './support.ts';

let main: Host;
beforeAll(async () => {
  main = await host();
});
afterAll(() => main[Symbol.asyncDispose]());

test('a cluster without a name gets one', async () => {
  const [a, b] = [await main.make(), await main.make()];
  expect(a.name).toMatch(/^c-[a-z0-9]{6}$/);
  expect(b.name).not.toBe(a.name);
  expect(a.url).toBe(`${main.cluster.url}/clusters/${a.name}`);
  expect(a.kubeconfig).toContain(`server: ${a.url}\n`);
});

test.each(['A', 'a.b', '-a', 'a-', 'a/b', 'a'.repeat(64), '..'])('%s is no name', async (name) => {
  const answer = await main.admin('POST', '/-/clusters', { name });
  expect(answer.status).toBe(400);
  expect(messageOf(answer)).toBe(
    `${JSON.stringify(name)} is no DNS label: lower-case letters, digits and "-", 63 at most`,
  );
});

test.each(['fixtures', 'empty'])('%s is no name: it means something else', async (name) => {
  const answer = await main.admin('POST', '/-/clusters', { name });
  expect([answer.status, messageOf(answer)]).toEqual([
    400,
    expect.stringContaining(`"${name}" cannot be the name of a cluster: it means `),
  ]);
});

test.each(['main', 'twice'])('there is no second %s', async (name) => {
  await main.admin('POST', '/-/clusters', { name: 'twice' });
  const answer = await main.admin('POST', '/-/clusters', { name });
  expect(answer.status).toBe(409);
  expect(messageOf(answer)).toBe(`clusters "${name}" already exists`);
});

test.each([
  [{ nmae: 'x' }, 'the body has no field "nmae"; it may have name, from, idleTimeout'],
  [{ name: 7 }, '"name" has to be a DNS label: lower-case letters, digits and "-", 63 at most, and is 7'],
  [{ name: '' }, '"name" has to be a DNS label: lower-case letters, digits and "-", 63 at most, and is ""'],
  [
    { from: '' },
    '"from" has to be fixtures, empty, main, or the name of a savepoint or of a virtual cluster, and is ""',
  ],
  [{ idleTimeout: 'soon' }, '"idleTimeout" has to be a duration such as 10m or 1h30m; 0s means never'],
])('%j is refused', async (wish, message) => {
  const answer = await main.admin('POST', '/-/clusters', wish);
  expect(answer.status).toBe(400);
  expect(messageOf(answer)).toBe(message);
});

test('they are listed, found and deleted by their names', async () => {
  const { name } = await main.make({ name: 'listed' });
  const listed = JSON.parse((await main.admin('GET', '/-/clusters')).text) as { clusters: { name: string }[] };
  expect(listed.clusters.map((cluster) => cluster.name)).toContain(name);
  const found = JSON.parse((await main.admin('GET', `/-/clusters/${name}`)).text) as { running: boolean };
  expect(found.running).toBe(false);
  expect((await main.admin('DELETE', `/-/clusters/${name}`)).status).toBe(200);
  for (const path of [`/-/clusters/${name}`, `/clusters/${name}/api`]) {
    expect((await main.admin('GET', path)).status).toBe(404);
  }
  expect((await main.admin('DELETE', `/-/clusters/${name}`)).status).toBe(404);
});

test('a virtual cluster makes no others', async () => {
  const virtual = await main.make();
  const answer = await virtual.ask('POST', '/-/clusters', {});
  expect(answer.status).toBe(400);
  expect(messageOf(answer)).toBe(
    'virtual clusters are made by the cluster that the process was started with, at its own URL',
  );
});

test('what was meant is told once, though a savepoint and a cluster have the name', async () => {
  await main.make({ name: 'inst' });
  await main.admin('POST', '/-/savepoints', { name: 'inst' });
  const answer = await main.admin('POST', '/-/clusters', { from: 'insst' });
  expect(messageOf(answer)).toMatch(/of that name; did you mean inst\?$/);
});
