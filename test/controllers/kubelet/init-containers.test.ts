import { expect, test } from 'vitest';
import { PodStory } from '../../support/pod-story.ts';

const init = (name: string, command: string, more = ''): string =>
  `{name: ${name}, image: busybox, command: [sh, -c, "${command}"]${more}}`;

test('init containers run one after another, and then the others', async () => {
  await using story = await PodStory.begin();
  await story.create(
    `{initContainers: [${init('a', 'sleep 5')}, ${init('b', 'sleep 5')}], containers: [{name: c, image: nginx}]}`,
  );
  expect(await story.shown()).toBe('0/1 Init:0/2');
  expect((await story.pod()).status.phase).toBe('Pending');
  expect(await story.condition('Initialized')).toMatchObject({
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: 'containers with incomplete status: [a b]',
  });
  expect((await story.container('c')).state).toEqual({ waiting: { reason: 'PodInitializing' } });
  await story.pass(5);
  expect(await story.shown()).toBe('0/1 Init:1/2');
  expect(await story.container('a')).toMatchObject({ ready: true, state: { terminated: { exitCode: 0 } } });
  await story.pass(5);
  expect(await story.shown()).toBe('1/1 Running');
  expect(await story.condition('Initialized')).toMatchObject({ status: 'True' });
});

test('a failed init container of a pod that restarts nothing fails the pod', async () => {
  await using story = await PodStory.begin();
  await story.create(
    `{restartPolicy: Never, initContainers: [${init('a', 'exit 2')}], containers: [{name: c, image: nginx}]}`,
  );
  expect(await story.shown()).toBe('0/1 Init:Error');
  expect((await story.pod()).status.phase).toBe('Failed');
  expect((await story.container('c')).state).toEqual({ waiting: { reason: 'PodInitializing' } });
});

test('otherwise it begins anew with a longer back-off each time, and nothing else begins', async () => {
  await using story = await PodStory.begin();
  await story.create(`{initContainers: [${init('a', 'exit 2')}], containers: [{name: c, image: nginx}]}`);
  expect(await story.shown()).toBe('0/1 Init:CrashLoopBackOff');
  expect(await story.container('a')).toMatchObject({ restartCount: 1, ready: false });
  await story.pass(10);
  expect(await story.container('a')).toMatchObject({ restartCount: 2 });
  expect((await story.pod()).status.phase).toBe('Pending');
});

test('sidecars begin in their order, each when the one before has started, and count as containers', async () => {
  await using story = await PodStory.begin();
  const probe = ', startupProbe: {exec: {command: ["true"]}, initialDelaySeconds: 5}';
  const proxy = init('proxy', 'sleep inf', `, restartPolicy: Always${probe}`);
  const containers = '[{name: c, image: busybox, command: [sleep, "20"]}]';
  const inits = `[${proxy}, ${init('b', 'sleep 5')}]`;
  const spec = `{restartPolicy: Never, initContainers: ${inits}, containers: ${containers}}`;
  await story.create(spec);
  expect(await story.shown()).toBe('0/2 Init:0/2');
  await story.pass(5);
  expect(await story.shown()).toBe('1/2 Init:1/2');
  await story.pass(5);
  expect(await story.shown()).toBe('2/2 Running');
});

test('sidecars begin anew beside the others, and end after them', async () => {
  await using story = await PodStory.begin();
  const proxy = init('proxy', 'sleep 6', ', restartPolicy: Always');
  const containers = '[{name: c, image: busybox, command: [sleep, "10"]}]';
  const spec = `{restartPolicy: Never, initContainers: [${proxy}], containers: ${containers}}`;
  await story.create(spec);
  await story.pass(6);
  await story.pass(0);
  expect(await story.container('proxy')).toMatchObject({ restartCount: 1, state: { running: {} } });
  await story.pass(4);
  await story.pass(1);
  expect(await story.container('proxy')).toMatchObject({ state: { terminated: { exitCode: 143 } } });
  expect((await story.pod()).status.phase).toBe('Succeeded');
  expect(await story.shown()).toBe('0/2 Completed');
});
