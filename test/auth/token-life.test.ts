import { expect, test } from 'vitest';
import { at, create, createAccount, type SecuredCluster, securedCluster, tokenOf } from '../support/secured-cluster.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';

const ACCOUNT = '/api/v1/namespaces/default/serviceaccounts/robot';
const REVIEWS = '/apis/authentication.k8s.io/v1/tokenreviews';

/** Why a token is not good, or whose it is. */
async function verdict(cluster: SecuredCluster, token: string, audiences?: string[]): Promise<unknown> {
  const { body } = await cluster.ask('POST', REVIEWS, { body: { spec: { token, ...(audiences && { audiences }) } } });
  return at(body, 'status.error') ?? at(body, 'status.user.username');
}

const ROBOT = 'system:serviceaccount:default:robot';
const INVALIDATED = '[invalid bearer token, service account token has been invalidated]';

async function start(clock?: SimulatedClock): Promise<SecuredCluster> {
  const cluster = await securedCluster(clock);
  await createAccount(cluster, 'robot');
  return cluster;
}

test('a token works until it expires, by the clock of the cluster', async () => {
  const clock = new SimulatedClock();
  await using cluster = await start(clock);
  const token = await tokenOf(cluster, 'robot', { expirationSeconds: 600 });
  expect(await verdict(cluster, token)).toBe(ROBOT);
  expect((await cluster.ask('GET', '/api', { token })).status).toBe(200);
  await clock.advance(659_000); // upstream gives a minute of leeway
  expect(await verdict(cluster, token)).toBe(ROBOT);
  await clock.advance(2_000);
  expect(await verdict(cluster, token)).toBe('[invalid bearer token, service account token has expired]');
  expect((await cluster.ask('GET', '/api', { token })).status).toBe(401);
});

test('a token ends with its service account, and does not come back with a new one', async () => {
  await using cluster = await start();
  const token = await tokenOf(cluster, 'robot');
  expect(await verdict(cluster, token)).toBe(ROBOT);
  await cluster.ask('DELETE', ACCOUNT);
  expect(await verdict(cluster, token)).toBe('[invalid bearer token, serviceaccounts "robot" not found]');
  await createAccount(cluster, 'robot');
  expect(await verdict(cluster, token)).toMatch(/service account UID \(.*\) does not match claim \(.*\)\]$/);
  expect(await verdict(cluster, await tokenOf(cluster, 'robot'))).toBe(ROBOT);
});

test('a token that is bound to a secret ends with the secret', async () => {
  await using cluster = await start();
  const secrets = '/api/v1/namespaces/default/secrets';
  await create(cluster, secrets, { metadata: { name: 's' } });
  const token = await tokenOf(cluster, 'robot', { boundObjectRef: { kind: 'Secret', apiVersion: 'v1', name: 's' } });
  expect(await verdict(cluster, token)).toBe(ROBOT);
  await cluster.ask('DELETE', `${secrets}/s`);
  expect(await verdict(cluster, token)).toBe(INVALIDATED);
  await create(cluster, secrets, { metadata: { name: 's' } });
  expect(await verdict(cluster, token)).toMatch(/secret UID \(.*\) does not match service account secret ref claim/);
});

test('a token that is bound to a node ends with the node and tells it', async () => {
  await using cluster = await start();
  await create(cluster, '/api/v1/nodes', { metadata: { name: 'n1' } });
  const token = await tokenOf(cluster, 'robot', { boundObjectRef: { kind: 'Node', apiVersion: 'v1', name: 'n1' } });
  const { body } = await cluster.ask('POST', REVIEWS, { body: { spec: { token } } });
  expect(at(body, 'status.user.extra')).toMatchObject({ 'authentication.kubernetes.io/node-name': ['n1'] });
  await cluster.ask('DELETE', '/api/v1/nodes/n1');
  expect(await verdict(cluster, token)).toBe(INVALIDATED);
});

test('a token is good for its audiences only', async () => {
  await using cluster = await start();
  const token = await tokenOf(cluster, 'robot', { audiences: ['a', 'b'] });
  expect((await cluster.ask('GET', '/api', { token })).status).toBe(401);
  const { body } = await cluster.ask('POST', REVIEWS, { body: { spec: { token, audiences: ['b', 'c', 'a'] } } });
  expect(at(body, 'status.audiences')).toEqual(['b', 'a']);
  const problem = 'token audiences ["a" "b"] is invalid for the target audiences ["https://kubernetes.default.svc"]';
  expect(await verdict(cluster, token)).toBe(`[invalid bearer token, ${problem}]`);
});
