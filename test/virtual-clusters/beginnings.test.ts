import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Host, host, MAPS, map, messageOf, namesIn } from './support.ts';

let main: Host;
beforeAll(async () => {
  main = await host({ fixtures: ['test/virtual-clusters/fixture.yaml'] });
  await main.admin('POST', MAPS, map('later'));
});
afterAll(() => main[Symbol.asyncDispose]());

const own = (names: string[]): string[] => names.filter((name) => name !== 'kube-root-ca.crt');

test('a cluster begins with the fixtures, and not with what came afterwards', async () => {
  const virtual = await main.make();
  expect(own(namesIn(await virtual.ask('GET', MAPS)))).toEqual(['from-fixture']);
});

test('or empty, with its nodes', async () => {
  const virtual = await main.make({ from: 'empty' });
  expect(own(namesIn(await virtual.ask('GET', MAPS)))).toEqual([]);
  expect(namesIn(await virtual.ask('GET', '/api/v1/nodes'))).toEqual(['node01']);
});

test('or with what the main cluster holds just now', async () => {
  const virtual = await main.make({ from: 'main' });
  expect(own(namesIn(await virtual.ask('GET', MAPS)))).toEqual(['from-fixture', 'later']);
});

test('or with what another one holds, and both go on by themselves', async () => {
  const first = await main.make({ name: 'first' });
  await first.ask('POST', MAPS, map('shared'));
  const second = await main.make({ from: 'first' });
  await first.ask('POST', MAPS, map('only-first'));
  expect(own(namesIn(await second.ask('GET', MAPS)))).toEqual(['from-fixture', 'shared']);
  await second.ask('DELETE', `${MAPS}/shared`);
  expect(own(namesIn(await first.ask('GET', MAPS)))).toEqual(['from-fixture', 'only-first', 'shared']);
});

test('pods of the cluster that it begins with go on in the copy', async () => {
  const deployment = {
    metadata: { name: 'web' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
    },
  };
  await main.admin('POST', '/apis/apps/v1/namespaces/default/deployments', deployment);
  await main.cluster.settle();
  await using fork = await main.cluster.fork();
  await fork.settle();
  const pods = await fork.transport().list({ resource: 'v1/pods', namespace: 'default' });
  expect(pods.items.map(({ status }) => (status as { phase: string }).phase)).toEqual(['Running', 'Running']);
  const restarts = pods.items.flatMap(({ status }) =>
    (status as { containerStatuses: { restartCount: number; ready: boolean }[] }).containerStatuses.map(
      ({ restartCount, ready }) => `${restartCount} ${ready}`,
    ),
  );
  expect(restarts).toEqual(['0 true', '0 true']);
});

test('what there is not is told', async () => {
  const answer = await main.admin('POST', '/-/clusters', { from: 'fixture' });
  expect(answer.status).toBe(400);
  expect(messageOf(answer)).toBe(
    'a cluster cannot begin from "fixture": there is no savepoint and no cluster of that name; did you mean fixtures?',
  );
});

test('where a savepoint and a cluster have the name, it is the savepoint', async () => {
  const cluster = await main.make({ name: 'both', from: 'empty' });
  await cluster.ask('POST', MAPS, map('of-the-cluster'));
  await cluster.ask('POST', '/-/clock', { freeze: true });
  await main.admin('POST', '/-/savepoints', { name: 'both' });
  const virtual = await main.make({ from: 'both' });
  expect(own(namesIn(await virtual.ask('GET', MAPS)))).toEqual(['from-fixture', 'later']);
  expect(JSON.parse((await virtual.ask('GET', '/-/clock')).text)).toMatchObject({ frozen: false });
});
