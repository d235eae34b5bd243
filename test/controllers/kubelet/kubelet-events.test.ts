import { expect, test } from 'vitest';
import { PodStory } from '../../support/pod-story.ts';

test('kubelets tell of problems only, unless they are to tell all', async () => {
  await using story = await PodStory.begin({ kubeletEvents: 'problems' });
  await story.create('{containers: [{name: c, image: nginx}, {name: d, image: busybox, command: ["false"]}]}');
  const { uid } = (await story.pod()).metadata;
  expect(await story.events()).toEqual([
    `Warning BackOff spec.containers{d}: Back-off restarting failed container d in pod p_default(${uid})`,
  ]);
});
