import { expect, test } from 'vitest';
import type { Node } from '../../../server/kube/types.gen.ts';
import { PodStory } from '../../support/pod-story.ts';

const SPEC = '{containers: [{name: c, image: shop}]}';

test('a kubelet says which generation it saw of a pod that was scheduled, and owns nothing else of that', async () => {
  await using story = await PodStory.begin();
  await story.create(SPEC);
  const { metadata, status } = await story.pod();
  expect(status.conditions?.at(-1)).toEqual({
    type: 'PodScheduled',
    status: 'True',
    observedGeneration: 1,
    lastProbeTime: null,
    lastTransitionTime: '2026-01-01T00:00:00Z',
  });
  const entries = metadata.managedFields as readonly { manager?: string; fieldsV1?: unknown }[] | undefined;
  const { fieldsV1 } = entries?.find(({ manager }) => manager === 'kubelet') ?? {};
  const conditions = (fieldsV1 as { 'f:status': { 'f:conditions': object } })['f:status']['f:conditions'];
  expect(new Map(Object.entries(conditions)).get('k:{"type":"PodScheduled"}')).toEqual({ 'f:observedGeneration': {} });
});

test('a new generation changes it, and not since when it holds', async () => {
  await using story = await PodStory.begin();
  await story.create(SPEC);
  await story.pass(60);
  const patch = { spec: { containers: [{ name: 'c', image: 'shop:2' }] } };
  await story.client.patch('v1/pods', { namespace: 'default', name: 'p' }, 'strategic', patch);
  await story.live(3);
  expect(await story.condition('PodScheduled')).toMatchObject({
    observedGeneration: 2,
    lastTransitionTime: '2026-01-01T00:00:00Z',
  });
});

test('of a pod that was created on its node nobody says that it was scheduled', async () => {
  await using story = await PodStory.begin();
  const [node] = await story.client.list<Node>('v1/nodes');
  await story.create(`{nodeName: ${node?.metadata.name}, containers: [{name: c, image: shop}]}`);
  expect(await story.shown()).toBe('1/1 Running');
  expect(await story.condition('PodScheduled')).toBeUndefined();
});

test.each(['strategic', 'json'] as const)('what others say by a %s patch costs no write', async (kind) => {
  await using story = await PodStory.begin();
  await story.create(SPEC);
  const gate = { type: 'example.com/gate', status: 'True' };
  const key = { namespace: 'default', name: 'p' };
  // The one puts it before the others, the other one behind them.
  const last = [{ op: 'add', path: '/status/conditions/-', value: gate }];
  const body = kind === 'json' ? last : { status: { conditions: [gate] } };
  const written = await story.client.patch('v1/pods', key, kind, body, 'status');
  await story.pass(60);
  expect((await story.pod()).metadata.resourceVersion).toBe(written.metadata.resourceVersion);
});
