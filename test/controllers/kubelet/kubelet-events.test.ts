import { expect, test } from 'vitest';
import type { Event } from '../../../server/kube/types.gen.ts';
import type { StartOptions } from '../../../server/start-options.ts';
import { PodStory } from '../../support/pod-story.ts';

test('kubelets tell of problems only, unless they are to tell all', async () => {
  await using story = await PodStory.begin({ kubeletEvents: 'problems' });
  await story.create('{containers: [{name: c, image: nginx}, {name: d, image: busybox, command: ["false"]}]}');
  const { uid } = (await story.pod()).metadata;
  expect(await story.events()).toEqual([
    `Warning BackOff spec.containers{d}: Back-off restarting failed container d in pod p_default(${uid})`,
  ]);
});

/** What kubelets told of the node, in its order. */
async function ofNode(story: PodStory): Promise<string[]> {
  await story.cluster.settle();
  const events = await story.client.list<Event>('v1/events', 'default');
  return events
    .filter(({ source, involvedObject: { kind } }) => source.component === 'kubelet' && kind === 'Node')
    .toSorted((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
    .map(({ type, message, source }) => `${type} ${source.host}: ${message}`);
}

async function cordon(story: PodStory, unschedulable: boolean): Promise<void> {
  await story.client.patch('v1/nodes', { namespace: '', name: 'node01' }, 'merge', { spec: { unschedulable } });
  await story.cluster.settle();
}

const KUBELET_EVENTS: readonly NonNullable<StartOptions['kubeletEvents']>[] = ['all', 'problems'];

test.each(KUBELET_EVENTS)(
  'of their nodes kubelets tell with %s what becomes of them, or nothing',
  async (kubeletEvents) => {
    await using story = await PodStory.begin({ kubeletEvents });
    await cordon(story, true);
    await cordon(story, false);
    const status = (reason: string): string => `Normal node01: Node node01 status is now: ${reason}`;
    const all = [
      'Normal node01: Starting kubelet.',
      ...['NodeHasSufficientMemory', 'NodeHasNoDiskPressure', 'NodeHasSufficientPID', 'NodeReady'].map(status),
      ...['NodeNotSchedulable', 'NodeSchedulable'].map(status),
    ];
    expect(await ofNode(story)).toEqual(kubeletEvents === 'all' ? all : []);
  },
);
