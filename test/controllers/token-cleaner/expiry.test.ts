import { expect, test } from 'vitest';
import { controller } from '../../../controllers/token-cleaner/index.ts';
import type { Secret } from '../../../server/kube/types.gen.ts';
import { isEnabled } from '../../../server/start-options.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { testCluster } from '../../support/test-cluster.ts';

const SECRETS = 'v1/secrets';
const TYPE = 'bootstrap.kubernetes.io/token';

function secret(namespace: string, name: string, type: string, expiration?: string): Secret {
  return { metadata: { namespace, name }, type, ...(expiration !== undefined && { stringData: { expiration } }) };
}

test('bootstrap tokens of kube-system go when their time is over, and nothing else does', async () => {
  const clock = new SimulatedClock();
  const { client, settle, stop } = await testCluster({ controllers: [controller], clock });
  const left = async (): Promise<(string | undefined)[]> =>
    (await client.list(SECRETS)).map(({ metadata }) => metadata.name);
  await client.create(SECRETS, secret('kube-system', 'soon', TYPE, '2026-01-01T00:10:00Z'));
  await client.create(SECRETS, secret('kube-system', 'over', TYPE, '2025-12-31T23:59:59Z'));
  await client.create(SECRETS, secret('kube-system', 'unreadable', TYPE, 'soon'));
  await client.create(SECRETS, secret('kube-system', 'forever', TYPE));
  await client.create(SECRETS, secret('kube-system', 'other-type', 'Opaque', '2020-01-01T00:00:00Z'));
  await client.create(SECRETS, secret('default', 'elsewhere', TYPE, '2020-01-01T00:00:00Z'));
  await settle();
  expect(await left()).toEqual(['elsewhere', 'forever', 'other-type', 'soon']);
  await clock.advance(599_000);
  await settle();
  expect(await left()).toContain('soon');
  await clock.advance(1_000);
  await settle();
  expect(await left()).toEqual(['elsewhere', 'forever', 'other-type']);
  await stop();
});

test('it only runs where it is asked for by name', () => {
  const lists = ['*', 'token-cleaner', '-deployment'];
  expect(lists.map((entry) => isEnabled(controller.name, [entry]))).toEqual([false, true, false]);
});
