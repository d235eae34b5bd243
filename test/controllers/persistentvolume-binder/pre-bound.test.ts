import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CLAIMS, claim, type StorageCluster, storageCluster, VOLUMES, volume } from '../../support/storage.ts';

describe('volumes and claims that users bind to each other', () => {
  let cluster: StorageCluster;

  beforeEach(async () => {
    cluster = await storageCluster();
  });
  afterEach(() => cluster.stop());

  const reserve = (name: string): object => ({ claimRef: { namespace: 'default', name } });

  test('a volume that is reserved for a claim, though another fits better', async () => {
    await cluster.client.create(VOLUMES, volume('small'));
    await cluster.client.create(VOLUMES, volume('mine', { capacity: { storage: '9Gi' }, ...reserve('c') }));
    expect(await cluster.phases()).toMatchObject({ mine: 'Available c' });
    await cluster.client.create(CLAIMS, claim('c'));
    expect(await cluster.phases()).toEqual({ small: 'Available', mine: 'Bound c', c: 'Bound mine' });
    // The user reserved it, so no controller says that it did.
    expect((await cluster.volume('mine'))?.metadata.annotations).toBeUndefined();
  });

  test('a volume that the claim names, as soon as there is one', async () => {
    await cluster.client.create(VOLUMES, volume('other'));
    await cluster.client.create(CLAIMS, claim('c', { volumeName: 'mine' }));
    expect(await cluster.phases()).toEqual({ other: 'Available', c: 'Pending mine' });
    await cluster.client.create(VOLUMES, volume('mine'));
    expect(await cluster.phases()).toEqual({ other: 'Available', mine: 'Bound c', c: 'Bound mine' });
    expect((await cluster.claim('c'))?.metadata.annotations).toEqual({ 'pv.kubernetes.io/bind-completed': 'yes' });
  });

  test.each([
    [{ capacity: { storage: '1Mi' } }, 'requested PV is too small'],
    [{ storageClassName: 'fast' }, 'storageClassName does not match'],
    [{ volumeMode: 'Block' }, 'incompatible volumeMode'],
    [{ accessModes: ['ReadOnlyMany'] }, 'incompatible accessMode'],
  ])('not a volume that does not fit: %j', async (spec, why) => {
    await cluster.client.create(VOLUMES, volume('mine', spec));
    await cluster.client.create(CLAIMS, claim('c', { volumeName: 'mine' }));
    expect(await cluster.phases()).toMatchObject({ c: 'Pending mine' });
    expect(await cluster.told('c')).toEqual([`VolumeMismatch: Cannot bind to requested volume "mine": ${why}`]);
  });

  test('not a volume that belongs to another claim', async () => {
    await cluster.client.create(VOLUMES, volume('v'));
    await cluster.client.create(CLAIMS, claim('first'));
    await cluster.phases();
    await cluster.client.create(CLAIMS, claim('c', { volumeName: 'v' }));
    expect(await cluster.phases()).toEqual({ v: 'Bound first', first: 'Bound v', c: 'Pending v' });
    expect(await cluster.told('c')).toEqual(['FailedBinding: volume "v" already bound to a different claim.']);
  });

  test('a volume whose claim took another one is free again', async () => {
    await cluster.client.create(VOLUMES, volume('named'));
    const created = await cluster.client.create(CLAIMS, claim('c', { volumeName: 'named' }));
    await cluster.phases();
    const { uid } = created.metadata;
    const claimRef = { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace: 'default', name: 'c', uid };
    const byController = { annotations: { 'pv.kubernetes.io/bound-by-controller': 'yes' } };
    await cluster.client.create(VOLUMES, volume('late', { claimRef: claimRef as never }, byController));
    expect(await cluster.phases()).toEqual({ named: 'Bound c', late: 'Available', c: 'Bound named' });
    expect((await cluster.volume('late'))?.metadata.annotations).toBeUndefined();
  });
});
