import { expect, test } from 'vitest';
import { create, securedCluster } from '../../support/secured-cluster.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { openWatch, told } from '../../support/watch-stream.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const MINUTE_MS = 60_000;

test('who asks for bookmarks gets one a minute, with the newest version and nothing else', async () => {
  const clock = new SimulatedClock();
  await using cluster = await securedCluster(clock);
  const kept = cluster.cluster.storage.revision();
  using watch = await openWatch(cluster.port, `${MAPS}?watch=true&allowWatchBookmarks=true&resourceVersion=${kept}`);
  using quiet = await openWatch(cluster.port, `${MAPS}?watch=true&resourceVersion=${kept}`);
  // Of another kind: the version moves on without an event.
  await create(cluster, '/api/v1/namespaces/default/secrets', { metadata: { name: 's' } });
  await clock.advance(MINUTE_MS);
  const [bookmark] = await watch.until(1);
  const metadata = { resourceVersion: String(kept + 1) };
  expect(bookmark).toEqual({
    type: 'BOOKMARK',
    object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: expect.any(Object) },
  });
  expect(bookmark?.object.metadata).toMatchObject(metadata);
  await create(cluster, MAPS, { metadata: { name: 'a' } });
  expect(told(await quiet.until(1))).toEqual(['ADDED a']);
});

test('a watch ends after timeoutSeconds, with a last bookmark shortly before', async () => {
  const clock = new SimulatedClock();
  await using cluster = await securedCluster(clock);
  const query = 'watch=true&timeoutSeconds=10&allowWatchBookmarks=true';
  using watch = await openWatch(cluster.port, `${MAPS}?${query}&resourceVersion=${cluster.cluster.storage.revision()}`);
  await clock.advance(9_000);
  expect(told(await watch.until(1))).toEqual(['BOOKMARK']);
  await clock.advance(1_000);
  expect(told(await watch.ended)).toEqual(['BOOKMARK']);
});

test('a watch that does not say how long it lasts ends after 30 to 60 minutes', async () => {
  const clock = new SimulatedClock();
  await using cluster = await securedCluster(clock);
  using watch = await openWatch(cluster.port, `${MAPS}?watch=true`);
  await clock.advance(30 * MINUTE_MS);
  await create(cluster, MAPS, { metadata: { name: 'a' } });
  expect(told(await watch.until(1))).toEqual(['ADDED a']);
  await clock.advance(30 * MINUTE_MS);
  expect(told(await watch.ended)).toEqual(['ADDED a']);
});

test('the bookmark after the state at the start is marked, and carries the version of that state', async () => {
  await using cluster = await securedCluster();
  await create(cluster, MAPS, { metadata: { name: 'a' } });
  const query = 'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
  using watch = await openWatch(cluster.port, `${MAPS}?${query}`);
  const frames = await watch.until(2);
  expect(told(frames)).toEqual(['ADDED a', 'BOOKMARK']);
  expect(frames[1]?.object.metadata).toMatchObject({
    resourceVersion: String(cluster.cluster.storage.revision()),
    annotations: { 'k8s.io/initial-events-end': 'true' },
  });
});
