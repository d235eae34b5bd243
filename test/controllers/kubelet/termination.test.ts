import { expect, test } from 'vitest';
import type { Frozen } from '../../../server/base/freeze.ts';
import type { Pod } from '../../../server/kube/types.gen.ts';
import { PodStory } from '../../support/pod-story.ts';

/** Everything that a watcher of the pod is told from now on. */
function watched(story: PodStory): Frozen<Pod>[] {
  const seen: Frozen<Pod>[] = [];
  story.cluster
    .transport()
    .watch(
      { resource: 'v1/pods', namespace: 'default', resourceVersion: '' },
      { event: (_type, object) => seen.push(object as Frozen<Pod>), end: () => undefined },
    );
  return seen;
}

test('the last that is told of a deleted pod is how its containers have ended', async () => {
  await using story = await PodStory.begin();
  await story.create('{containers: [{name: c, image: shop}, {name: d, image: shop}]}');
  const seen = watched(story);
  await story.delete();
  expect(await story.shown()).toBe('2/2 Terminating');
  expect(await story.events()).toContain('Normal Killing spec.containers{c}: Stopping container c');
  await story.pass(1);
  expect(await story.isGone()).toBe(true);
  const { status } = seen.at(-1) ?? {};
  expect(status).toMatchObject({ phase: 'Failed' });
  expect(status?.containerStatuses?.map(({ state }) => state.terminated?.exitCode)).toEqual([143, 143]);
  expect(status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({ reason: 'PodFailed' });
});

test('a container that does not end in its grace period is killed', async () => {
  await using story = await PodStory.begin();
  await story.create('{terminationGracePeriodSeconds: 8, containers: [{name: c, image: shop}]}', 'slow-stop');
  const seen = watched(story);
  await story.delete();
  await story.pass(7);
  expect(await story.isGone()).toBe(false);
  await story.pass(1);
  expect(await story.isGone()).toBe(true);
  expect(seen.at(-1)?.status.containerStatuses?.[0]?.state.terminated).toMatchObject({
    exitCode: 137,
    reason: 'Error',
  });
});

test('whoever deletes it again with less time shortens that', async () => {
  await using story = await PodStory.begin();
  await story.create('{containers: [{name: c, image: shop}]}', 'slow-stop');
  await story.delete();
  await story.pass(2);
  await story.delete(3);
  await story.pass(2);
  expect(await story.isGone()).toBe(false);
  await story.pass(1);
  expect(await story.isGone()).toBe(true);
});

test('a preStop hook comes first, in the same grace period', async () => {
  await using story = await PodStory.begin();
  const lifecycle = 'lifecycle: {preStop: {sleep: {seconds: 5}}}';
  await story.create(`{containers: [{name: c, image: shop, ${lifecycle}}]}`);
  await story.delete();
  await story.pass(5);
  expect(await story.isGone()).toBe(false);
  await story.pass(1);
  expect(await story.isGone()).toBe(true);
});

test('one that fails is told of, and the container ends all the same', async () => {
  await using story = await PodStory.begin();
  const lifecycle = 'lifecycle: {preStop: {exec: {command: ["false"]}}}';
  await story.create(`{containers: [{name: c, image: shop, ${lifecycle}}]}`);
  await story.delete();
  expect(await story.events()).toContain('Warning FailedPreStopHook spec.containers{c}: PreStopHook failed');
  await story.pass(1);
  expect(await story.isGone()).toBe(true);
});

test('a pod that was active for longer than its deadline has failed', async () => {
  await using story = await PodStory.begin();
  await story.create('{activeDeadlineSeconds: 30, containers: [{name: c, image: shop}]}');
  await story.pass(29);
  expect((await story.pod()).status.phase).toBe('Running');
  await story.pass(1);
  await story.pass(1);
  const { status } = await story.pod();
  expect(status).toMatchObject({
    phase: 'Failed',
    reason: 'DeadlineExceeded',
    message: 'Pod was active on the node longer than the specified deadline',
    containerStatuses: [{ ready: false, state: { terminated: { exitCode: 143 } } }],
  });
});
