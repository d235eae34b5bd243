import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controller as statefulSets } from '../../../controllers/statefulset/index.ts';
import { readyPods } from '../../support/ready-pods.ts';
import { podNames, STATEFUL_SETS, statefulSet, statusOf } from '../../support/stateful-sets.ts';
import { key, PODS, podSpec, type Workloads, workloads } from '../../support/workloads.ts';

describe('pods without an owner', () => {
  let cluster: Workloads;

  beforeEach(async () => {
    cluster = await workloads([statefulSets, readyPods()]);
  });
  afterEach(() => cluster.stop());

  const pod = (name: string, labels: object = { app: 'web' }): Promise<unknown> =>
    cluster.client.create(PODS, { metadata: { ...key(name), labels: { ...labels } }, spec: podSpec() });
  const ownersOf = async (name: string): Promise<unknown> => (await cluster.get(PODS, name)).metadata.ownerReferences;

  async function createSet(spec: object = {}): Promise<void> {
    await cluster.client.create(STATEFUL_SETS, statefulSet('web', { replicas: 2, ...spec }));
    await cluster.settle();
  }

  test('are adopted when name and labels say that they are members, and get their identity', async () => {
    await pod('web-0');
    const { uid } = (await cluster.get(PODS, 'web-0')).metadata;
    await createSet({ updateStrategy: { type: 'OnDelete' } });
    const adopted = await cluster.get(PODS, 'web-0');
    expect(adopted.metadata).toMatchObject({
      uid,
      labels: { 'statefulset.kubernetes.io/pod-name': 'web-0', 'apps.kubernetes.io/pod-index': '0' },
      ownerReferences: [{ kind: 'StatefulSet', name: 'web', controller: true }],
    });
    expect(await cluster.events('web')).toContain('SuccessfulUpdate: Update Pod web-0 in StatefulSet web successful');
  });

  test('of no revision are replaced by an update as soon as they are adopted', async () => {
    await pod('web-0');
    const { uid } = (await cluster.get(PODS, 'web-0')).metadata;
    await createSet();
    expect((await cluster.get(PODS, 'web-0')).metadata.uid).not.toBe(uid);
    expect(await statusOf(cluster)).toMatchObject({ replicas: 2, updatedReplicas: 2 });
  });

  test.each([
    ['web-x', { app: 'web' }],
    ['other-0', { app: 'web' }],
    ['web-7', { app: 'other' }],
  ])('called %s with labels %j are left alone', async (name, labels) => {
    await pod(name, labels);
    await createSet();
    expect(await ownersOf(name)).toBeUndefined();
    expect(await podNames(cluster)).toEqual([name, 'web-0', 'web-1'].sort());
  });

  test('are released when labels stop matching; until they are gone their name is taken', async () => {
    await createSet();
    await cluster.client.patch(PODS, key('web-1'), 'merge', { metadata: { labels: { app: 'other' } } });
    await cluster.settle();
    expect(await ownersOf('web-1')).toBeUndefined();
    expect(await statusOf(cluster)).toMatchObject({ replicas: 1 });
    await cluster.client.patch(PODS, key('web-1'), 'merge', { metadata: { labels: { app: 'web' } } });
    await cluster.settle();
    expect(await ownersOf('web-1')).toMatchObject([{ kind: 'StatefulSet', name: 'web' }]);
    expect(await statusOf(cluster)).toMatchObject({ replicas: 2, readyReplicas: 2 });
  });

  test('that a set left behind are taken over by the next of that name', async () => {
    await createSet();
    const before = (await cluster.pods()).map(({ metadata }) => metadata.uid);
    await cluster.client.delete(STATEFUL_SETS, key('web'));
    for (const name of ['web-0', 'web-1'])
      await cluster.client.patch(PODS, key(name), 'merge', { metadata: { ownerReferences: null } });
    await createSet();
    expect((await cluster.pods()).map(({ metadata }) => metadata.uid)).toEqual(before);
    expect(await ownersOf('web-0')).toMatchObject([{ kind: 'StatefulSet', name: 'web' }]);
  });
});
