import { expect, test } from 'vitest';
import { at, create, securedCluster } from '../../support/secured-cluster.ts';

const TABLE = [['accept', 'application/json;as=Table;v=v1;g=meta.k8s.io']] as const;

test('flow schemas are shown in the order in which they are asked', async () => {
  await using cluster = await securedCluster();
  const path = '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas';
  const spec = { priorityLevelConfiguration: { name: 'exempt' } };
  for (const [name, matchingPrecedence] of Object.entries({ a: 30, b: 10, c: 20 }))
    await create(cluster, path, { metadata: { name }, spec: { ...spec, matchingPrecedence } });
  const { body } = await cluster.ask('GET', path, { headers: TABLE });
  const rows = at(body, 'rows') as { cells: unknown[] }[];
  const names = rows.map(({ cells }) => cells[0]).filter((name) => /^[abc]$/.test(String(name)));
  expect(names).toEqual(['b', 'c', 'a']);
});

test('a scale has columns of its own', async () => {
  await using cluster = await securedCluster();
  const path = '/apis/apps/v1/namespaces/default/deployments';
  const labels = { a: 'b' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  await create(cluster, path, {
    metadata: { name: 'd' },
    spec: { replicas: 3, selector: { matchLabels: labels }, template },
  });
  const { body } = await cluster.ask('GET', `${path}/d/scale`, { headers: TABLE });
  const columns = at(body, 'columnDefinitions') as { name: string; type: string; description: string }[];
  expect(columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
    'Name string',
    'Desired integer',
    'Available integer',
    'Age string',
  ]);
  expect(columns[2]?.description).toBe('replicas is the actual number of observed instances of the scaled object.');
  expect(at(body, 'rows.0.cells')).toEqual(['d', 3, 0, '0s']);
  expect(at(body, 'rows.0.object.metadata.name')).toBe('d');
});
