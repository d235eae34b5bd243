import { expect, test } from 'vitest';
import { PodStory } from '../support/pod-story.ts';

const pod = (image: string, script: string): string =>
  `{restartPolicy: Never, volumes: [{name: v, image: {reference: "${image}"}}], containers: [{name: c, ` +
  `image: busybox, command: [sh, -c, ${JSON.stringify(script)}], volumeMounts: [{name: v, mountPath: /v}]}]}`;

test('the files of an image can be mounted, but not written to', async () => {
  await using story = await PodStory.begin();
  await story.create(pod('registry.k8s.io/e2e-test-images/kitten:1.8', 'cat /v/data.json; ls /v/bin/sh; touch /v/x'));
  expect(await story.log()).toBe('{"image": "kitten.jpg"}\n/v/bin/sh\ntouch: /v/x: Read-only file system\n');
  expect(await story.events()).toContainEqual(expect.stringMatching(/Pulled pod: .*kitten:1.8/));
});

test('of an image that nobody knows nothing is there', async () => {
  await using story = await PodStory.begin();
  await story.create(pod('example.com/models:1', 'ls -A /v; echo end'));
  expect(await story.log()).toBe('end\n');
});

test('a container waits for an image that it mounts', async () => {
  await using story = await PodStory.begin();
  await story.create(pod('nosuch.invalid/x', 'true'));
  expect(await story.shown()).toMatch(/^0\/1 (?:ErrImagePull|ImagePullBackOff)/);
  expect(await story.events()).toContainEqual(
    expect.stringContaining('Failed pod: Failed to pull image "nosuch.invalid/x"'),
  );
});
