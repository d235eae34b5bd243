import { generateKeyPair, SignJWT } from 'jose';
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

test('what is no token of this issuer is just invalid', async () => {
  await using cluster = await securedCluster();
  const foreign = `${encoded({ alg: 'ES256' })}.${encoded({ iss: 'https://elsewhere' })}.AAAA`;
  for (const token of ['nonsense', 'a.b.c', foreign, 'a.b'])
    expect(await problemOf(cluster, token)).toBe('invalid bearer token');
});
