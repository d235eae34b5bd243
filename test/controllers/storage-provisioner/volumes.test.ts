import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controller as provisioner } from '../../../controllers/storage-provisioner/index.ts';
import {
  CLAIMS,
  CLASSES,
  claim,
  type StorageCluster,
  storageClass,
  storageCluster,
  VOLUMES,
} from '../../support/storage.ts';
import { key } from '../../support/workloads.ts';

const NAME = 'storage.fauxkube.dev';

describe('volumes that are made for claims', () => {
  let cluster: StorageCluster;

  beforeEach(async () => {
    cluster = await storageCluster([provisioner]);
  });
  afterEach(() => cluster.stop());

  test('a claim of the class gets a volume of its size', async () => {
    await cluster.client.create(CLASSES, storageClass('slow', NAME, { mountOptions: ['ro'] }));
    await cluster.client.create(CLAIMS, claim('c', { accessModes: ['ReadWriteMany'], volumeMode: 'Block' }));
    const name = `pvc-${(await cluster.claim('c'))?.metadata.uid}`;
    expect(await cluster.phases()).toEqual({ c: `Bound ${name}`, [name]: 'Bound c' });
    expect((await cluster.volume(name))?.spec).toMatchObject({
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteMany'],
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName: 'slow',
      mountOptions: ['ro'],
      volumeMode: 'Block',
    });
    expect(await cluster.told('c')).toContain(`ProvisioningSucceeded: Successfully provisioned volume ${name}`);
  });

  test('the volume goes with its claim', async () => {
    await cluster.client.create(CLASSES, storageClass('slow', NAME));
    await cluster.client.create(CLAIMS, claim('c'));
    await cluster.phases();
    await cluster.client.delete(CLAIMS, key('c'));
    expect(await cluster.phases()).toEqual({});
  });

  test('the volume stays where the class retains volumes', async () => {
    await cluster.client.create(CLASSES, storageClass('slow', NAME, { reclaimPolicy: 'Retain' }));
    await cluster.client.create(CLAIMS, claim('c'));
    await cluster.phases();
    await cluster.client.delete(CLAIMS, key('c'));
    expect(Object.values(await cluster.phases())).toEqual(['Released c']);
  });

  test('a class that waits for pods gets none before a node is chosen', async () => {
    await cluster.client.create(CLASSES, storageClass('slow', NAME, { volumeBindingMode: 'WaitForFirstConsumer' }));
    await cluster.client.create(CLAIMS, claim('c'));
    expect(await cluster.phases()).toEqual({ c: 'Pending' });
    const annotations = { 'volume.kubernetes.io/selected-node': 'node01' };
    await cluster.client.patch(CLAIMS, key('c'), 'merge', { metadata: { annotations } });
    expect((await cluster.phases()).c).toMatch(/^Bound pvc-/);
  });

  test('claims of other provisioners get none', async () => {
    await cluster.client.create(CLASSES, storageClass('slow', 'example.com/x'));
    await cluster.client.create(CLAIMS, claim('c'));
    expect(await cluster.phases()).toEqual({ c: 'Pending' });
    expect(await cluster.client.list(VOLUMES)).toEqual([]);
  });
});
