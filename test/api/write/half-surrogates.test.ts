import { expect, test } from 'vitest';
import { at, create, securedCluster } from '../../support/secured-cluster.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
/** Half of a pair, a pair, and a backslash before what looks like a half. */
const TEXT = String.raw`"\ud800x\uD83D\ude00\\ud800"`;
const READ = '\ufffdx\u{1f600}\\ud800';

test('half of a surrogate pair in a body is replaced', async () => {
  await using cluster = await securedCluster();
  const answer = await cluster.ask('POST', MAPS, { body: `{"metadata":{"name":"a"},"data":{"s":${TEXT}}}` });
  expect([answer.status, at(answer.body, 'data.s')]).toEqual([201, READ]);
});

test.each([
  ['merge-patch', `{"data":{"s":${TEXT}}}`],
  ['strategic-merge-patch', `{"data":{"s":${TEXT}}}`],
  ['json-patch', `[{"op":"add","path":"/data","value":{"s":${TEXT}}}]`],
])('half of a surrogate pair in a %s is replaced', async (type, body) => {
  await using cluster = await securedCluster();
  await create(cluster, MAPS, { metadata: { name: 'a' } });
  const headers = [['content-type', `application/${type}+json`]] as const;
  const answer = await cluster.ask('PATCH', `${MAPS}/a`, { headers, body });
  expect([answer.status, at(answer.body, 'data.s')]).toEqual([200, READ]);
  expect(at((await cluster.ask('GET', `${MAPS}/a`)).body, 'data.s')).toBe(READ);
});

test('a strategic merge patch with a number beyond float64 cannot be read', async () => {
  await using cluster = await securedCluster();
  await create(cluster, MAPS, { metadata: { name: 'a' } });
  const headers = [['content-type', 'application/strategic-merge-patch+json']] as const;
  const { status, body } = await cluster.ask('PATCH', `${MAPS}/a`, { headers, body: '{"x":1e400}' });
  const why = 'json: cannot unmarshal number 1e400 into Go value of type float64';
  expect([status, at(body, 'message')]).toEqual([400, why]);
});
