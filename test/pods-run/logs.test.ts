import { expect, test } from 'vitest';
import { PodStory } from '../support/pod-story.ts';

const pod = (script: string, policy = 'Never'): string =>
  `{restartPolicy: ${policy}, containers: [{name: c, image: busybox, command: [sh, -c, '${script}']}]}`;

test('both outputs come in the order in which they were written', async () => {
  await using story = await PodStory.begin();
  await story.create(pod('echo 1; echo 2 >&2; printf 3'));
  expect(await story.log()).toBe('1\n2\n3');
});

test('the log of a pod that has ended stays until the pod is deleted', async () => {
  await using story = await PodStory.begin();
  await story.create(pod('echo done'));
  await story.pass(3600);
  expect((await story.pod()).status.phase).toBe('Succeeded');
  expect(await story.log()).toBe('done\n');
  await story.delete(0);
  expect(await story.log()).toContain('pods \\"p\\" not found');
});

test('lines are chosen by number, time and size', async () => {
  await using story = await PodStory.begin();
  await story.create(pod('for i in 1 2 3 4; do echo $i; sleep 10; done; sleep 1000'));
  await story.live(35);
  expect(await story.log('tailLines=2')).toBe('3\n4\n');
  expect(await story.log('tailLines=0')).toBe('');
  expect(await story.log('limitBytes=3')).toBe('1\n2');
  expect(await story.log('sinceSeconds=10')).toBe('4\n');
  expect(await story.log('sinceTime=2026-01-01T00:00:20Z')).toBe('3\n4\n');
  expect(await story.log('timestamps=true&tailLines=1')).toBe('2026-01-01T00:00:30.000000000Z 4\n');
});

test('the run before is `previous`, and it is missed when there was none', async () => {
  await using story = await PodStory.begin();
  await story.create(pod('echo run; sleep 1; exit 1', 'OnFailure'));
  expect(await story.log('previous=true')).toContain('previous terminated container \\"c\\" in pod \\"p\\" not found');
  await story.live(1);
  expect(await story.log('previous=true')).toBe('run\n');
  await story.live(1);
  expect(await story.shown()).toMatch(/CrashLoopBackOff/);
  expect([await story.log('previous=true'), await story.log()]).toEqual(['run\n', 'run\n']);
});

test('what does not run yet has no log', async () => {
  await using story = await PodStory.begin();
  await story.create('{containers: [{name: c, image: "shop:404"}]}');
  expect(await story.log()).toContain(
    'container \\"c\\" in pod \\"p\\" is waiting to start: trying and failing to pull image',
  );
});

test('a log that is followed ends with its container', async () => {
  await using story = await PodStory.begin();
  await story.create(pod('echo 1; sleep 5; echo 2'));
  const followed = story.log('follow=true');
  await story.live(5);
  expect(await followed).toBe('1\n2\n');
});

test('of a container that writes without end the newest lines are kept, whole', async () => {
  await using story = await PodStory.begin();
  await story.create(pod('seq 1 60000; sleep 1000'));
  await expect.poll(() => story.log('tailLines=1')).toBe('60000\n');
  const lines = (await story.log()).trimEnd().split('\n').map(Number);
  expect(lines.length).toBeLessThan(20_000);
  expect(lines).toEqual(Array.from({ length: lines.length }, (_, i) => 60_001 - lines.length + i));
});

test('a line that is too long is kept in parts, and read as one', async () => {
  await using story = await PodStory.begin();
  await story.create(pod('head -c 100000 /dev/zero | tr "\\\\0" x; echo'));
  await expect.poll(() => story.log()).toBe(`${'x'.repeat(100_000)}\n`);
});
