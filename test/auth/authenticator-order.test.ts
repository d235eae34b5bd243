import { expect, test } from 'vitest';
import { Credentials } from '../../server/auth/authenticator.ts';
import { parseStaticTokens } from '../../server/auth/static-tokens.ts';
import type { CredentialedRequest } from '../../server/pipeline/identity.ts';
import { ADMIN_TOKEN, at, securedCluster } from '../support/secured-cluster.ts';

const credentials = new Credentials({
  staticTokens: parseStaticTokens('secret,jane,1001,"dev,ops"\n'),
  audiences: ['api'],
});
const certificate = { commonName: 'cert-user', organizations: ['org'], fingerprint: 'ab12' };
const peer = { address: '127.0.0.1' };

/** A request that brings a certificate or an Authorization header. */
const sent = (from: CredentialedRequest['peer'], authorization?: string): CredentialedRequest => ({
  method: 'GET',
  path: '/api',
  peer: from,
  warnings: [],
  header: (name) => (name === 'authorization' ? authorization : undefined),
  headersWith: () => [],
});
const ANONYMOUS = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

test('a client certificate counts before a token, good or bad', () => {
  const user = {
    name: 'cert-user',
    groups: ['org', 'system:authenticated'],
    extra: { 'authentication.kubernetes.io/credential-id': ['X509SHA256=ab12'] },
  };
  expect(credentials.authenticate(sent({ ...peer, certificate }))).toEqual(user);
  expect(credentials.authenticate(sent({ ...peer, certificate }, 'Bearer secret'))).toEqual(user);
  expect(credentials.authenticate(sent({ ...peer, certificate }, 'Bearer nonsense'))).toEqual(user);
});

test('everybody with credentials is in system:authenticated', () => {
  const jane = { name: 'jane', uid: '1001', groups: ['dev', 'ops', 'system:authenticated'] };
  expect(credentials.authenticate(sent(peer, 'Bearer secret'))).toEqual(jane);
  expect(credentials.authenticate(sent(peer, '  bEARER secret more'))).toEqual(jane);
});

test('the same credentials give the same object, by which authorization remembers decisions', () => {
  const withCertificate = { ...peer, certificate };
  expect(credentials.authenticate(sent(withCertificate))).toBe(credentials.authenticate(sent(withCertificate)));
  expect(credentials.authenticate(sent(peer, 'Bearer secret'))).toBe(
    credentials.authenticate(sent(peer, 'Bearer secret')),
  );
});

test('other schemes and an empty header are no credentials', () => {
  for (const header of [undefined, '', 'Basic Zm9vOmJhcg==', 'Bearer', 'Bearer  secret']) {
    expect(credentials.authenticate(sent(peer, header))).toEqual(ANONYMOUS);
  }
});

test('bad credentials are refused, whatever the path', async () => {
  expect(() => credentials.authenticate(sent(peer, 'Bearer nonsense'))).toThrow('Unauthorized');
  expect(() => credentials.authenticate(sent({ ...peer, untrustedCertificate: true }))).toThrow('Unauthorized');
  await using cluster = await securedCluster();
  expect((await cluster.ask('GET', '/healthz', { token: '' })).status).toBe(200);
  const { status, body } = await cluster.ask('GET', '/healthz', { token: 'nonsense' });
  expect(status).toBe(401);
  expect(body).toEqual({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'Unauthorized',
    reason: 'Unauthorized',
    code: 401,
  });
});

test('a foreign certificate does not hurt a good token', () => {
  expect(credentials.authenticate(sent({ ...peer, untrustedCertificate: true }, 'Bearer secret'))).toMatchObject({
    name: 'jane',
  });
});

test('anonymous requests can be switched off', () => {
  const strict = new Credentials({ anonymous: false });
  expect(() => strict.authenticate(sent(peer))).toThrow('Unauthorized');
});

test('a space too many before the token is told', async () => {
  await using cluster = await securedCluster();
  const { headers, body } = await cluster.ask('GET', '/api/v1/pods', { token: ` ${ADMIN_TOKEN}` });
  expect(headers.warning).toBe(
    '299 - "the provided Authorization header contains extra space before the bearer token, and is ignored"',
  );
  expect(at(body, 'message')).toMatch(/User "system:anonymous" cannot list/);
});
