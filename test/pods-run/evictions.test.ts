import { expect, test } from 'vitest';
import { PodStory } from '../support/pod-story.ts';

const shell = (script: string, more = ''): string =>
  `{name: c, image: busybox, command: [sh, -c, ${JSON.stringify(script)}]${more}}`;
const spec = (container: string, sizeLimit: string, more = ''): string =>
  `{volumes: [{name: data, emptyDir: {${sizeLimit}}}], restartPolicy: Always${more}, containers: [${container}]}`;
const MOUNT = ', volumeMounts: [{name: data, mountPath: /data}]';
const fill = (kilobytes: number, path: string): string =>
  `dd if=/dev/zero of=${path} bs=1k count=${kilobytes} 2>/dev/null`;

test('a pod is evicted whose directory is larger than it may be, as soon as a kubelet would see it', async () => {
  await using story = await PodStory.begin();
  await story.create(spec(shell(`${fill(2048, '/data/f')}; exec sleep 600`, MOUNT), 'sizeLimit: 1Mi'));
  await story.live(9);
  expect(await story.shown()).toBe('1/1 Running');
  await story.live(6);
  const { status } = await story.pod();
  const message = 'Usage of EmptyDir volume "data" exceeds the limit "1Mi". ';
  expect(status).toMatchObject({ phase: 'Failed', reason: 'Evicted', message });
  expect(status.conditions?.map(({ type }) => type)).not.toContain('DisruptionTarget');
  expect((await story.container()).state.terminated).toMatchObject({ exitCode: 137, reason: 'Error' });
  expect(await story.events()).toContain(`Warning Evicted pod: ${message}`);
  await story.pass(600);
  expect((await story.container()).restartCount).toBe(0);
});

test('what is gone again before the kubelet looks is nothing', async () => {
  await using story = await PodStory.begin();
  const script = `${fill(2048, '/data/f')}; sleep 5; rm /data/f; sleep 600`;
  await story.create(spec(shell(script, MOUNT), 'sizeLimit: 1Mi'));
  await story.live(20);
  expect(await story.shown()).toBe('1/1 Running');
});

test('a directory in memory is full instead', async () => {
  await using story = await PodStory.begin();
  const script = `${fill(2048, '/data/f')} || exec sleep 600`;
  await story.create(spec(shell(script, MOUNT), 'medium: Memory, sizeLimit: 1Mi'));
  await story.live(20);
  expect(await story.shown()).toBe('1/1 Running');
});

const limit = (size: string): string => `, resources: {limits: {ephemeral-storage: ${size}}}`;

test.each([
  ['files', `${fill(2048, '/f')}; sleep 600`],
  ['directories', `${fill(2048, '/data/f')}; sleep 600`],
  ['logs', 'seq 300000; sleep 600'],
])('a pod is evicted whose containers keep more than they may: %s', async (_what, script) => {
  await using story = await PodStory.begin();
  await story.create(spec(shell(script, `${MOUNT}${limit('500Ki')}`), ''));
  await story.live(15);
  const message = 'Pod ephemeral local storage usage exceeds the total limit of containers 500Ki. ';
  expect((await story.pod()).status).toMatchObject({ phase: 'Failed', reason: 'Evicted', message });
});

test('a container has a limit of its own', async () => {
  await using story = await PodStory.begin();
  const other = `{name: d, image: busybox, command: [sleep, "600"]${limit('9Mi')}}`;
  const script = `${fill(2048, '/f')}; sleep 600`;
  await story.create(spec(`${shell(script, `${MOUNT}${limit('1Mi')}`)}, ${other}`, ''));
  await story.live(15);
  expect((await story.pod()).status.message).toBe('Container c exceeded its local ephemeral storage limit "1Mi". ');
});

test('a critical pod may take what it likes', async () => {
  await using story = await PodStory.begin();
  const script = `${fill(2048, '/data/f')}; sleep 600`;
  await story.create(spec(shell(script, MOUNT), 'sizeLimit: 1Mi', ', priorityClassName: system-node-critical'));
  await story.live(15);
  expect(await story.shown()).toBe('1/1 Running');
});
