import { expect, test } from 'vitest';
import { serviceAccountTokenController } from '../../../controllers/serviceaccount-token/index.ts';
import type { Secret } from '../../../server/kube/types.gen.ts';
import { testCluster } from '../../support/test-cluster.ts';

const SECRETS = 'v1/secrets';
const ACCOUNTS = 'v1/serviceaccounts';
const ACCOUNT = { namespace: 'default', name: 'robot' };
const TYPE = 'kubernetes.io/service-account-token';

const controller = serviceAccountTokenController({
  caCertificate: 'the CA',
  issue: async ({ metadata }, secret) => `${metadata.name}'s token in ${secret}`,
});

function secret(name: string, annotations: Record<string, string>, type = TYPE): Secret {
  return { metadata: { namespace: 'default', name, annotations }, type };
}

const base64 = (plain: string): string => Buffer.from(plain).toString('base64');
const plain = (encoded = ''): string => Buffer.from(encoded, 'base64').toString();

test('what a secret has stays, but for another CA, and a restart changes nothing', async () => {
  const { client, manager, settle, stop } = await testCluster({ controllers: [controller] });
  await client.create(ACCOUNTS, { metadata: ACCOUNT });
  const data = { token: base64('own'), 'ca.crt': base64('old') };
  const given: Secret = { ...secret('a', { 'kubernetes.io/service-account.name': 'robot' }), data };
  await client.create(SECRETS, given);
  await settle();
  const filled = await client.get<Secret>(SECRETS, { namespace: 'default', name: 'a' });
  expect(Object.entries(filled.data ?? {}).map(([key, value]) => [key, plain(value)])).toEqual([
    ['ca.crt', 'the CA'],
    ['namespace', 'default'],
    ['token', 'own'],
  ]);
  await manager.setEnabled(controller.name, false);
  await manager.setEnabled(controller.name, true);
  await settle();
  expect(await client.get(SECRETS, { namespace: 'default', name: 'a' })).toEqual(filled);
  await stop();
});

test('a secret for an account of the same name and another uid goes, and one without uid stays', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller] });
  await client.create(ACCOUNTS, { metadata: ACCOUNT });
  const name = { 'kubernetes.io/service-account.name': 'robot' };
  await client.create(SECRETS, secret('other', { ...name, 'kubernetes.io/service-account.uid': 'x' }));
  await client.create(SECRETS, secret('mine', name));
  await client.create(SECRETS, secret('opaque', name, 'Opaque'));
  await settle();
  const secrets = await client.list<Secret>(SECRETS);
  expect(secrets.map(({ metadata }) => metadata.name)).toEqual(['mine', 'opaque']);
  expect(plain(secrets[0]?.data?.token)).toBe("robot's token in mine");
  expect(secrets[1]?.data).toBeUndefined();
  await stop();
});
