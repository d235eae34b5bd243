import { expect, test } from 'vitest';
import { controller } from '../../../controllers/garbage-collector/index.ts';
import { clientApi } from '../../support/controller-cases/api.ts';
import { type OwnershipCase, type OwnershipResult, playOwnership } from '../../support/controller-cases/ownership.ts';
import { golden } from '../../support/golden.ts';
import { testCluster } from '../../support/test-cluster.ts';

const CASES = golden<OwnershipCase & OwnershipResult>('controllers/garbage-collector.json');

test.each(CASES)('leaves what a real garbage collector leaves: $name', async ({ left, events, ...one }) => {
  const { client, settle, stop } = await testCluster({
    controllers: [controller],
    namespaces: ['default', 'first', 'second'],
  });
  expect(await playOwnership(one, ['first', 'second'], clientApi(client, settle))).toEqual({ left, events });
  await stop();
});
