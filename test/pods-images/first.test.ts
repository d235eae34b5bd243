import { expect, test } from 'vitest';
import { PodStory } from '../support/pod-story.ts';

test('x', async () => {
  await using story = await PodStory.begin();
  await story.create(`{containers: [{name: c, image: 'registry.k8s.io/e2e-test-images/agnhost:2.53', args: [netexec]}]}`);
  console.log(await story.shown(), await story.log());
  await story.delete(0);
  await story.create(`{containers: [{name: c, image: 'nginx', readinessProbe: {httpGet: {path: /, port: 80}}}]}`);
  console.log(await story.shown(), await story.log());
});
