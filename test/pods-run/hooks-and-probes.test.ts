import { expect, test } from 'vitest';
import { PodStory } from '../support/pod-story.ts';

const pod = (more: string, image = 'nginx'): string => `{containers: [{name: c, image: ${image}, ${more}}]}`;

test('a postStart hook runs in the container before anybody is told that it does', async () => {
  await using story = await PodStory.begin();
  const probe = 'readinessProbe: {exec: {command: [grep, hello, /message]}}';
  await story.create(
    pod(`lifecycle: {postStart: {exec: {command: [sh, -c, "sleep 5; echo hello > /message"]}}}, ${probe}`),
  );
  expect(await story.shown()).toBe('0/1 ContainerCreating');
  await story.live(5);
  expect(await story.shown()).toBe('1/1 Running');
  expect((await story.container()).state.running?.startedAt).toBe('2026-01-01T00:00:00Z');
});

test('one that fails later has its container begin anew', async () => {
  await using story = await PodStory.begin();
  await story.create(pod('lifecycle: {postStart: {exec: {command: [sh, -c, "sleep 5; ls /nothing"]}}}'));
  await story.live(11);
  expect(await story.events()).toContain('Warning FailedPostStartHook spec.containers{c}: PostStartHook failed');
  expect(await story.container()).toMatchObject({ restartCount: 1 });
});

test('a probe that takes longer than its timeout has failed', async () => {
  await using story = await PodStory.begin();
  const command = '[sh, -c, "echo slow; sleep 10"]';
  await story.create(pod(`readinessProbe: {timeoutSeconds: 2, exec: {command: ${command}}}`));
  await story.live(3);
  expect(await story.container()).toMatchObject({ ready: false });
  const late = 'command timed out: "sh -c echo slow; sleep 10" timed out after 2s';
  expect(await story.events()).toContain(`Warning Unhealthy spec.containers{c}: Readiness probe failed: ${late}`);
});

test('a probe whose command is not there could not be asked', async () => {
  await using story = await PodStory.begin();
  await story.create(pod('livenessProbe: {failureThreshold: 9, exec: {command: [nosuch]}}'));
  const [event = ''] = (await story.events()).filter((text) => text.includes('Unhealthy'));
  expect(event.replace(/[0-9a-f]{64}/, 'ID')).toBe(
    'Warning Unhealthy spec.containers{c}: Liveness probe errored and resulted in unknown state: ' +
      'rpc error: code = Unknown desc = failed to exec in container: failed to start exec "ID": ' +
      'OCI runtime exec failed: exec failed: unable to start container process: ' +
      'exec: "nosuch": executable file not found in $PATH: unknown',
  );
});

test('what stands for a program that nobody has answers its probes', async () => {
  await using story = await PodStory.begin();
  await story.create(pod('readinessProbe: {exec: {command: [sh, -c, "redis-cli ping | grep PONG"]}}', 'redis'));
  expect(await story.shown()).toBe('1/1 Running');
});
