import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { LIMITS } from '../../../server/kube/limits.ts';
import { ADMIN_TOKEN, create, securedCluster } from '../../support/secured-cluster.ts';
import { type Frame, openWatch, told } from '../../support/watch-stream.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
/** More than go out in one turn. */
const COUNT = 300;
const INITIAL = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';

const names = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}-${String(i).padStart(3, '0')}`);

test('a watch with a large beginning has all of it and then what came meanwhile, whoever reads slowly', async () => {
  await using cluster = await securedCluster();
  const text = 'x'.repeat(100_000);
  for (const name of names('early', COUNT)) await create(cluster, MAPS, { metadata: { name }, data: { text } });
  using slow = await openWatch(cluster.port, `${MAPS}?watch=true&${INITIAL}`);
  slow.response.pause();
  for (const name of names('late', 3)) await create(cluster, MAPS, { metadata: { name } });
  slow.response.resume();
  const expected = [...names('early', COUNT).map((name) => `ADDED ${name}`), 'BOOKMARK'];
  expect(told(await slow.until(COUNT + 4)).toSorted()).toEqual(
    [...expected, ...names('late', 3).map((name) => `ADDED ${name}`)].toSorted(),
  );
  expect(told(slow.frames).slice(-3)).toEqual(names('late', 3).map((name) => `ADDED ${name}`));

  const socket = new WebSocket(`ws://127.0.0.1:${cluster.port}${MAPS}?watch=true&${INITIAL}`, {
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
  });
  const frames: Frame[] = [];
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', (data: Buffer) => {
      frames.push(JSON.parse(data.toString()) as Frame);
      if (frames.at(-1)?.type === 'BOOKMARK') resolve();
    });
  });
  socket.terminate();
  expect(frames.length).toBe(COUNT + 4);
}, 60_000);

test('one that does not read its beginning is ended when too much has come meanwhile', async () => {
  await using cluster = await securedCluster();
  const text = 'x'.repeat(200_000);
  for (const name of names('early', COUNT)) await create(cluster, MAPS, { metadata: { name }, data: { text } });
  using slow = await openWatch(cluster.port, `${MAPS}?watch=true`);
  slow.response.pause();
  using quick = await openWatch(cluster.port, `${MAPS}?watch=true`);
  const late = names('late', Math.ceil((LIMITS.watchBacklogBytes * 1.2) / text.length));
  for (const name of late) await create(cluster, MAPS, { metadata: { name }, data: { text } });
  expect((await quick.until(COUNT + late.length)).length).toBe(COUNT + late.length);
  slow.response.resume();
  // It got what it could have read, and nothing of what was kept for it.
  expect((await slow.ended).length).toBeLessThan(COUNT);
}, 60_000);
