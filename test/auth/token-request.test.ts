import { expect, test } from 'vitest';
import {
  type Answer,
  at,
  create,
  createAccount,
  type SecuredCluster,
  securedCluster,
} from '../support/secured-cluster.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';

const TOKENS = '/api/v1/namespaces/default/serviceaccounts/robot/token';
const START = Date.UTC(2026, 0, 1);

async function start(): Promise<SecuredCluster> {
  const cluster = await securedCluster(new SimulatedClock(START));
  await createAccount(cluster, 'robot');
  return cluster;
}

const request = (cluster: SecuredCluster, body: object): Promise<Answer> => cluster.ask('POST', TOKENS, { body });

function claimsOf({ body }: Answer): Record<string, unknown> {
  const [, payload = ''] = String(at(body, 'status.token')).split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
}

test('the answer is the request with its defaults and the token', async () => {
  await using cluster = await start();
  const { body: account } = await cluster.ask('GET', '/api/v1/namespaces/default/serviceaccounts/robot');
  const uid = at(account, 'metadata.uid');
  const answer = await request(cluster, {});
  expect(answer.status).toBe(201);
  expect(answer.body).toEqual({
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name: 'robot', namespace: 'default', uid, creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { audiences: ['https://kubernetes.default.svc'], expirationSeconds: 3600, boundObjectRef: null },
    status: { token: expect.any(String), expirationTimestamp: '2026-01-01T01:00:00Z' },
  });
  expect(claimsOf(answer)).toEqual({
    aud: ['https://kubernetes.default.svc'],
    exp: START / 1000 + 3600,
    iat: START / 1000,
    iss: 'https://kubernetes.default.svc',
    jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    'kubernetes.io': { namespace: 'default', serviceaccount: { name: 'robot', uid } },
    nbf: START / 1000,
    sub: 'system:serviceaccount:default:robot',
  });
});

test('a token for a pod names the pod and its node, and lives longer when a volume asks for it', async () => {
  await using cluster = await start();
  const spec = { serviceAccountName: 'robot', nodeName: 'node01', containers: [{ name: 'c', image: 'i' }] };
  await create(cluster, '/api/v1/namespaces/default/pods', { metadata: { name: 'p' }, spec });
  const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: 'p' };
  const bound = { pod: { name: 'p' }, node: { name: 'node01', uid: expect.any(String) } };
  const plain = claimsOf(await request(cluster, { spec: { boundObjectRef } }));
  expect(plain).toMatchObject({ exp: START / 1000 + 3600, 'kubernetes.io': bound });
  const answer = await request(cluster, { spec: { boundObjectRef, expirationSeconds: 3607 } });
  expect(at(answer.body, 'status.expirationTimestamp')).toBe('2026-01-01T01:00:07Z');
  const year = 365 * 24 * 60 * 60;
  expect(claimsOf(answer)).toMatchObject({
    exp: START / 1000 + year,
    'kubernetes.io': { ...bound, warnafter: START / 1000 + 3607 },
  });
});

const REFUSALS: [spec: object, code: number, message: string][] = [
  [
    { expirationSeconds: 599 },
    422,
    'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 599: may ' +
      'not specify a duration less than 10 minutes',
  ],
  [
    { expirationSeconds: 2 ** 32 + 1 },
    422,
    'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 4294967297: ' +
      'may not specify a duration larger than 2^32 seconds',
  ],
  [{ boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'none' } }, 404, 'pods "none" not found'],
  [
    { boundObjectRef: { kind: 'ConfigMap', apiVersion: 'v1', name: 'x' } },
    400,
    'cannot bind token to object of type /v1, Kind=ConfigMap',
  ],
  [
    { boundObjectRef: { kind: 'Node', apiVersion: 'v1', name: 'node01', uid: 'x' } },
    409,
    'Operation cannot be fulfilled on Node "node01": the UID in the bound object reference (x) does not ' +
      'match the UID in record. The object might have been deleted and then recreated',
  ],
  [
    { attestations: { a: ['b'] } },
    422,
    'TokenRequest.authentication.k8s.io "" is invalid: spec.attestations: Invalid value: {"a":["b"]}: ' +
      'attestations may only be specified with a webhook bound object reference',
  ],
];

test.each(REFUSALS)('%j is refused', async (spec, code, message) => {
  await using cluster = await start();
  const { body } = await request(cluster, { spec });
  expect([at(body, 'code'), at(body, 'message')]).toEqual([code, message]);
});

test('the request may repeat name and uid of the account, but not name others', async () => {
  await using cluster = await start();
  const other = await request(cluster, { metadata: { name: 'other' } });
  expect(at(other.body, 'message')).toBe(
    'TokenRequest.authentication.k8s.io "robot" is invalid: metadata.name: Invalid value: "other": must ' +
      'match the service account name if specified',
  );
  const { body } = await request(cluster, { metadata: { uid: 'other' } });
  expect(at(body, 'code')).toBe(409);
  expect((await request(cluster, { metadata: { name: 'robot' } })).status).toBe(201);
});

test('an account that does not exist has no tokens', async () => {
  await using cluster = await securedCluster();
  const { body } = await cluster.ask('POST', TOKENS, { body: {} });
  expect([at(body, 'code'), at(body, 'message')]).toEqual([404, 'serviceaccounts "robot" not found']);
});

test('a token cannot be bound to a pod of another account', async () => {
  await using cluster = await start();
  await createAccount(cluster, 'default');
  const spec = { containers: [{ name: 'c', image: 'i' }] };
  await create(cluster, '/api/v1/namespaces/default/pods', { metadata: { name: 'p' }, spec });
  const { body } = await request(cluster, { spec: { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'p' } } });
  expect(at(body, 'message')).toBe(
    'cannot bind token for serviceaccount "robot" to pod running with different serviceaccount name.',
  );
});
