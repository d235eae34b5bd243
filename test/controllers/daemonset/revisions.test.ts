import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controllerRefOf } from '../../../controllers/lib/adopt.ts';
import { thaw } from '../../../server/base/freeze.ts';
import type { ControllerRevision } from '../../../server/kube/types.gen.ts';
import { DAEMON_SETS, type DaemonCluster, daemonCluster, daemonSet, REVISIONS } from '../../support/daemon-sets.ts';
import { key, newImage, PODS } from '../../support/workloads.ts';

const HASH = 'controller-revision-hash';

describe('the revisions of a daemon set', () => {
  let cluster: DaemonCluster;

  beforeEach(async () => {
    cluster = await daemonCluster(['one', 'two']);
    await cluster.client.create(DAEMON_SETS, daemonSet('web', { revisionHistoryLimit: 2 }));
    await cluster.settle();
  });
  afterEach(() => cluster.stop());

  const imageOf = ({ data }: { readonly data: unknown }): string =>
    (data as { spec: { template: { spec: { containers: { image: string }[] } } } }).spec.template.spec.containers[0]
      ?.image ?? '';
  const images = async (): Promise<string[]> =>
    (await cluster.revisions()).map((revision) => `${revision.revision} ${imageOf(revision)}`);

  test('hold one template each, and are numbered', async () => {
    await cluster.change(newImage('nginx:2'));
    expect(await images()).toEqual(['1 nginx:1', '2 nginx:2']);
    const [first] = await cluster.revisions();
    const { uid } = (await cluster.set()).metadata;
    expect(first?.metadata).toMatchObject({
      name: `web-${first?.metadata.labels?.[HASH]}`,
      labels: { app: 'web' },
      annotations: { 'deprecated.daemonset.template.generation': '1' },
      ownerReferences: [{ kind: 'DaemonSet', name: 'web', uid, controller: true }],
    });
  });

  test('become the newest again when their template comes back', async () => {
    await cluster.change(newImage('nginx:2'));
    await cluster.change(newImage('nginx:1'));
    expect(await images()).toEqual(['2 nginx:2', '3 nginx:1']);
    expect(await cluster.placed()).toEqual(['one nginx:1', 'two nginx:1']);
  });

  test('are not made by changes that do not concern the template', async () => {
    await cluster.change({ spec: { minReadySeconds: 0, updateStrategy: { type: 'OnDelete' } } });
    expect(await images()).toEqual(['1 nginx:1']);
  });

  test('are kept up to the limit, and while pods are of them', async () => {
    for (const version of [2, 3, 4, 5]) await cluster.change(newImage(`nginx:${version}`));
    expect(await images()).toEqual(['3 nginx:3', '4 nginx:4', '5 nginx:5']);
    await cluster.change({ spec: { updateStrategy: { type: 'OnDelete', rollingUpdate: null } } });
    for (const version of [6, 7, 8, 9]) await cluster.change(newImage(`nginx:${version}`));
    expect(await images()).toEqual(['5 nginx:5', '8 nginx:8', '9 nginx:9']);
  });

  test('that somebody else made are looked at when the set is looked at next', async () => {
    const [first] = await cluster.revisions();
    const { labels, ownerReferences } = first?.metadata ?? {};
    const metadata = { ...key('web-other'), labels, ownerReferences };
    await cluster.client.create(REVISIONS, { metadata, data: first?.data, revision: 2 } as never);
    await cluster.settle();
    expect(await images()).toEqual(['1 nginx:1', '2 nginx:1']);
    await cluster.change({ metadata: { labels: { touched: 'yes' } } });
    expect(await images()).toEqual(['2 nginx:1']);
    await cluster.client.delete(REVISIONS, key('web-other'));
    await cluster.settle();
    expect(await images()).toEqual(['1 nginx:1']);
  });

  test('are taken over from a set that is gone', async () => {
    const [first] = await cluster.revisions();
    await cluster.client.delete(DAEMON_SETS, key('web'));
    await cluster.client.patch(REVISIONS, key(first?.metadata.name ?? ''), 'merge', {
      metadata: { ownerReferences: null },
    });
    const again = await cluster.client.create(DAEMON_SETS, daemonSet('web'));
    await cluster.settle();
    const revisions = await cluster.revisions();
    expect(revisions.map(({ metadata }) => metadata.uid)).toEqual([first?.metadata.uid]);
    expect(controllerRefOf(revisions[0] ?? { metadata: {} })?.uid).toBe(again.metadata.uid);
  });

  test('give another name to a template whose hash is taken', async () => {
    const [first] = await cluster.revisions();
    const { name = '' } = first?.metadata ?? {};
    await cluster.client.delete(DAEMON_SETS, key('web'));
    await cluster.client.delete(REVISIONS, key(name));
    const taken = { metadata: key(name), data: { other: 'data' }, revision: 1 };
    await cluster.client.create(REVISIONS, taken as never);
    await cluster.client.create(DAEMON_SETS, daemonSet('web'));
    await cluster.settle();
    expect((await cluster.set()).status).toMatchObject({ collisionCount: 1, numberAvailable: 2 });
    const names = (await cluster.revisions()).map(({ metadata }) => metadata.name);
    expect(names).toHaveLength(2);
    const { uid } = (await cluster.set()).metadata;
    const own = (await cluster.pods()).filter((pod) => controllerRefOf(pod)?.uid === uid);
    const hash = names.find((each) => each !== name)?.slice('web-'.length);
    expect(own.map(({ metadata }) => metadata.labels?.[HASH])).toEqual([hash, hash]);
  });

  test('are used as they are when somebody else has the right one already', async () => {
    const [first] = await cluster.revisions();
    const podKeys = (await cluster.pods()).map(({ metadata }) => key(metadata.name ?? ''));
    await cluster.client.delete(DAEMON_SETS, key('web'));
    const other = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'other', uid: 'u', controller: true };
    const revisionKey = key(first?.metadata.name ?? '');
    await cluster.client.patch(REVISIONS, revisionKey, 'merge', { metadata: { ownerReferences: [other] } });
    for (const podKey of podKeys) await cluster.client.delete(PODS, podKey);
    await cluster.client.create(DAEMON_SETS, daemonSet('web'));
    await cluster.settle();
    expect((await cluster.set()).status).not.toHaveProperty('collisionCount');
    expect((await cluster.revisions()).map(({ metadata }) => metadata.uid)).toEqual([first?.metadata.uid]);
    expect(await cluster.placed()).toEqual(['one nginx:1', 'two nginx:1']);
  });

  test('of the same template become one, whose pods all are', async () => {
    const [first] = await cluster.revisions();
    const { name, namespace, labels, ownerReferences } = thaw<ControllerRevision>(first as ControllerRevision).metadata;
    const copy = { name: `${name}-copy`, namespace, ownerReferences, labels: { ...labels, [HASH]: 'copy' } };
    await cluster.client.create(REVISIONS, { metadata: copy, data: first?.data, revision: 7 } as never);
    await cluster.change({ metadata: { labels: { touched: 'yes' } } });
    expect((await cluster.revisions()).map(({ metadata }) => metadata.name)).toEqual([copy.name]);
    const pods = await cluster.pods();
    expect(pods.map(({ metadata }) => metadata.labels?.[HASH])).toEqual(['copy', 'copy']);
  });

  test('without a hash go by their name', async () => {
    const [first] = await cluster.revisions();
    const { name = '' } = first?.metadata ?? {};
    await cluster.client.patch(REVISIONS, key(name), 'merge', { metadata: { labels: { [HASH]: null } } });
    await cluster.settle();
    expect((await cluster.revisions()).map(({ metadata }) => metadata.labels?.[HASH])).toEqual([name]);
  });
});
