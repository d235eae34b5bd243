import { expect, test } from 'vitest';
import { PodStory } from '../support/pod-story.ts';

const NEVER = 'restartPolicy: Never, containers: [{name: c, image: busybox';

test.each(['busybox', 'alpine:3', 'hello-world', 'acme/shop'])('%s without a command goes on', async (image) => {
  await using story = await PodStory.begin();
  await story.create(`{restartPolicy: Never, containers: [{name: c, image: ${image}}]}`);
  await story.live(60);
  expect(await story.shown()).toBe('1/1 Running');
});

test('in a Job it is done at once', async () => {
  await using story = await PodStory.begin();
  const spec = `{template: {spec: {${NEVER}}]}}}`;
  await story.apply(`{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: ${spec}}`);
  const { status } = await story.client.get('batch/v1/jobs', { namespace: 'default', name: 'j' });
  expect(status).toMatchObject({ succeeded: 1 });
});

test.each([
  ['as a shell that reads the end of its input', `{${NEVER}, command: [sh]}]}`, undefined],
  ['by the annotation', `{${NEVER}}]}`, 'exit@0s'],
])('it ends %s when that is said', async (_, spec, behaviour) => {
  await using story = await PodStory.begin();
  await story.create(spec, behaviour);
  expect((await story.pod()).status.phase).toBe('Succeeded');
});
