import { expect, test } from 'vitest';
import { LIMITS } from '../../../server/kube/limits.ts';
import { create, securedCluster } from '../../support/secured-cluster.ts';
import { openWatch, told } from '../../support/watch-stream.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';

test('a watcher that does not read is ended before it fills the memory, and the others see everything', async () => {
  await using cluster = await securedCluster();
  const from = cluster.cluster.storage.revision();
  using slow = await openWatch(cluster.port, `${MAPS}?watch=true&resourceVersion=${from}`);
  using quick = await openWatch(cluster.port, `${MAPS}?watch=true&resourceVersion=${from}`);
  slow.response.pause();
  const text = 'x'.repeat(1_000_000);
  const count = Math.ceil((LIMITS.watchBacklogBytes * 1.4) / text.length);
  for (let i = 0; i < count; i++) await create(cluster, MAPS, { metadata: { name: `m${i}` }, data: { text } });
  expect((await quick.until(count)).length).toBe(count);
  slow.response.resume();
  const frames = await slow.ended;
  expect(frames.length).toBeLessThan(count);
  expect(told(frames)).toEqual(told(quick.frames).slice(0, frames.length));
}, 60_000);
