import { expect, test } from 'vitest';
import { controller } from '../../../controllers/endpointslice/index.ts';
import type { Client } from '../../../controllers/lib/client.ts';
import { createNode, createPod, createService } from '../../support/service-pods.ts';
import { testCluster } from '../../support/test-cluster.ts';
import { sizes, slicesOf } from './support.ts';

async function createPods(client: Client, from: number, to: number): Promise<void> {
  for (let i = from; i < to; i++) await createPod(client, `p${i}`, { ip: `10.0.${i >> 8}.${i & 255}` });
}

async function deletePods(client: Client, names: readonly string[]): Promise<void> {
  for (const name of names) await client.delete('v1/pods', { namespace: 'default', name }, { gracePeriodSeconds: 0 });
}

test('slices hold a hundred endpoints, and a change is written to as few of them as can be', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller] });
  await createNode(client, 'node01');
  await createService(client, 'web');
  const versions = async (): Promise<Map<string, string>> =>
    new Map(
      (await slicesOf(client, 'web')).map(({ metadata }) => [metadata.name ?? '', metadata.resourceVersion ?? '']),
    );
  const changed = (before: Map<string, string>, now: Map<string, string>): number =>
    [...now].filter(([name, version]) => before.get(name) !== version).length;

  await createPods(client, 0, 250);
  await settle();
  expect(sizes(await slicesOf(client, 'web'))).toEqual([100, 100, 50]);

  // Few enough for the slice that has room.
  let before = await versions();
  await createPods(client, 250, 280);
  await settle();
  expect(sizes(await slicesOf(client, 'web'))).toEqual([100, 100, 80]);
  expect(changed(before, await versions())).toBe(1);

  // Too many for it: a new slice, although part of them would fit.
  before = await versions();
  await createPods(client, 280, 310);
  await settle();
  expect(sizes(await slicesOf(client, 'web'))).toEqual([100, 100, 80, 30]);
  expect(changed(before, await versions())).toBe(1);

  // What goes from one slice leaves the others alone, and nothing is moved together.
  before = await versions();
  const [slice] = (await slicesOf(client, 'web')).filter(({ endpoints }) => endpoints?.length === 100);
  const names = (slice?.endpoints ?? []).map(({ targetRef }) => targetRef?.name ?? '');
  await deletePods(client, names.slice(0, 95));
  await settle();
  expect(sizes(await slicesOf(client, 'web'))).toEqual([100, 80, 30, 5]);
  expect(changed(before, await versions())).toBe(1);

  // A slice that is empty goes.
  await deletePods(client, names.slice(95));
  await settle();
  expect(sizes(await slicesOf(client, 'web'))).toEqual([100, 80, 30]);
  await stop();
});
