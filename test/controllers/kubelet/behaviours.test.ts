import { expect, test } from 'vitest';
import { parsePresets } from '../../../controllers/kubelet/runtime/preset.ts';
import type { Event } from '../../../server/kube/types.gen.ts';
import { PodStory } from '../../support/pod-story.ts';

const SPEC = '{containers: [{name: c, image: shop}]}';

test('crashloop@3 ends three times, and then runs on', async () => {
  await using story = await PodStory.begin();
  await story.create(SPEC, 'crashloop@3');
  expect(await story.shown()).toMatch(/^0\/1 CrashLoopBackOff/);
  await story.pass(10);
  await story.pass(20);
  expect(await story.container()).toMatchObject({ restartCount: 3, ready: true });
  await story.pass(3600);
  expect(await story.container()).toMatchObject({ restartCount: 3 });
});

test('oom@30s runs out of memory after thirty seconds', async () => {
  await using story = await PodStory.begin();
  await story.create('{restartPolicy: Never, containers: [{name: c, image: shop}]}', 'oom@30s');
  await story.pass(29);
  expect(await story.shown()).toBe('1/1 Running');
  await story.pass(1);
  expect(await story.shown()).toBe('0/1 OOMKilled');
  expect((await story.container()).state.terminated).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
});

test('exit@10s:3 ends with its code', async () => {
  await using story = await PodStory.begin();
  await story.create('{restartPolicy: Never, containers: [{name: c, image: shop}]}', 'exit@10s:3');
  await story.pass(10);
  expect((await story.container()).state.terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
});

test('imagepull finds no image, imagepull@1 only once', async () => {
  await using story = await PodStory.begin();
  await story.create(SPEC, 'imagepull@1');
  expect(await story.shown()).toBe('0/1 ImagePullBackOff');
  await story.pass(10);
  expect(await story.shown()).toBe('1/1 Running');
});

test('slow-ready@5s is ready after five seconds, not-ready never, pending has nothing that runs', async () => {
  await using story = await PodStory.begin();
  await story.create('{containers: [{name: c, image: shop}, {name: d, image: shop}]}', 'slow-ready@5s, d=not-ready');
  expect(await story.shown()).toBe('0/2 Running');
  await story.pass(5);
  expect(await story.shown()).toBe('1/2 Running');
  await story.delete(0);
  await story.create(SPEC, 'pending@20s');
  expect(await story.shown()).toBe('0/1 ContainerCreating');
  await story.pass(20);
  expect(await story.shown()).toBe('1/1 Running');
});

test('what is no behaviour is told of, and the pod runs', async () => {
  await using story = await PodStory.begin();
  await story.create(SPEC, 'explode');
  expect(await story.shown()).toBe('1/1 Running');
  expect(await story.events()).toContainEqual(
    expect.stringMatching(/^Warning InvalidBehaviour pod: "explode" is no behaviour: there are crashloop, oom,/),
  );
});

test('every wish that cannot be obeyed is told of, and those of containers that are not there', async () => {
  await using story = await PodStory.begin();
  await story.create(SPEC, 'explode@2s, c=slow-redy@x, node-lost');
  const invalid = async (): Promise<string[]> =>
    (await story.events()).filter((text) => text.startsWith('Warning InvalidBehaviour pod: '));
  const [told = ''] = await invalid();
  expect(told).toMatch(
    /: "explode@2s" is no behaviour: there are crashloop, [^;]+, slow-stop; "c=slow-redy@x" is no behaviour; did/,
  );
  expect(told).toMatch(/; "node-lost" is no behaviour: it is one of nodes, not of pods$/);
  const annotations = { 'fauxkube.dev/behaviour': 'nope=crashloop', 'fauxkube.dev/logs': '[{text: a, container: d}]' };
  await story.client.patch('v1/pods', { namespace: 'default', name: 'p' }, 'merge', { metadata: { annotations } });
  await story.cluster.settle();
  expect((await invalid()).slice(1)).toEqual([
    'Warning InvalidBehaviour pod: fauxkube.dev/behaviour: the pod has no container "nope"; there is c; ' +
      'fauxkube.dev/logs: the pod has no container "d"; there is c',
  ]);
});

test.each(['node-lots', 'crashloop, node-lost@5s'])(
  'a node that wishes %s is told that there is no such',
  async (wish) => {
    await using story = await PodStory.begin({ nodes: 0 });
    await story.apply(
      `{apiVersion: v1, kind: Node, metadata: {name: big, annotations: {fauxkube.dev/behaviour: "${wish}"}}}`,
    );
    const events = await story.client.list<Event>('v1/events', 'default');
    expect(events.filter(({ reason }) => reason === 'InvalidBehaviour')).toMatchObject([
      {
        type: 'Warning',
        involvedObject: { kind: 'Node', name: 'big' },
        message: expect.stringMatching(/there is only node-lost$/),
      },
    ]);
  },
);

test.each([
  ['oom@30s', [{ name: 'oom', afterMs: 30_000 }]],
  ['crashloop@1m30s:7', [{ name: 'crashloop', afterMs: 90_000, exitCode: 7 }]],
  ['proxy=exit, run', [{ name: 'exit', container: 'proxy' }, { name: 'run' }]],
])('%s is understood', (text, presets) => {
  expect(parsePresets(text)).toEqual(presets);
});

test.each(['', 'oom@3', 'oom:1', 'exit@soon', 'exit:256', 'crashloop@', '=run', 'constructor'])('%j is not', (text) => {
  expect(parsePresets(text)).toBeTypeOf('string');
});
