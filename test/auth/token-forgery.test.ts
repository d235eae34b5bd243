import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { at, createAccount, type SecuredCluster, securedCluster, tokenOf } from '../support/secured-cluster.ts';

const SIGNATURE = '[invalid bearer token, go-jose/go-jose: error in cryptographic primitive]';

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

async function problemOf(cluster: SecuredCluster, token: string): Promise<unknown> {
  expect((await cluster.ask('GET', '/api', { token })).status).toBe(401);
  const { body } = await cluster.ask('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
    body: { spec: { token } },
  });
  expect(at(body, 'status.authenticated')).toBeUndefined();
  return at(body, 'status.error');
}

test('a token that somebody changed or signed with another key is refused', async () => {
  await using cluster = await securedCluster();
  await createAccount(cluster, 'robot');
  const [header = '', payload = '', signature = ''] = (await tokenOf(cluster, 'robot')).split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
  const richer = encoded({ ...claims, exp: 9_999_999_999 });
  expect(await problemOf(cluster, `${header}.${richer}.${signature}`)).toBe(SIGNATURE);
  expect(await problemOf(cluster, `${encoded({ alg: 'none' })}.${payload}.`)).toBe(SIGNATURE);
  expect(await problemOf(cluster, `${header}.${payload}.`)).toBe(SIGNATURE);
  const other = await generateKeyPair('ES256');
  const forged = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256' }).sign(other.privateKey);
  expect(await problemOf(cluster, forged)).toBe(SIGNATURE);
  const renamed = encoded({ alg: 'ES256', kid: 'other' });
  expect(await problemOf(cluster, `${renamed}.${payload}.${signature}`)).toBe(
    '[invalid bearer token, invalid signature, no keys found]',
  );
});

test('the public key is no shared secret, and no key comes with a token', async () => {
  await using cluster = await securedCluster();
  await createAccount(cluster, 'robot');
  const [, payload = ''] = (await tokenOf(cluster, 'robot')).split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
  const { body } = await cluster.ask('GET', '/openid/v1/jwks');
  const { keys } = JSON.parse(String(body)) as { keys: [JWK & { kid: string }] };
  const [key] = keys;
  const { kid } = key;
  const pem = createPublicKey({ key: key as JsonWebKey, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  const confused = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid }).sign(Buffer.from(pem));
  expect(await problemOf(cluster, confused)).toBe(SIGNATURE);
  const own = await generateKeyPair('ES256', { extractable: true });
  const brought = { alg: 'ES256', kid, jwk: await exportJWK(own.publicKey), jku: 'https://127.0.0.1:1/keys' };
  expect(await problemOf(cluster, await new SignJWT(claims).setProtectedHeader(brought).sign(own.privateKey))).toBe(
    SIGNATURE,
  );
  const critical = { alg: 'ES256', kid, crit: ['exp'], exp: 1 };
  expect(await problemOf(cluster, `${encoded(critical)}.${payload}.AAAA`)).toBe(SIGNATURE);
});

test('a token of megabytes is refused quickly, wherever it comes', async () => {
  await using cluster = await securedCluster();
  const long = 'a'.repeat(2_000_000);
  const claims = encoded({ iss: 'https://kubernetes.default.svc', aud: [long.slice(0, 1_000_000)] });
  const reviews = '/apis/authentication.k8s.io/v1/tokenreviews';
  for (const token of [
    long,
    '.'.repeat(2_000_000),
    `${encoded({ alg: 'ES256' })}.${claims}.${long.slice(0, 500_000)}`,
  ]) {
    const { status, body } = await cluster.ask('POST', reviews, { body: { spec: { token } } });
    expect([status, at(body, 'status.authenticated')]).toEqual([201, undefined]);
  }
  const { status } = await cluster.ask('GET', '/api', { token: long });
  expect(status).toBe(431);
});

test('what is no token of this issuer is just invalid', async () => {
  await using cluster = await securedCluster();
  const foreign = `${encoded({ alg: 'ES256' })}.${encoded({ iss: 'https://elsewhere' })}.AAAA`;
  for (const token of ['nonsense', 'a.b.c', foreign, 'a.b'])
    expect(await problemOf(cluster, token)).toBe('invalid bearer token');
});
