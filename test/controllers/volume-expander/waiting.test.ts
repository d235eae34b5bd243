import { expect, test } from 'vitest';
import { controller as expander } from '../../../controllers/volume-expander/index.ts';
import type { Event } from '../../../server/kube/types.gen.ts';
import { CLAIMS, CLASSES, claim, storageClass, storageCluster, VOLUMES, volume } from '../../support/storage.ts';
import { key } from '../../support/workloads.ts';

const WAITING = 'ExternalExpanding: waiting for an external controller to expand this PVC';

test('a claim that asks for more is told to wait for its driver, once each time', async () => {
  const cluster = await storageCluster([expander]);
  const { client } = cluster;
  const ask = async (storage: string): Promise<void> => {
    await client.patch(CLAIMS, key('c'), 'merge', { spec: { resources: { requests: { storage } } } });
  };
  const counts = async (): Promise<(number | undefined)[]> => {
    await cluster.settle();
    return (await client.list<Event>('v1/events')).map(({ count }) => count);
  };
  await client.create(CLASSES, storageClass('slow', 'example.com/x', { allowVolumeExpansion: true }));
  await client.create(VOLUMES, volume('v'));
  await client.create(CLAIMS, claim('c'));
  expect(await cluster.told('c')).toEqual([]);
  await ask('2Gi');
  expect(await cluster.told('c')).toEqual([WAITING]);
  await client.patch(CLAIMS, key('c'), 'merge', { metadata: { labels: { a: 'b' } } });
  expect(await counts()).toEqual([1]);
  await ask('3Gi');
  expect(await counts()).toEqual([2]);
  expect((await cluster.claim('c'))?.status.capacity).toEqual({ storage: '1Gi' });
  await cluster.stop();
});
