import { expect, test } from 'vitest';
import { ADMIN_TOKEN, securedCluster } from '../../support/secured-cluster.ts';
import { exchangeBytes } from '../../support/wire.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const DEPTH = 100_000;
const lists = `${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}`;
const objects = `${'{"a":'.repeat(DEPTH)}1${'}'.repeat(DEPTH)}`;

const WRITES = [
  ['POST', MAPS, 'application/json'],
  ['POST', MAPS, 'application/yaml'],
  ['PUT', `${MAPS}/a`, 'application/json'],
  ['PATCH', `${MAPS}/a`, 'application/merge-patch+json'],
  ['PATCH', `${MAPS}/a`, 'application/strategic-merge-patch+json'],
  ['PATCH', `${MAPS}/a`, 'application/json-patch+json'],
  ['DELETE', `${MAPS}/a`, 'application/json'],
] as const;

test.each(WRITES)('%s %s as %s: values that nest without end are refused', async (method, path, type) => {
  await using cluster = await securedCluster();
  await cluster.ask('POST', MAPS, { body: { metadata: { name: 'a' } } });
  for (const value of [lists, objects]) {
    const isPatch = type === 'application/json-patch+json';
    const body = isPatch ? `[{"op":"add","path":"/data/x","value":${value}}]` : `{"data":${value}}`;
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': type };
    const answer = await exchangeBytes({ host: '127.0.0.1', port: cluster.port }, { method, path, headers, body });
    expect([answer.status, answer.body.toString()]).toEqual([400, expect.stringContaining('exceeded max depth')]);
  }
  expect((await cluster.ask('GET', `${MAPS}/a`)).body).not.toHaveProperty('data');
});
