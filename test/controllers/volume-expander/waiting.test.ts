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
  const told = async (): Promise<(readonly [message: string, count: number | undefined])[]> => {
    await cluster.settle();
    const events = await client.list<Event>('v1/events');
    return events
      .filter(({ source }) => source.component === 'volume_expand')
      .map(({ reason, message, count }) => [`${reason}: ${message}`, count]);
  };
  await client.create(CLASSES, storageClass('slow', 'example.com/x', { allowVolumeExpansion: true }));
  await client.create(VOLUMES, volume('v'));
  await client.create(CLAIMS, claim('c'));
  expect(await told()).toEqual([]);
  await ask('2Gi');
  expect(await told()).toEqual([[WAITING, 1]]);
  await client.patch(CLAIMS, key('c'), 'merge', { metadata: { labels: { a: 'b' } } });
  expect(await told()).toEqual([[WAITING, 1]]);
  await ask('3Gi');
  expect(await told()).toEqual([[WAITING, 2]]);
  expect((await cluster.claim('c'))?.status.capacity).toEqual({ storage: '1Gi' });
  await cluster.stop();
});
