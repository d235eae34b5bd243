import { expect, test } from 'vitest';
import { detachedSignature } from '../../../controllers/bootstrap-signer/detached-signature.ts';
import { controller } from '../../../controllers/bootstrap-signer/index.ts';
import type { ConfigMap, Secret } from '../../../server/kube/types.gen.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { testCluster } from '../../support/test-cluster.ts';

const SECRETS = 'v1/secrets';
const CONFIG_MAPS = 'v1/configmaps';
const KEY = { namespace: 'kube-public', name: 'cluster-info' };

function token(id: string, more: object = {}): Secret {
  return {
    metadata: { namespace: 'kube-system', name: `bootstrap-token-${id}` },
    type: 'bootstrap.kubernetes.io/token',
    stringData: { 'token-id': id, 'token-secret': '0123456789abcdef', 'usage-bootstrap-signing': 'true', ...more },
  };
}

test('cluster-info is signed with each token that may sign, as long as it may', async () => {
  const clock = new SimulatedClock();
  const { client, settle, stop } = await testCluster({ controllers: [controller], clock });
  const data = async (): Promise<Record<string, string>> => {
    await settle();
    return { ...((await client.get(CONFIG_MAPS, KEY)) as ConfigMap).data };
  };
  await client.create(CONFIG_MAPS, {
    metadata: KEY,
    data: { kubeconfig: 'one', other: 'x', 'jws-kubeconfig-old': 'y' },
  });
  expect(await data()).toEqual({ kubeconfig: 'one', other: 'x' });
  await client.create(SECRETS, token('aaaaaa', { expiration: '2026-01-01T00:10:00Z' }));
  await client.create(SECRETS, token('bbbbbb'));
  await client.create(SECRETS, token('cccccc', { 'usage-bootstrap-signing': 'no' }));
  await client.create(SECRETS, token('dddddd', { 'token-id': 'eeeeee' }));
  await client.create(SECRETS, token('ffffff', { expiration: '2025-12-31T23:59:59Z' }));
  const signature = (content: string, id: string): Promise<string> =>
    detachedSignature(content, id, '0123456789abcdef');
  expect(await data()).toEqual({
    kubeconfig: 'one',
    other: 'x',
    'jws-kubeconfig-aaaaaa': await signature('one', 'aaaaaa'),
    'jws-kubeconfig-bbbbbb': await signature('one', 'bbbbbb'),
  });
  await client.patch(CONFIG_MAPS, KEY, 'merge', { data: { kubeconfig: 'two' } });
  expect((await data())['jws-kubeconfig-bbbbbb']).toBe(await signature('two', 'bbbbbb'));
  await clock.advance(600_000);
  expect(Object.keys(await data())).toEqual(['jws-kubeconfig-bbbbbb', 'kubeconfig', 'other']);
  await client.delete(SECRETS, { namespace: 'kube-system', name: 'bootstrap-token-bbbbbb' });
  expect(Object.keys(await data())).toEqual(['kubeconfig', 'other']);
  await stop();
});

test('the signature is the one that kubeadm checks', async () => {
  const text = 'Hello from the other side. I must have called a thousand times.';
  expect(await detachedSignature(text, 'joshua', 'my voice is my passcode')).toBe(
    'eyJhbGciOiJIUzI1NiIsImtpZCI6Impvc2h1YSJ9..VShe2taLd-YTrmWuRkcL_8QTNDHYxQIEBsAYYiIj1_8',
  );
});
