import { createRemoteJWKSet, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { at, createAccount, grant, JANE_TOKEN, securedCluster, tokenOf } from '../support/secured-cluster.ts';

const CONFIGURATION = '/.well-known/openid-configuration';
const KEYS = '/openid/v1/jwks';

test('the discovery document names the issuer, its keys and their algorithm', async () => {
  await using cluster = await securedCluster();
  const { status, headers, body } = await cluster.ask('GET', CONFIGURATION);
  expect([status, headers['content-type'], headers['cache-control']]).toEqual([
    200,
    'application/json',
    'public, max-age=3600',
  ]);
  expect(body).toEqual({
    issuer: 'https://kubernetes.default.svc',
    jwks_uri: 'https://127.0.0.1:6443/openid/v1/jwks',
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
  });
});

test('the published keys check tokens of service accounts', async () => {
  await using cluster = await securedCluster();
  await createAccount(cluster, 'robot');
  const token = await tokenOf(cluster, 'robot', { audiences: ['shop'] });
  const { headers, body } = await cluster.ask('GET', KEYS);
  expect(headers['content-type']).toBe('application/jwk-set+json');
  const { keys } = JSON.parse(String(body)) as { keys: object[] };
  expect(keys.map((key) => Object.keys(key))).toEqual([['use', 'kty', 'kid', 'crv', 'alg', 'x', 'y']]);
  const remote = createRemoteJWKSet(new URL(`http://127.0.0.1:${cluster.port}${KEYS}`), {
    headers: { authorization: 'Bearer admin-token' },
  });
  const options = {
    issuer: 'https://kubernetes.default.svc',
    audience: 'shop',
    currentDate: new Date(cluster.clock.now()),
  };
  const { payload } = await jwtVerify(token, remote, options);
  expect(payload.sub).toBe('system:serviceaccount:default:robot');
});

test('service accounts may read both pages, others need the role system:service-account-issuer-discovery', async () => {
  await using cluster = await securedCluster();
  await createAccount(cluster, 'robot');
  const token = await tokenOf(cluster, 'robot');
  for (const path of [CONFIGURATION, `${CONFIGURATION}/`, KEYS, `${KEYS}/`]) {
    expect((await cluster.ask('GET', path, { token })).status).toBe(200);
    const refused = await cluster.ask('GET', path, { token: '' });
    expect([refused.status, at(refused.body, 'message')]).toEqual([
      403,
      `forbidden: User "system:anonymous" cannot get path "${path}"`,
    ]);
  }
  const rules = [{ verbs: ['get'], nonResourceURLs: [KEYS] }];
  expect((await cluster.ask('GET', KEYS, { token: JANE_TOKEN })).status).toBe(403);
  await grant(cluster, '', 'keys', { kind: 'User', name: 'jane' }, rules);
  expect((await cluster.ask('GET', KEYS, { token: JANE_TOKEN })).status).toBe(200);
});

test('other methods, media types and paths are refused as on a real server', async () => {
  await using cluster = await securedCluster();
  const html: [string, string][] = [['accept', 'application/json']];
  expect(at((await cluster.ask('GET', KEYS, { headers: html })).body, 'message')).toBe(
    '406: Not Acceptable\n\nAvailable representations: application/jwk-set+json',
  );
  expect((await cluster.ask('POST', KEYS)).status).toBe(405);
  expect(at((await cluster.ask('GET', `${KEYS}/x`)).body, 'message')).toBe(
    'the server could not find the requested resource',
  );
  expect((await cluster.ask('GET', '/.well-known')).body).toBe('404 page not found\n');
});

test('the paths are listed below /', async () => {
  await using cluster = await securedCluster();
  expect(at((await cluster.ask('GET', '/')).body, 'paths')).toEqual(expect.arrayContaining([CONFIGURATION, KEYS]));
});
