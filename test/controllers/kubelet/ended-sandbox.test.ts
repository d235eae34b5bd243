import { expect, test } from 'vitest';
import type { Frozen } from '../../../server/base/freeze.ts';
import type { Pod } from '../../../server/kube/types.gen.ts';
import { PodStory } from '../../support/pod-story.ts';

const GONE = {
  status: 'False',
  reason: 'PodSandboxNotReady',
  message: 'pod sandbox is not ready',
  observedGeneration: 1,
};
const shell = (script: string, more = ''): string =>
  `{restartPolicy: Never${more}, containers: [` +
  `{name: c, image: busybox, command: [sh, -c, ${JSON.stringify(script)}]}]}`;

test.each([
  ['ended as soon as it began', 'Succeeded', shell('exit 0'), 0],
  ['failed as soon as it began', 'Failed', shell('exit 3'), 0],
  ['ran a script', 'Succeeded', shell('echo hi'), 0],
  ['worked for a while', 'Succeeded', shell('sleep 5'), 6],
  ['was active for too long', 'Failed', shell('sleep 60', ', activeDeadlineSeconds: 5'), 8],
  [
    'has an init container that failed beside a sidecar',
    'Failed',
    `{restartPolicy: Never, initContainers: [
      {name: s, image: nginx, restartPolicy: Always}, {name: i, image: busybox, command: ["false"]}
    ], containers: [{name: c, image: nginx}]}`,
    8,
  ],
])('a pod that %s has no sandbox any more: %s', async (_what, phase, spec, seconds) => {
  await using story = await PodStory.begin();
  await story.create(spec);
  await story.live(seconds);
  const { status } = await story.pod();
  expect(status.phase).toBe(phase);
  expect(status.conditions?.find(({ type }) => type === 'PodReadyToStartContainers')).toMatchObject(GONE);
  const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  expect(all.filter(({ state }) => state.running)).toEqual([]);
});

test('a pod that never had a sandbox has none when its deadline ends it', async () => {
  await using story = await PodStory.begin();
  const volume = '{name: v, configMap: {name: missing}}';
  await story.create(`{activeDeadlineSeconds: 5, volumes: [${volume}], containers: [{name: c, image: busybox}]}`);
  await story.live(6);
  expect((await story.pod()).status.phase).toBe('Failed');
  expect(await story.condition('PodReadyToStartContainers')).toMatchObject({
    status: 'False',
    message: 'no pod sandbox exists',
  });
});

test('one write carries the end of a pod and that of its sandbox', async () => {
  await using story = await PodStory.begin();
  const told: Frozen<Pod>[] = [];
  const pods = { resource: 'v1/pods', namespace: 'default' };
  const transport = story.cluster.transport();
  const { resourceVersion } = await transport.list(pods);
  transport.watch(
    { ...pods, resourceVersion },
    { event: (_type, object) => void told.push(object as Frozen<Pod>), end: () => undefined },
  );
  await story.create(shell('sleep 5'));
  await story.live(6);
  const sandboxes = told.map(({ status }) => [
    status.phase,
    status.conditions?.find(({ type }) => type === 'PodReadyToStartContainers')?.status,
  ]);
  expect(sandboxes.slice(-2)).toEqual([
    ['Running', 'True'],
    ['Succeeded', 'False'],
  ]);
});

test('a pod is not over while containers run that its deadline ends', async () => {
  await using story = await PodStory.begin();
  await story.create(
    `{activeDeadlineSeconds: 5, terminationGracePeriodSeconds: 10, containers: [{name: c, image: busybox,
      command: [sh, -c, "trap 'sleep 4; exit 0' TERM; sleep 600 & wait"]}]}`,
  );
  await story.live(6);
  const { status } = await story.pod();
  expect(status).toMatchObject({ phase: 'Running', containerStatuses: [{ state: { running: {} } }] });
  expect(status.reason).toBeUndefined();
  const stated = status.conditions?.map(({ type, status: state, reason }) => [type, state, reason]);
  expect(stated).toContainEqual(['Ready', 'False', 'PodFailed']);
  expect(stated).toContainEqual(['PodReadyToStartContainers', 'True', undefined]);
  await story.live(6);
  expect((await story.pod()).status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' });
});
