import { expect, test } from 'vitest';
import { PodStory } from '../support/pod-story.ts';

test.each([
  [
    'OutOfcpu',
    'containers: [{name: c, image: pause, resources: {requests: {cpu: 1k}}}]',
    "Node didn't have enough resource: cpu, requested: 1000000, used: 0, capacity: ",
  ],
  [
    'NodeAffinity',
    'nodeSelector: {disk: fast}, containers: [{name: c, image: pause}]',
    "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
  ],
  [
    'PodOSNotSupported',
    'os: {name: windows}, containers: [{name: c, image: pause}]',
    "Failed to admit pod as the OS field doesn't match node OS",
  ],
])('the kubelet of a node refuses a pod that nobody scheduled: %s', async (reason, spec, message) => {
  await using story = await PodStory.begin();
  await story.create(`{nodeName: node01, ${spec}}`);
  const { status } = await story.pod();
  expect(status).toMatchObject({
    phase: 'Failed',
    reason,
    message: expect.stringContaining(`Pod was rejected: ${message}`),
    startTime: '2026-01-01T00:00:00Z',
  });
  expect(await story.events()).toEqual([expect.stringContaining(`Warning ${reason} pod: ${message}`)]);
  await story.delete(0);
  expect(await story.isGone()).toBe(true);
});

test('one that fits runs, scheduled or not', async () => {
  await using story = await PodStory.begin();
  await story.create(
    '{nodeName: node01, nodeSelector: {kubernetes.io/os: linux}, containers: [{name: c, image: pause}]}',
  );
  expect(await story.shown()).toBe('1/1 Running');
});
