import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controller as garbageCollector } from '../../../controllers/garbage-collector/index.ts';
import { controller as statefulSets } from '../../../controllers/statefulset/index.ts';
import { readyPods } from '../../support/ready-pods.ts';
import { CLAIMS, claimOwners, dataClaim, podNames, STATEFUL_SETS, statefulSet } from '../../support/stateful-sets.ts';
import { key, type Workloads, workloads } from '../../support/workloads.ts';

type Policy = 'Retain' | 'Delete';

describe('persistentVolumeClaimRetentionPolicy', () => {
  let cluster: Workloads;

  beforeEach(async () => {
    cluster = await workloads([statefulSets, garbageCollector, readyPods()]);
  });
  afterEach(() => cluster.stop());

  const retention = (whenDeleted: Policy, whenScaled: Policy): object => ({
    persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled },
  });

  async function start(whenDeleted: Policy, whenScaled: Policy): Promise<void> {
    const spec = { replicas: 2, volumeClaimTemplates: [dataClaim()], ...retention(whenDeleted, whenScaled) };
    await cluster.client.create(STATEFUL_SETS, statefulSet('web', spec));
    await cluster.settle();
  }

  async function change(spec: object): Promise<void> {
    await cluster.client.patch(STATEFUL_SETS, key('web'), 'merge', { spec });
    await cluster.settle();
  }

  /** Nothing protects claims here: what somebody owns goes with them. */
  const removeFinalizer = (name: string): Promise<unknown> =>
    cluster.client.patch(CLAIMS, key(name), 'merge', { metadata: { finalizers: null } });

  test.each([
    ['Retain', 'Retain', ''],
    ['Retain', 'Delete', ''],
    ['Delete', 'Retain', 'StatefulSet web'],
    ['Delete', 'Delete', 'StatefulSet web'],
  ] as const)('whenDeleted: %s, whenScaled: %s: claims of wanted pods belong to "%s"', async (...parts) => {
    const [whenDeleted, whenScaled, owner] = parts;
    await start(whenDeleted, whenScaled);
    expect(await claimOwners(cluster)).toEqual([`data-web-0: ${owner}`, `data-web-1: ${owner}`]);
  });

  test('whenScaled: Delete hands claims to the pods that go, and they go too', async () => {
    await start('Delete', 'Delete');
    await removeFinalizer('data-web-1');
    await change({ replicas: 1 });
    expect(await claimOwners(cluster)).toEqual(['data-web-0: StatefulSet web']);
  });

  test('a new pod waits until the claim of the one before is gone', async () => {
    await start('Retain', 'Delete');
    await cluster.client.patch(CLAIMS, key('data-web-1'), 'merge', { metadata: { finalizers: ['example.com/hold'] } });
    await change({ replicas: 1 });
    await change({ replicas: 2 });
    expect(await podNames(cluster)).toEqual(['web-0']);
    expect(await claimOwners(cluster)).toEqual(['data-web-0: ', 'data-web-1: Pod web-1']);
    expect((await cluster.events('web')).filter((event) => event.startsWith('Failed'))).toEqual([]);
    await removeFinalizer('data-web-1');
    await cluster.settle();
    expect(await podNames(cluster)).toEqual(['web-0', 'web-1']);
    expect(await claimOwners(cluster)).toEqual(['data-web-0: ', 'data-web-1: ']);
  });

  test('another policy gives claims other owners, and the set tells of it', async () => {
    await start('Retain', 'Retain');
    await change(retention('Delete', 'Retain'));
    expect(await claimOwners(cluster)).toEqual(['data-web-0: StatefulSet web', 'data-web-1: StatefulSet web']);
    expect(await cluster.events('web')).toContain('SuccessfulUpdate: Update Pod web-0 in StatefulSet web successful');
    await change(retention('Retain', 'Retain'));
    expect(await claimOwners(cluster)).toEqual(['data-web-0: ', 'data-web-1: ']);
  });

  test('claims that somebody else controls are left alone', async () => {
    await start('Retain', 'Retain');
    const owner = await cluster.client.create('v1/configmaps', { metadata: key('keeper') });
    const { uid = '' } = owner.metadata;
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'keeper', uid, controller: true }];
    await cluster.client.patch(CLAIMS, key('data-web-0'), 'merge', { metadata: { ownerReferences } });
    await change(retention('Delete', 'Retain'));
    expect(await claimOwners(cluster)).toEqual(['data-web-0: ConfigMap keeper', 'data-web-1: StatefulSet web']);
  });
});
