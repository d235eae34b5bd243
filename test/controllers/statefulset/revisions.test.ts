import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controller as statefulSets } from '../../../controllers/statefulset/index.ts';
import type { ControllerRevision } from '../../../server/kube/types.gen.ts';
import { readyPods } from '../../support/ready-pods.ts';
import { images, REVISIONS, revisionsOf, STATEFUL_SETS, statefulSet, statusOf } from '../../support/stateful-sets.ts';
import { key, newImage, PODS, type Workloads, workloads } from '../../support/workloads.ts';

describe('controller revisions of a stateful set', () => {
  let cluster: Workloads;

  beforeEach(async () => {
    cluster = await workloads([statefulSets, readyPods()]);
    await cluster.client.create(STATEFUL_SETS, statefulSet('web', { replicas: 1, revisionHistoryLimit: 2 }));
    await cluster.settle();
  });
  afterEach(() => cluster.stop());

  async function change(patch: object): Promise<void> {
    await cluster.client.patch(STATEFUL_SETS, key('web'), 'strategic', patch);
    await cluster.settle();
  }

  const numbers = async (): Promise<number[]> => (await revisionsOf(cluster)).map(({ revision }) => revision);
  const names = async (): Promise<(string | undefined)[]> =>
    (await revisionsOf(cluster)).map(({ metadata }) => metadata.name);

  test('hold a template each, and nothing but templates makes new ones', async () => {
    await change(newImage('nginx:2'));
    await change({ spec: { replicas: 2 }, metadata: { labels: { a: 'b' } } });
    expect((await revisionsOf(cluster)).map(({ data, revision }) => [revision, data])).toMatchObject([
      [1, { spec: { template: { $patch: 'replace', spec: { containers: [{ image: 'nginx:1' }] } } } }],
      [2, { spec: { template: { $patch: 'replace', spec: { containers: [{ image: 'nginx:2' }] } } } }],
    ]);
  });

  test('get the highest number when their template comes back', async () => {
    const [first] = await names();
    await change(newImage('nginx:2'));
    await change(newImage('nginx:1'));
    expect(await numbers()).toEqual([2, 3]);
    expect((await names())[1]).toBe(first);
    expect(await statusOf(cluster)).toMatchObject({ currentRevision: first, updateRevision: first });
    expect(await images(cluster)).toEqual(['web-0 nginx:1']);
  });

  test('are deleted when there are more than revisionHistoryLimit that no pod has', async () => {
    for (const tag of [2, 3, 4, 5]) await change(newImage(`nginx:${tag}`));
    expect(await numbers()).toEqual([3, 4, 5]);
    await change({ spec: { revisionHistoryLimit: 0 } });
    expect(await numbers()).toEqual([5]);
  });

  test('stay while a pod has them, whatever the limit', async () => {
    await change({
      spec: { replicas: 2, revisionHistoryLimit: 0, updateStrategy: { type: 'OnDelete', rollingUpdate: null } },
    });
    await change(newImage('nginx:2'));
    await cluster.client.delete(PODS, key('web-1'));
    for (const tag of [3, 4]) await change(newImage(`nginx:${tag}`));
    expect(await images(cluster)).toEqual(['web-0 nginx:1', 'web-1 nginx:2']);
    expect(await numbers()).toEqual([1, 2, 4]);
  });

  test('have another name when theirs is taken by other data', async () => {
    await change(newImage('nginx:2'));
    const [, taken] = await revisionsOf(cluster);
    await change(newImage('nginx:1'));
    await cluster.client.delete(REVISIONS, key(taken?.metadata.name ?? ''));
    await cluster.client.create(REVISIONS, { metadata: key(taken?.metadata.name ?? ''), data: { x: 1 }, revision: 1 });
    await change(newImage('nginx:2'));
    expect(await statusOf(cluster)).toMatchObject({ collisionCount: 1 });
    const { updateRevision } = await statusOf(cluster);
    expect(updateRevision).not.toBe(taken?.metadata.name);
    const made = await cluster.get<ControllerRevision>(REVISIONS, updateRevision ?? '');
    expect(made.data).toEqual(taken?.data);
    // The hash in the label is that of the count before.
    expect(made.metadata.labels).toEqual(taken?.metadata.labels);
  });

  test('are made anew when somebody deletes them, and no pod notices', async () => {
    const [first] = await names();
    const { uid } = (await cluster.get(PODS, 'web-0')).metadata;
    await cluster.client.delete(REVISIONS, key(first ?? ''));
    await cluster.settle();
    expect(await names()).toEqual([first]);
    expect((await cluster.get(PODS, 'web-0')).metadata.uid).toBe(uid);
  });

  test('without an owner are adopted by the set that selects them', async () => {
    const [first] = await names();
    await cluster.client.patch(REVISIONS, key(first ?? ''), 'merge', { metadata: { ownerReferences: null } });
    await cluster.settle();
    const [adopted] = await revisionsOf(cluster);
    expect(adopted?.metadata.ownerReferences).toMatchObject([{ kind: 'StatefulSet', name: 'web', controller: true }]);
  });

  test('of an older server that say the same in other words are as good as new ones', async () => {
    const [first] = await revisionsOf(cluster);
    const text = JSON.stringify(first?.data).replaceAll('"web"', '"old"');
    const data: unknown = JSON.parse(text.replace('"metadata":{', '"metadata":{"creationTimestamp":null,'));
    const metadata = { ...key('old-older'), labels: { app: 'old' } };
    await cluster.client.create(REVISIONS, { metadata, data, revision: 7 });
    await cluster.client.create(STATEFUL_SETS, statefulSet('old', { replicas: 1 }));
    await cluster.settle();
    expect(await statusOf(cluster, 'old')).toMatchObject({ updateRevision: 'old-older', updatedReplicas: 1 });
    expect(await numbers()).toEqual([1, 7]);
  });
});
