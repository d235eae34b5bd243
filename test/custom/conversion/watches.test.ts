import { expect, test } from 'vitest';
import { create } from '../../support/secured-cluster.ts';
import { type Frame, openWatch } from '../../support/watch-stream.ts';
import { converted, DEFINITIONS, gizmo, V1, V2 } from './support.ts';

const told = (frames: readonly Frame[]): unknown[] =>
  frames.map(({ type, object }) => [type, object.apiVersion, object.metadata.name, object.spec]);

const MERGE = [['content-type', 'application/merge-patch+json']] as const;

test('a watch converts the state at its start and every event', async () => {
  await using gizmos = await converted();
  const { cluster } = gizmos;
  await create(cluster, V1, gizmo('v1', 'a', { size: 1 }));
  using stream = await openWatch(cluster.port, `${V2}?watch=true`);
  await stream.until(1);
  await cluster.ask('PATCH', `${V1}/a`, { body: { spec: { size: 2 } }, headers: MERGE });
  await cluster.ask('DELETE', `${V1}/a`);
  expect(told(await stream.until(3))).toEqual([
    ['ADDED', 'example.com/v2', 'a', { color: 'size', length: 1 }],
    ['MODIFIED', 'example.com/v2', 'a', { color: 'size', length: 2 }],
    ['DELETED', 'example.com/v2', 'a', { color: 'size', length: 2 }],
  ]);
});

test('events keep their order, however long each conversion takes', async () => {
  await using gizmos = await converted();
  const { cluster } = gizmos;
  using stream = await openWatch(cluster.port, `${V2}?watch=true`);
  const names = Array.from({ length: 20 }, (_, i) => `a${i}`);
  await Promise.all(
    names.map(async (name) => {
      await create(cluster, V1, gizmo('v1', name, { size: 1 }));
    }),
  );
  const revisions = (await stream.until(20)).map(({ object }) => Number(object.metadata.resourceVersion));
  expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
});

test('a selector of the version that is watched decides what appears and goes', async () => {
  await using gizmos = await converted();
  const { cluster } = gizmos;
  using stream = await openWatch(cluster.port, `${V2}?watch=true&fieldSelector=spec.length%3D2`);
  await create(cluster, V1, gizmo('v1', 'a', { size: 1 }));
  for (const size of [2, 3]) await cluster.ask('PATCH', `${V1}/a`, { body: { spec: { size } }, headers: MERGE });
  expect((await stream.until(2)).map(({ type }) => type)).toEqual(['ADDED', 'DELETED']);
});

test('a watch ends when an event cannot be converted', async () => {
  await using gizmos = await converted();
  const { cluster, webhook } = gizmos;
  using stream = await openWatch(cluster.port, `${V2}?watch=true`);
  webhook.behaviour = { page: { status: 500, body: 'no' } };
  await create(cluster, V1, gizmo('v1', 'a', { size: 1 }));
  expect(await stream.ended).toEqual([]);
});

test('a watch that cannot begin says why', async () => {
  await using gizmos = await converted();
  const { cluster, webhook } = gizmos;
  await create(cluster, V1, gizmo('v1', 'a', { size: 1 }));
  webhook.behaviour = { page: { status: 500, body: 'no' } };
  using stream = await openWatch(cluster.port, `${V2}?watch=true`);
  const [frame] = await stream.ended;
  expect([frame?.type, frame?.object.code]).toEqual(['ERROR', 500]);
});

test('a definition goes with what is stored in its version, though the webhook is gone', async () => {
  await using gizmos = await converted();
  const { cluster, webhook } = gizmos;
  await create(cluster, V1, gizmo('v1', 'a', { size: 1 }));
  await webhook[Symbol.asyncDispose]();
  await cluster.ask('DELETE', `${DEFINITIONS}/gizmos.example.com`);
  await cluster.cluster.activity.idle();
  const { status } = await cluster.ask('GET', `${DEFINITIONS}/gizmos.example.com`);
  expect(status).toBe(404);
});
