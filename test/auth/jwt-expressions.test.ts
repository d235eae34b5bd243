import { expect, test } from 'vitest';
import { jwtCluster } from '../support/jwt-cluster.ts';

test('expressions make names, groups, uids and extra fields of claims', async () => {
  await using jwt = await jwtCluster({
    claimMappings: {
      username: { expression: 'claims.username + ":" + claims.realm.name' },
      groups: { expression: 'claims.?roles.orValue("").split(",")' },
      uid: { expression: 'string(claims.number)' },
      extra: [
        { key: 'example.com/tenant', valueExpression: 'claims.tenant__dash__id' },
        { key: 'example.com/none', valueExpression: '""' },
      ],
    },
  });
  const claims = { ...jwt.claims, username: 'jane', realm: { name: 'shop' }, number: 7, 'tenant-id': ['t1', ''] };
  expect(await jwt.verdict(await jwt.issuer.sign({ ...claims, roles: 'dev,ops' }))).toEqual({
    username: 'jane:shop',
    uid: '7',
    groups: ['dev', 'ops', 'system:authenticated'],
    extra: { 'example.com/tenant': ['t1'] },
  });
  expect(await jwt.verdict(await jwt.issuer.sign(claims))).toMatchObject({ groups: ['system:authenticated'] });
});

test('rules about claims and users refuse with their message', async () => {
  await using jwt = await jwtCluster({
    claimValidationRules: [{ expression: 'claims.exp - claims.iat <= 600', message: 'lives too long' }],
    userValidationRules: [{ expression: "!user.username.startsWith('system:')", message: 'reserved name' }],
  });
  const of = async (more: object): Promise<unknown> => jwt.verdict(await jwt.issuer.sign({ ...jwt.claims, ...more }));
  const { exp } = jwt.claims;
  expect(await of({ iat: exp - 300 })).toMatchObject({ username: 'jane' });
  expect(await of({ iat: exp - 601 })).toBe(
    '[invalid bearer token, oidc: error evaluating claim validation expression: validation expression ' +
      "'claims.exp - claims.iat <= 600' failed: lives too long]",
  );
  expect(await of({ iat: exp - 300, sub: 'system:admin' })).toBe(
    '[invalid bearer token, oidc: error evaluating user info validation rule: validation expression ' +
      "'!user.username.startsWith('system:')' failed: reserved name]",
  );
});

test('an expression without a value says why, and one of another type what it has to be', async () => {
  await using jwt = await jwtCluster({ claimMappings: { username: { expression: 'claims.name' } } });
  const of = async (more: object): Promise<unknown> => jwt.verdict(await jwt.issuer.sign({ ...jwt.claims, ...more }));
  const begin = '[invalid bearer token, oidc: error evaluating username claim expression: ';
  expect(await of({})).toBe(`${begin}expression 'claims.name' resulted in error: no such key: name]`);
  expect(await of({ name: 7 })).toBe(`${begin}username claim expression must return a string]`);
  expect(await of({ name: '' })).toBe('[invalid bearer token, oidc: empty username via CEL expression is not allowed]');
});
