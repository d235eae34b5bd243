import { expect, test } from 'vitest';
import { PodStory } from '../../support/pod-story.ts';

const hooked = (hook: string): string => `{containers: [{name: c, image: nginx, lifecycle: {postStart: ${hook}}}]}`;

test('nobody is told that a container runs before its postStart hook is done', async () => {
  await using story = await PodStory.begin();
  await story.create(hooked('{sleep: {seconds: 5}}'));
  expect(await story.shown()).toBe('0/1 ContainerCreating');
  await story.pass(5);
  expect(await story.shown()).toBe('1/1 Running');
  expect((await story.container()).state.running?.startedAt).toBe('2026-01-01T00:00:00Z');
});

test('one that asks the pod gets its answer', async () => {
  await using story = await PodStory.begin();
  await story.create(hooked('{httpGet: {path: /, port: 80}}'));
  expect(await story.shown()).toBe('1/1 Running');
});

test.each(['{exec: {command: ["false"]}}', '{httpGet: {path: /, port: 81}}'])(
  'with %s it fails, and the container is killed and begins anew',
  async (hook) => {
    await using story = await PodStory.begin();
    await story.create(hooked(hook));
    expect(await story.shown()).toBe('0/1 CrashLoopBackOff');
    expect(await story.events()).toEqual(
      expect.arrayContaining([
        'Warning FailedPostStartHook spec.containers{c}: PostStartHook failed',
        'Normal Killing spec.containers{c}: FailedPostStartHook',
      ]),
    );
  },
);
