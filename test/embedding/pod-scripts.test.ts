import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PodStory } from '../support/pod-story.ts';

const PROBED = '{periodSeconds: 5, failureThreshold: 2, httpGet: {port: 80}}';
const P = { name: 'p' };

test('a container that is told to end begins anew, with what was said of its probes', async () => {
  await using story = await PodStory.begin();
  await story.create('{containers: [{name: c, image: shop}]}');
  const { scripts } = story.cluster;
  scripts.setReady(P, false);
  expect(scripts.exit(P, 7)).toEqual(['p']);
  await story.cluster.settle();
  expect(await story.container()).toMatchObject({
    restartCount: 1,
    ready: false,
    state: { running: {} },
    lastState: { terminated: { exitCode: 7, reason: 'Error' } },
  });
  scripts.setReady(P, true);
  await story.cluster.settle();
  expect(await story.shown()).toBe('1/1 Running');
});

test('liveness probes fail until that is taken back', async () => {
  await using story = await PodStory.begin();
  await story.create(`{containers: [{name: c, image: shop, livenessProbe: ${PROBED}}]}`);
  story.cluster.scripts.setLive(P, false);
  await story.live(12);
  expect(await story.container()).toMatchObject({ restartCount: 1 });
  expect(await story.events()).toContainEqual(expect.stringContaining('Liveness probe failed'));
  story.cluster.scripts.setLive(P, true);
  await story.live(60);
  expect(await story.container()).toMatchObject({ restartCount: 1, ready: true });
});

test('what a command of a probe is said to answer counts, whatever its image is', async () => {
  await using story = await PodStory.begin();
  const probe = '{periodSeconds: 1, failureThreshold: 1, exec: {command: [pg_isready, -U, me]}}';
  await story.create(`{containers: [{name: c, image: shop, readinessProbe: ${probe}}]}`);
  await story.pass(1);
  expect(await story.shown()).toBe('1/1 Running');
  story.cluster.scripts.setCommands(P, [{ command: ['pg_isready', '**'], stdout: 'no response\n', code: 2 }]);
  await story.live(2);
  expect(await story.shown()).toBe('0/1 Running');
  expect(await story.events()).toContainEqual(expect.stringContaining('Readiness probe failed: no response'));
  story.cluster.scripts.setCommands(P, []);
  await story.live(2);
  expect(await story.shown()).toBe('1/1 Running');
});

test('a reset takes back what pods of the beginning were told', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fauxkube-scripts-'));
  try {
    const file = join(folder, 'p.yaml');
    const spec = '{containers: [{name: c, image: shop}]}';
    await writeFile(file, `{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: ${spec}}`);
    await using story = await PodStory.begin({ fixtures: [file] });
    story.cluster.scripts.setReady(P, false);
    story.cluster.scripts.setCommands(P, [{ command: ['id'], stdout: 'me\n' }]);
    await story.cluster.reset();
    expect(story.cluster.scripts.told(P)).toEqual({ probes: {}, commands: [] });
    expect(await story.shown()).toBe('1/1 Running');
  } finally {
    await rm(folder, { recursive: true });
  }
});
