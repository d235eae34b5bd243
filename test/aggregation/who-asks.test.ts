import { expect, test } from 'vitest';
import { createPki } from '../../server/auth/certificates.ts';
import { systemClock } from '../../server/base/clock.ts';
import { systemRandom } from '../../server/base/random.ts';
import { extensionServer } from '../support/aggregation/extension-server.ts';
import { RECIPES, register } from '../support/aggregation/registration.ts';
import { at, JANE_TOKEN, securedCluster } from '../support/secured-cluster.ts';

const GROUP = 'kitchen.example.com';

test('the other server is told who asks, in headers that nobody else can set', async () => {
  await using server = await extensionServer();
  await using cluster = await securedCluster();
  await register(cluster, server);
  await cluster.ask('GET', RECIPES, {
    headers: [
      ['X-Remote-User', 'evil'],
      ['x-remote-group', 'evil'],
      ['X-Remote-Uid', 'evil'],
      ['X-Remote-Extra-Scopes', 'evil'],
      ['x-remote-EXTRA-other', 'evil'],
      ['Connection', 'X-Remote-User, X-Remote-Group, X-Bound'],
      ['X-Bound', 'to this hop'],
      ['X-Kept', 'as it is'],
      ['X-Forwarded-For', '1.2.3.4'],
    ],
  });
  const { headers } = server.asked()[0] ?? {};
  expect(headers).toMatchObject({
    'x-remote-user': 'admin',
    'x-remote-group': 'system:masters, system:authenticated',
    'x-kept': 'as it is',
    'x-forwarded-for': '1.2.3.4, 127.0.0.1',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': `localhost:${server.port}`,
    'x-forwarded-uri': RECIPES,
  });
  expect(JSON.stringify(headers)).not.toContain('evil');
  expect(headers).not.toHaveProperty('x-bound');
  expect(headers).not.toHaveProperty('authorization');
});

test('who is impersonated counts, with uid and extra fields', async () => {
  await using server = await extensionServer();
  await using cluster = await securedCluster();
  await register(cluster, server);
  await cluster.ask('GET', RECIPES, {
    headers: [
      ['Impersonate-User', 'jane'],
      ['Impersonate-Group', 'dev'],
      ['Impersonate-Group', 'system:masters'],
      ['Impersonate-Uid', 'u1'],
      ['Impersonate-Extra-acme.com%2Fscope', 'a'],
      ['Impersonate-Extra-acme.com%2Fscope', 'b'],
    ],
  });
  const { headers, rawHeaders = [] } = server.asked()[0] ?? {};
  expect(headers).toMatchObject({
    'x-remote-user': 'jane',
    'x-remote-group': 'dev, system:masters, system:authenticated',
    'x-remote-uid': 'u1',
    'x-remote-extra-acme.com%2fscope': 'a, b',
  });
  expect(rawHeaders.filter((name) => /^impersonate-/i.test(name))).toEqual([]);
});

test('headers that another front proxy of the cluster uses are no words of a client either', async () => {
  await using server = await extensionServer();
  const clientCa = createPki({ clock: systemClock(), random: systemRandom() }).ca.cert;
  await using cluster = await securedCluster(undefined, {
    authentication: { frontProxy: { clientCa, groupHeaders: ['X-Team'], extraHeaderPrefixes: ['X-More-'] } },
  });
  await register(cluster, server);
  await cluster.ask('GET', RECIPES, {
    headers: [
      ['X-Team', 'system:masters'],
      ['X-More-Scopes', 'all'],
    ],
  });
  expect(Object.keys(server.asked()[0]?.headers ?? {}).filter((name) => /^x-(team|more)/.test(name))).toEqual([]);
});

test('who may not ask is refused before the other server hears of it', async () => {
  await using server = await extensionServer();
  await using cluster = await securedCluster();
  await register(cluster, server);
  const { status, body } = await cluster.ask('GET', RECIPES, { token: JANE_TOKEN });
  expect(status).toBe(403);
  expect(at(body, 'message')).toBe(
    `recipes.${GROUP} is forbidden: User "jane" cannot list resource "recipes" in API group "${GROUP}" ` +
      'in the namespace "default"',
  );
  expect(server.asked()).toEqual([]);
  // Discovery is everybody's.
  expect((await cluster.ask('GET', `/apis/${GROUP}/v1`, { token: JANE_TOKEN })).status).toBe(200);
});
