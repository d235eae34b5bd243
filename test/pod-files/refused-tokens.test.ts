import { expect, test } from 'vitest';
import { PodStory } from '../support/pod-story.ts';

const account = (story: PodStory): Promise<void> =>
  story.apply('{apiVersion: v1, kind: ServiceAccount, metadata: {name: robot}}');

const SPEC =
  '{serviceAccountName: robot, automountServiceAccountToken: false, volumes: [{name: t, projected: {sources: ' +
  '[{serviceAccountToken: {path: token, expirationSeconds: 3600}}]}}], containers: [{name: c, image: busybox, ' +
  'command: [sh, -c, "wc -c < /t/token; sleep 9999"], volumeMounts: [{name: t, mountPath: /t}]}]}';

/** A pod whose account is gone before its node comes back. */
async function withoutAccount(): Promise<PodStory> {
  const story = await PodStory.begin();
  await account(story);
  await story.cluster.setController('kubelet', false);
  await story.create(SPEC);
  await story.client.delete('v1/serviceaccounts', { namespace: 'default', name: 'robot' });
  await story.cluster.setController('kubelet', true);
  await story.cluster.settle();
  return story;
}

const MESSAGE =
  'Warning FailedMount pod: MountVolume.SetUp failed for volume "t" : failed to fetch token: ' +
  'serviceaccounts "robot" not found';

test('a pod whose token is refused waits, and is tried again later each time', async () => {
  await using story = await withoutAccount();
  expect(await story.shown()).toBe('0/1 ContainerCreating');
  expect((await story.pod()).status.podIP).toBeUndefined();
  await story.live(3);
  expect(await story.events()).toEqual([MESSAGE]);
  await account(story);
  await story.live(1);
  expect(await story.shown()).toBe('1/1 Running');
  expect(Number(await story.log())).toBeGreaterThan(100);
});
