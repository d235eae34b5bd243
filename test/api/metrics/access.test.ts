import { expect, test } from 'vitest';
import { ADMIN_TOKEN, at, JANE_TOKEN, securedCluster } from '../../support/secured-cluster.ts';

test('whoever is in system:monitoring reads the metrics, and others are refused', async () => {
  await using cluster = await securedCluster();
  const refused = await cluster.ask('GET', '/metrics', { token: JANE_TOKEN });
  expect([refused.status, at(refused.body, 'message')]).toEqual([
    403,
    'forbidden: User "jane" cannot get path "/metrics"',
  ]);
  expect((await cluster.ask('GET', '/metrics', { token: '' })).status).toBe(403);
  const headers = [
    ['impersonate-user', 'prometheus'],
    ['impersonate-group', 'system:monitoring'],
  ] as const;
  const answer = await cluster.ask('GET', '/metrics', { token: ADMIN_TOKEN, headers });
  expect([answer.status, answer.headers['content-type']]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8; escaping=underscores',
  ]);
  expect((await cluster.ask('DELETE', '/metrics', { token: ADMIN_TOKEN, headers })).status).toBe(403);
});
