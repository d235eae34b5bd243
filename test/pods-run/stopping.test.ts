import { expect, test } from 'vitest';
import { PodStory } from '../support/pod-story.ts';

const pod = (script: string, more = ''): string =>
  `{terminationGracePeriodSeconds: 20, containers: [{name: c, image: busybox, command: [sh, -c, '${script}']${more}}]}`;

test('a process that handles SIGTERM ends as it pleases', async () => {
  await using story = await PodStory.begin();
  await story.create(pod('trap "sleep 3; exit 0" TERM; while true; do sleep 1; done'));
  await story.delete();
  await story.live(2);
  expect(await story.isGone()).toBe(false);
  await story.live(3);
  expect(await story.isGone()).toBe(true);
});

test('the first process ignores SIGTERM unless it handles it, and is killed after the grace period', async () => {
  await using story = await PodStory.begin();
  await story.create(pod('echo up; sleep 1000; echo no'));
  await story.delete();
  await story.live(19);
  expect(await story.isGone()).toBe(false);
  await story.live(1);
  expect(await story.isGone()).toBe(true);
});

test('a preStop hook runs before, in the container', async () => {
  await using story = await PodStory.begin();
  const lifecycle = ', lifecycle: {preStop: {exec: {command: [sh, -c, "sleep 5; touch /go"]}}}';
  const script = 'trap "" TERM; until test -e /go; do sleep 1; done; exit 0';
  await story.create(pod(script, lifecycle));
  await story.delete();
  await story.live(4);
  expect(await story.isGone()).toBe(false);
  await story.live(2);
  expect(await story.isGone()).toBe(true);
});

test('a preStop hook that does not end gets no more than the grace period', async () => {
  await using story = await PodStory.begin();
  const lifecycle = ', lifecycle: {preStop: {exec: {command: [sh, -c, "echo wait; sleep 1000"]}}}';
  await story.create(pod('echo up; sleep 1000', lifecycle));
  await story.delete();
  await story.live(21);
  expect(await story.isGone()).toBe(false);
  await story.live(1);
  expect(await story.isGone()).toBe(true);
});

test('sidecars are told when all others have ended', async () => {
  await using story = await PodStory.begin();
  const [main, proxy] = ['trap "sleep 2; exit 0" TERM', 'trap "exit 7" TERM'].map(
    (trap) => `image: busybox, command: [sh, -c, '${trap}; while true; do sleep 1; done']`,
  );
  const spec = `{initContainers: [{name: proxy, restartPolicy: Always, ${proxy}}], containers: [{name: c, ${main}}]}`;
  await story.create(spec);
  expect(await story.shown()).toBe('2/2 Running');
  await story.delete();
  await story.live(1);
  expect(await story.isGone()).toBe(false);
  await story.live(3);
  expect(await story.isGone()).toBe(true);
});

test('a container whose liveness probe fails is told to end, and begins anew when it has', async () => {
  await using story = await PodStory.begin();
  const probe =
    ', livenessProbe: {exec: {command: [cat, /healthy]}, ' +
    'initialDelaySeconds: 2, periodSeconds: 5, failureThreshold: 1}';
  const script = 'touch /healthy; trap "exit 9" TERM; sleep 30; rm /healthy; while true; do sleep 1; done';
  await story.create(pod(script, probe));
  await story.live(30);
  expect(await story.container()).toMatchObject({ restartCount: 0, ready: true });
  await story.live(5);
  await story.live(2);
  expect(await story.container()).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 9 } } });
  const failed = "Liveness probe failed: cat: can't open '/healthy': No such file or directory\n";
  expect(await story.events()).toContain(`Warning Unhealthy spec.containers{c}: ${failed}`);
});
