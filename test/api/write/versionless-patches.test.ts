import { expect, test } from 'vitest';
import { replayWire } from '../../support/replay-wire.ts';
import { at, securedCluster } from '../../support/secured-cluster.ts';

const PATH = '/api/v1/namespaces/default';
const MISSING = 'the name of the object (default based on URL) was undeterminable: name must be provided';

test('patches that leave no version are answered as on a real server', () =>
  replayWire('api/write/versionless-patches.json'));

test.each([
  [{ apiVersion: null }, 400, MISSING],
  [{ apiVersion: '' }, 400, MISSING],
  [{ apiVersion: '/' }, 400, MISSING],
  [{ apiVersion: null, kind: null }, 400, MISSING],
  [{ apiVersion: null, kind: 'X' }, 422, 'no kind "X" is registered for the internal version of group ""'],
  [{ apiVersion: 'v2', kind: '' }, 422, 'no kind "Namespace" is registered for version "v2"'],
  [{ kind: null }, 200, undefined],
])('a merge patch with %j is answered with %d', async (body, status, message) => {
  await using cluster = await securedCluster();
  const headers = [['content-type', 'application/merge-patch+json']] as const;
  const answer = await cluster.ask('PATCH', PATH, { headers, body });
  expect(answer.status).toBe(status);
  if (message !== undefined) expect(at(answer.body, 'message')).toContain(message);
});

test('a JSON patch that takes the version away is answered in the same way', async () => {
  await using cluster = await securedCluster();
  const headers = [['content-type', 'application/json-patch+json']] as const;
  const answer = await cluster.ask('PATCH', PATH, { headers, body: [{ op: 'remove', path: '/apiVersion' }] });
  expect([answer.status, at(answer.body, 'message')]).toEqual([400, MISSING]);
});

test('a body whose version is a mere slash is one without a version', async () => {
  await using cluster = await securedCluster();
  const body = { apiVersion: '/', kind: 'ConfigMap', metadata: { name: 'a' } };
  const answer = await cluster.ask('POST', `${PATH}/configmaps`, { body });
  expect([answer.status, at(answer.body, 'apiVersion')]).toEqual([201, 'v1']);
});
