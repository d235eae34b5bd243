import { expect, test } from 'vitest';
import { at, create, type SecuredCluster, securedCluster } from '../support/secured-cluster.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';

const TOKEN = 'abcdef.0123456789abcdef';
const GOOD = { 'token-id': 'abcdef', 'token-secret': '0123456789abcdef', 'usage-bootstrap-authentication': 'true' };
const TYPE = 'bootstrap.kubernetes.io/token';

const start = (clock = new SimulatedClock(), enableBootstrapTokenAuth = true): Promise<SecuredCluster> =>
  securedCluster(clock, { authentication: { enableBootstrapTokenAuth } });

const store = (cluster: SecuredCluster, stringData: object, type = TYPE): Promise<unknown> =>
  create(cluster, '/api/v1/namespaces/kube-system/secrets', {
    metadata: { name: 'bootstrap-token-abcdef' },
    type,
    stringData,
  });

/** Whom the token stands for, or why for nobody. */
async function verdict(cluster: SecuredCluster): Promise<unknown> {
  const path = '/apis/authentication.k8s.io/v1/tokenreviews';
  const { body } = await cluster.ask('POST', path, { body: { spec: { token: TOKEN } } });
  return at(body, 'status.error') ?? at(body, 'status.user');
}

test('a token of kube-system is a user of its own, in the groups that its secret names', async () => {
  await using cluster = await start();
  await store(cluster, { ...GOOD, 'auth-extra-groups': 'system:bootstrappers:workers,system:bootstrappers:a' });
  expect(await verdict(cluster)).toEqual({
    username: 'system:bootstrap:abcdef',
    groups: ['system:bootstrappers', 'system:bootstrappers:a', 'system:bootstrappers:workers', 'system:authenticated'],
  });
  expect((await cluster.ask('GET', '/version', { token: TOKEN })).status).toBe(200);
});

test('it ends when its time is over, by the clock of the cluster', async () => {
  const clock = new SimulatedClock();
  await using cluster = await start(clock);
  await store(cluster, { ...GOOD, expiration: '2026-01-01T01:00:00+00:30' });
  expect(await verdict(cluster)).toMatchObject({ username: 'system:bootstrap:abcdef' });
  await clock.advance(30 * 60_000);
  expect(await verdict(cluster)).toBe('invalid bearer token');
});

test.each([
  ['another secret text', { ...GOOD, 'token-secret': '0123456789abcdee' }],
  ['another id', { ...GOOD, 'token-id': 'abcdee' }],
  ['no usage for authentication', { ...GOOD, 'usage-bootstrap-authentication': 'yes' }],
  ['a time that is none', { ...GOOD, expiration: 'tomorrow' }],
  ['a group of others', { ...GOOD, 'auth-extra-groups': 'system:masters' }],
])('%s makes a token useless', async (_, data) => {
  await using cluster = await start();
  await store(cluster, data);
  expect(await verdict(cluster)).toBe('invalid bearer token');
});

test('secrets of another type hold no tokens, and without --enable-bootstrap-token-auth none does', async () => {
  await using cluster = await start();
  await store(cluster, GOOD, 'Opaque');
  expect(await verdict(cluster)).toBe('invalid bearer token');
  await using other = await start(new SimulatedClock(), false);
  await store(other, GOOD);
  expect(await verdict(other)).toBe('invalid bearer token');
});
