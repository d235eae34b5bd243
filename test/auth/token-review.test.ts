import { expect, test } from 'vitest';
import { at, JANE_TOKEN, securedCluster } from '../support/secured-cluster.ts';

const PATH = '/apis/authentication.k8s.io/v1/tokenreviews';

test('a review of a good token tells whose it is', async () => {
  await using cluster = await securedCluster();
  const { status, body } = await cluster.ask('POST', PATH, {
    body: { metadata: { name: 'x' }, spec: { token: JANE_TOKEN } },
  });
  expect(status).toBe(201);
  expect(body).toEqual({
    kind: 'TokenReview',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: expect.objectContaining({ name: 'x' }),
    spec: { token: JANE_TOKEN },
    status: {
      authenticated: true,
      user: { username: 'jane', uid: 'jane-uid', groups: ['dev', 'ops', 'system:authenticated'] },
      audiences: ['https://kubernetes.default.svc'],
    },
  });
});

test('a static token is good for the API server only', async () => {
  await using cluster = await securedCluster();
  const { body } = await cluster.ask('POST', PATH, { body: { spec: { token: JANE_TOKEN, audiences: ['other'] } } });
  expect(at(body, 'status')).toEqual({ user: {}, error: 'invalid bearer token' });
});

test('a review without a token is refused', async () => {
  await using cluster = await securedCluster();
  const { body } = await cluster.ask('POST', PATH, { body: { spec: {} } });
  expect([at(body, 'code'), at(body, 'message')]).toEqual([400, 'token is required for TokenReview in authentication']);
});

test('a self review tells whom the server takes the client for', async () => {
  await using cluster = await securedCluster();
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  const { body } = await cluster.ask('POST', path, {
    token: JANE_TOKEN,
    body: { status: { userInfo: { username: 'root' } } },
  });
  expect(body).toEqual({
    kind: 'SelfSubjectReview',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { creationTimestamp: '2026-01-01T00:00:00Z' },
    status: { userInfo: { username: 'jane', uid: 'jane-uid', groups: ['dev', 'ops', 'system:authenticated'] } },
  });
});
