import { expect, test } from 'vitest';
import { jwtCluster } from '../support/jwt-cluster.ts';

const problem = (text: string): string => `[invalid bearer token, oidc: ${text}]`;

test('claims become a user, with prefixes, groups and the id of the token', async () => {
  await using jwt = await jwtCluster({
    claimMappings: {
      username: { claim: 'sub', prefix: 'oidc:' },
      groups: { claim: 'roles', prefix: 'team-' },
      uid: { claim: 'id' },
    },
  });
  const token = await jwt.issuer.sign({ ...jwt.claims, roles: ['dev', 'ops'], id: '1001', jti: 'a1' });
  expect(await jwt.verdict(token)).toEqual({
    username: 'oidc:jane',
    uid: '1001',
    groups: ['team-dev', 'team-ops', 'system:authenticated'],
    extra: { 'authentication.kubernetes.io/credential-id': ['JTI=a1'] },
  });
  expect((await jwt.cluster.ask('GET', '/version', { token })).status).toBe(200);
  const single = await jwt.issuer.sign({ ...jwt.claims, roles: 'dev', id: '1001' });
  expect(await jwt.verdict(single)).toMatchObject({ groups: ['team-dev', 'system:authenticated'] });
});

test('a token is good for its audience and until it expires, by the clock of the cluster', async () => {
  await using jwt = await jwtCluster();
  const { claims, issuer, clock } = jwt;
  expect(await jwt.verdict(await issuer.sign({ ...claims, aud: 'other' }))).toBe(
    problem('verify token: oidc: expected audience "shop" got ["other"]'),
  );
  expect(await jwt.verdict(await issuer.sign({ ...claims, nbf: claims.exp }))).toBe(
    problem(
      'verify token: oidc: current time 2026-01-01 00:00:00 +0000 UTC before the nbf (not before) time: ' +
        '2026-01-01 00:05:00 +0000 UTC',
    ),
  );
  const token = await issuer.sign(claims);
  expect(await jwt.verdict(token)).toMatchObject({ username: 'jane' });
  await clock.advance(301_000);
  expect(await jwt.verdict(token)).toBe(
    problem('verify token: oidc: token is expired (Token Expiry: 2026-01-01 00:05:00 +0000 UTC)'),
  );
});

test('one of many audiences is enough', async () => {
  await using jwt = await jwtCluster({ issuer: { audiences: ['shop', 'bank'], audienceMatchPolicy: 'MatchAny' } });
  const { claims, issuer } = jwt;
  expect(await jwt.verdict(await issuer.sign({ ...claims, aud: ['x', 'bank'] }))).toMatchObject({ username: 'jane' });
  expect(await jwt.verdict(await issuer.sign({ ...claims, aud: 'x' }))).toBe(
    problem('verify token: oidc: expected audience in ["bank" "shop"] got ["x"]'),
  );
});

test('a token that somebody else signed, or with an algorithm for shared secrets, is refused', async () => {
  await using jwt = await jwtCluster();
  const [header = '', , signature = ''] = (await jwt.issuer.sign(jwt.claims)).split('.');
  const claims = { iss: jwt.issuer.url, ...jwt.claims, sub: 'root' };
  const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
  expect(await jwt.verdict(`${header}.${payload}.${signature}`)).toBe(
    problem('verify token: failed to verify signature: failed to verify id token signature'),
  );
  for (const alg of ['none', 'HS256']) {
    const other = Buffer.from(JSON.stringify({ alg })).toString('base64url');
    expect(await jwt.verdict(`${other}.${payload}.`)).toMatch(
      /oidc: id token signed with unsupported algorithm, expected \["ES256" .*"RS512"\] got "(none|HS256)"/,
    );
  }
});

test('keys are fetched once, and again when the issuer has new ones', async () => {
  await using jwt = await jwtCluster({}, 'ES256');
  const { claims, issuer } = jwt;
  expect(issuer.requests).toEqual([]);
  await Promise.all(['a', 'b', 'c'].map(async (sub) => jwt.verdict(await issuer.sign({ ...claims, sub }))));
  expect(issuer.requests).toEqual(['/.well-known/openid-configuration', '/keys']);
  await issuer.rotate();
  expect(await jwt.verdict(await issuer.sign(claims))).toMatchObject({ username: 'jane' });
  expect(issuer.requests.slice(2)).toEqual(['/keys']);
});

test('the discovery document may lie elsewhere', async () => {
  await using jwt = await jwtCluster({ issuer: { discoveryURL: '/elsewhere' } });
  expect(await jwt.verdict(await jwt.issuer.sign(jwt.claims))).toMatchObject({ username: 'jane' });
  expect(jwt.issuer.requests).toEqual(['/elsewhere', '/keys']);
});

test('an issuer that does not answer is asked again after ten seconds', async () => {
  await using jwt = await jwtCluster();
  const token = await jwt.issuer.sign(jwt.claims);
  jwt.issuer.up = false;
  expect(await jwt.verdict(token)).toBe(problem('authenticator not initialized'));
  jwt.issuer.up = true;
  expect(await jwt.verdict(token)).toBe(problem('authenticator not initialized'));
  expect(jwt.issuer.requests).toHaveLength(1);
  await jwt.clock.advance(10_000);
  expect(await jwt.verdict(token)).toMatchObject({ username: 'jane' });
});

test('required claims and addresses that nobody verified', async () => {
  await using jwt = await jwtCluster({
    claimMappings: { username: { claim: 'email', prefix: '' } },
    claimValidationRules: [{ claim: 'hd', requiredValue: 'example.com' }],
  });
  const of = async (more: object): Promise<unknown> => jwt.verdict(await jwt.issuer.sign({ ...jwt.claims, ...more }));
  const email = 'jane@example.com';
  expect(await of({ email, hd: 'example.com' })).toMatchObject({ username: email });
  expect(await of({ email, hd: 'example.com', email_verified: false })).toBe(problem('email not verified'));
  expect(await of({ email })).toBe(problem('required claim hd not present in ID token'));
  expect(await of({ email, hd: 'x' })).toBe(
    problem('required claim hd value does not match. Got = x, want = example.com'),
  );
  expect(await of({ hd: 'example.com' })).toBe(problem('parse username claims "email": claim not present'));
});
