import { expect, test } from 'vitest';
import { nextTurn } from '../../../server/base/turn.ts';
import { PodStory } from '../../support/pod-story.ts';

/** More than it takes from a pod's creation until it runs. */
const TURNS = 16;

test('a pod that is deleted at any moment of its start ends in its grace period', async () => {
  await using story = await PodStory.begin();
  const { client, cluster } = story;
  for (let turns = 0; turns < TURNS; turns++) {
    const name = `p${turns}`;
    const spec = { terminationGracePeriodSeconds: 5, containers: [{ name: 'c', image: 'shop' }] };
    await client.create('v1/pods', { metadata: { name, namespace: 'default' }, spec });
    for (let turn = 0; turn < turns; turn++) await nextTurn();
    await client.delete('v1/pods', { namespace: 'default', name }, {});
    await cluster.settle();
  }
  await story.pass(6);
  expect((await client.list('v1/pods', 'default')).map(({ metadata }) => metadata.name)).toEqual([]);
});
