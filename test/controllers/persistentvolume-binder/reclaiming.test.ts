import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CLAIMS, claim, type StorageCluster, storageCluster, VOLUMES, volume } from '../../support/storage.ts';
import { key } from '../../support/workloads.ts';

const TEMPORARY = '/tmp';

describe('what becomes of volumes whose claims go', () => {
  let cluster: StorageCluster;

  beforeEach(async () => {
    cluster = await storageCluster();
  });
  afterEach(() => cluster.stop());

  async function releaseWith(spec: object): Promise<string | undefined> {
    const { hostPath, ...others } = volume('v').spec as { hostPath: object };
    const hasSource = 'hostPath' in spec || 'nfs' in spec || 'csi' in spec;
    const source = { ...others, ...(!hasSource && { hostPath }), ...spec };
    await cluster.client.create(VOLUMES, { metadata: { name: 'v' }, spec: source });
    await cluster.client.create(CLAIMS, claim('c'));
    expect(await cluster.phases()).toMatchObject({ v: 'Bound c' });
    await cluster.client.delete(CLAIMS, key('c'));
    return (await cluster.phases()).v;
  }

  test('Retain: the volume is released, and nobody else gets it', async () => {
    expect(await releaseWith({ persistentVolumeReclaimPolicy: 'Retain' })).toBe('Released c');
    await cluster.client.create(CLAIMS, claim('c'));
    expect(await cluster.phases()).toEqual({ v: 'Released c', c: 'Pending' });
  });

  test('Retain: it is for everybody again once its user says so', async () => {
    await releaseWith({ persistentVolumeReclaimPolicy: 'Retain' });
    await cluster.client.patch(VOLUMES, { namespace: '', name: 'v' }, 'merge', { spec: { claimRef: null } });
    expect(await cluster.phases()).toEqual({ v: 'Available' });
  });

  test('Recycle: the volume is available again', async () => {
    expect(await releaseWith({ persistentVolumeReclaimPolicy: 'Recycle' })).toBe('Available');
    expect(await cluster.told('v')).toEqual(['VolumeRecycled: Volume recycled']);
  });

  test('Recycle: fails where nothing can be emptied', async () => {
    const csi = { driver: 'd.example.com', volumeHandle: 'h' };
    expect(await releaseWith({ csi, persistentVolumeReclaimPolicy: 'Recycle' })).toBe('Failed c');
    expect(await cluster.told('v')).toEqual(['VolumeFailedRecycle: No recycler plugin found for the volume!']);
  });

  test('Delete: a folder for temporary files goes, and its volume with it', async () => {
    expect(
      await releaseWith({ hostPath: { path: `${TEMPORARY}/v` }, persistentVolumeReclaimPolicy: 'Delete' }),
    ).toBeUndefined();
  });

  test.each([
    [{ hostPath: { path: '/x' } }, `host_path deleter only supports ${TEMPORARY}/.+ but received provided /x`],
    [
      { nfs: { server: 's', path: '/p' } },
      'error getting deleter volume plugin for volume "v": no deletable volume plugin matched',
    ],
  ])('Delete: fails for %j, and says why once', async (source, message) => {
    expect(await releaseWith({ ...source, persistentVolumeReclaimPolicy: 'Delete' })).toBe('Failed c');
    await cluster.restart();
    expect(await cluster.told('v')).toEqual([`VolumeFailedDelete: ${message}`]);
    expect((await cluster.volume('v'))?.status.message).toBe(message);
  });

  test('Delete: a CSI volume is left to its driver', async () => {
    const csi = { driver: 'd.example.com', volumeHandle: 'h' };
    expect(await releaseWith({ csi, persistentVolumeReclaimPolicy: 'Delete' })).toBe('Released c');
    expect(await cluster.told('v')).toEqual([]);
  });

  test('a claim whose volume is gone is lost', async () => {
    await cluster.client.create(VOLUMES, volume('v'));
    await cluster.client.create(CLAIMS, claim('c'));
    await cluster.phases();
    await cluster.client.delete(VOLUMES, { namespace: '', name: 'v' });
    await cluster.client.patch(VOLUMES, { namespace: '', name: 'v' }, 'merge', { metadata: { finalizers: null } });
    expect(await cluster.phases()).toEqual({ c: 'Lost v' });
    expect(await cluster.told('c')).toContain(
      'ClaimLost: Bound claim has lost its PersistentVolume. Data on the volume is lost!',
    );
  });

  test('a claim that pretends to be bound to the volume of another is lost', async () => {
    await cluster.client.create(VOLUMES, volume('v'));
    await cluster.client.create(CLAIMS, claim('c'));
    await cluster.phases();
    const annotations = { 'pv.kubernetes.io/bind-completed': 'yes' };
    await cluster.client.create(CLAIMS, claim('thief', { volumeName: 'v' }, { annotations }));
    expect(await cluster.phases()).toEqual({ v: 'Bound c', c: 'Bound v', thief: 'Lost v' });
    expect(await cluster.told('thief')).toEqual([
      'ClaimMisbound: Two claims are bound to the same volume, this one is bound incorrectly',
    ]);
  });
});
