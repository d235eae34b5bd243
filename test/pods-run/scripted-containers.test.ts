import { expect, test } from 'vitest';
import { parseImageFamily } from '../../controllers/kubelet/runtime/image-family.ts';
import { answerTo } from '../../server/kube/pod-script.ts';
import { PodStory } from '../support/pod-story.ts';

const pod = (annotations: string, spec: string): string =>
  `{apiVersion: v1, kind: Pod, metadata: {name: p, annotations: ${annotations}}, spec: ${spec}}`;
test('a pod writes what its annotation says, when it says so', async () => {
  await using story = await PodStory.begin();
  const logs = JSON.stringify([
    { text: 'starting' },
    { text: 'tick', everySeconds: 10, afterSeconds: 5, stream: 'stderr' },
    { text: 'never', container: 'other' },
  ]);
  await story.apply(pod(`{fauxkube.dev/logs: '${logs}'}`, '{containers: [{name: c, image: shop}]}'));
  await story.live(16);
  expect(await story.log()).toBe('starting\ntick\ntick\n');
});

test('a command that its annotation knows ends as it says, also as the program of a container', async () => {
  await using story = await PodStory.begin();
  const commands = JSON.stringify([{ command: 'migrate up', stderr: 'no such table\n', code: 3, afterSeconds: 2 }]);
  const spec = '{restartPolicy: Never, containers: [{name: c, image: shop, command: [/app/migrate, up]}]}';
  await story.apply(pod(`{fauxkube.dev/commands: '${commands}'}`, spec));
  expect(await story.shown()).toBe('1/1 Running');
  await story.live(2);
  expect((await story.container()).state.terminated).toMatchObject({ exitCode: 3 });
  expect(await story.log()).toBe('no such table\n');
});

test('an init container waits in a script for what a command answers', async () => {
  await using story = await PodStory.begin();
  const commands = JSON.stringify([{ command: 'mysqladmin ping **', code: 1 }]);
  const init = '{name: wait, image: mysql, command: [sh, -c, "until mysqladmin ping -h db; do sleep 1; done"]}';
  await story.apply(
    pod(`{fauxkube.dev/commands: '${commands}'}`, `{initContainers: [${init}], containers: [{name: c, image: shop}]}`),
  );
  await story.live(3);
  expect(await story.shown()).toBe('0/1 Init:0/1');
  story.cluster.scripts.setCommands({ name: 'p' }, [{ command: ['mysqladmin', '**'], code: 0 }]);
  await story.live(3);
  expect(await story.shown()).toBe('1/1 Running');
});

test('what cannot be understood is told of, and the pod runs', async () => {
  await using story = await PodStory.begin();
  await story.apply(pod('{fauxkube.dev/commands: "[{run: x}]"}', '{containers: [{name: c, image: shop}]}'));
  expect(await story.shown()).toBe('1/1 Running');
  expect(await story.events()).toContainEqual(
    expect.stringContaining('fauxkube.dev/commands: it[0] has no field "run"'),
  );
});

test('files about images say what commands answer and what their program writes', () => {
  const family = parseImageFamily(
    { images: ['mysql'], commands: [{ command: 'mysqladmin ping', stdout: 'alive' }], logs: [{ text: 'ready' }] },
    'mysql.yaml',
  );
  expect(family.commands).toEqual([{ command: ['mysqladmin', 'ping'], stdout: 'alive' }]);
  const wrong = (commands: unknown) => () => parseImageFamily({ images: ['a'], commands }, 'a.yaml');
  expect(wrong([{ stdout: 'x' }])).toThrow('a.yaml: commands: it has to be a list of {command, ');
});

test.each([
  ['mysqladmin ping', ['mysqladmin', 'ping'], true],
  ['mysqladmin ping', ['/usr/bin/mysqladmin', 'ping'], true],
  ['mysqladmin ping', ['mysqladmin', 'ping', '-h'], false],
  ['mysqladmin **', ['mysqladmin'], true],
  ['psql -c *select*', ['psql', '-c', 'select 1'], true],
  ['psql -c *select*', ['psql', '-c', 'drop'], false],
  ['a*b*c', ['abc'], true],
  ['a*b*b', ['ab'], false],
  ['/bin/x', ['x'], false],
  ['**', ['anything', 'at', 'all'], true],
])('%s against %j: %s', (pattern, words, fits) => {
  expect(answerTo([{ command: pattern.split(' ') }], 'c', words) !== undefined).toBe(fits);
});
