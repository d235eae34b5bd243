import { expect, test } from 'vitest';
import { PodStory } from '../support/pod-story.ts';

const script = (text: string, more = ''): string =>
  `{restartPolicy: Never, containers: [{name: c, image: busybox, command: [sh, -c, '${text}']${more}}]}`;

test('a container runs its command, which decides about the pod', async () => {
  await using story = await PodStory.begin();
  await story.create(script('echo hi; test -d /etc && exit 3'));
  expect((await story.pod()).status.phase).toBe('Failed');
  expect((await story.container()).state.terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
  expect(await story.log()).toBe('hi\n');
});

test('what ends well has succeeded', async () => {
  await using story = await PodStory.begin();
  await story.create(script('x=4; [ $((x * 10 + 2)) = 42 ]'));
  expect((await story.pod()).status.phase).toBe('Succeeded');
});

test('commands sleep by the clock of the cluster', async () => {
  await using story = await PodStory.begin();
  await story.create(script('for i in 1 2 3; do sleep 10; echo $i; done'));
  await story.live(29);
  expect(await story.shown()).toBe('1/1 Running');
  expect(await story.log()).toBe('1\n2\n');
  await story.live(1);
  expect((await story.pod()).status.phase).toBe('Succeeded');
  expect((await story.container()).state.terminated).toMatchObject({ finishedAt: '2026-01-01T00:00:30Z' });
});

test('a container that fails begins anew with files of its own, later each time', async () => {
  await using story = await PodStory.begin();
  const command = 'test -e /seen && echo again; touch /seen; echo run; exit 1';
  await story.create(`{containers: [{name: c, image: busybox, command: [sh, -c, '${command}']}]}`);
  expect(await story.shown()).toMatch(/^0\/1 CrashLoopBackOff/);
  await story.live(10);
  expect(await story.container()).toMatchObject({ restartCount: 2, lastState: { terminated: { exitCode: 1 } } });
  expect(await story.log()).toBe('run\n');
});

test('a job fails as its command does', async () => {
  await using story = await PodStory.begin();
  const template = `{spec: ${script('echo at work; ls /nothing')}}`;
  const spec = `{backoffLimit: 0, template: ${template}}`;
  await story.apply(`{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: ${spec}}`);
  const { status } = await story.client.get('batch/v1/jobs', { namespace: 'default', name: 'j' });
  expect(status).toMatchObject({ failed: 1 });
});

test('it tells why it ended, in a file or by its last lines', async () => {
  await using story = await PodStory.begin();
  await story.create(script('echo reason > /dev/termination-log; exit 1'));
  expect((await story.container()).state.terminated?.message).toBe('reason\n');
  await story.delete(0);
  await story.create(script('echo reason > /why', ', terminationMessagePath: /why'));
  expect((await story.container()).state.terminated?.message).toBe('reason\n');
  await story.delete(0);
  await story.create(script('echo last words; exit 1', ', terminationMessagePolicy: FallbackToLogsOnError'));
  expect((await story.container()).state.terminated?.message).toBe('last words\n');
});

test('a resource of the machine is that of the container', async () => {
  await using story = await PodStory.begin();
  const more = ', resources: {limits: {memory: 64Mi}}, securityContext: {runAsUser: 1000}, workingDir: /srv';
  await story.create(script('grep MemTotal /proc/meminfo; id -u; pwd; hostname', more));
  expect(await story.log()).toBe(`${'MemTotal:'.padEnd(16)}   65536 kB\n1000\n/srv\np\n`);
});
