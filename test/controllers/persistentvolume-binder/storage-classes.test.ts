import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import {
  CLAIMS,
  CLASSES,
  claim,
  podWithClaims,
  type StorageCluster,
  storageClass,
  storageCluster,
  VOLUMES,
  volume,
} from '../../support/storage.ts';
import { PODS } from '../../support/workloads.ts';

const IS_DEFAULT = { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } };
const LATER = { volumeBindingMode: 'WaitForFirstConsumer' };

describe('claims that no volume fits', () => {
  let cluster: StorageCluster;
  let clock: SimulatedClock;

  beforeEach(async () => {
    clock = new SimulatedClock();
    cluster = await storageCluster([], { clock });
  });
  afterEach(() => cluster.stop());

  test('a class that does not exist is told of, and waited for', async () => {
    await cluster.client.create(CLAIMS, claim('c'));
    expect(await cluster.told('c')).toEqual(['ProvisioningFailed: storageclass.storage.k8s.io "slow" not found']);
    await cluster.client.create(CLASSES, storageClass('slow', 'kubernetes.io/no-provisioner'));
    expect(await cluster.told('c')).toContain(
      'ProvisioningFailed: no volume plugin matched name: kubernetes.io/no-provisioner',
    );
  });

  test('a claim without a class says so', async () => {
    await cluster.client.create(CLAIMS, claim('c', { storageClassName: '' }));
    expect(await cluster.told('c')).toEqual([
      'FailedBinding: no persistent volumes available for this claim and no storage class is set',
    ]);
  });

  test.each([
    ['example.com/x', 'example.com/x'],
    ['kubernetes.io/aws-ebs', 'ebs.csi.aws.com'],
  ])('the provisioner %s finds %s on the claim', async (provisioner, name) => {
    await cluster.client.create(CLASSES, storageClass('slow', provisioner));
    await cluster.client.create(CLAIMS, claim('c'));
    const [told] = await cluster.told('c');
    expect(told).toContain(
      `ExternalProvisioning: Waiting for a volume to be created either by the external provisioner`,
    );
    expect(told).toContain(`'${name}'`);
    expect((await cluster.claim('c'))?.metadata.annotations).toEqual({
      'volume.beta.kubernetes.io/storage-provisioner': name,
      'volume.kubernetes.io/storage-provisioner': name,
    });
  });

  test('a default class that comes later is assigned to claims that name none', async () => {
    const plain = claim('c');
    const { storageClassName: _class, ...spec } = plain.spec as { storageClassName: string };
    await cluster.client.create(CLAIMS, { ...plain, spec });
    await cluster.client.create(CLAIMS, claim('none', { storageClassName: '' }));
    await cluster.settle();
    await cluster.client.create(CLASSES, storageClass('standard', 'example.com/x', {}, IS_DEFAULT));
    await cluster.settle();
    expect((await cluster.claim('c'))?.spec.storageClassName).toBe('standard');
    expect((await cluster.claim('none'))?.spec.storageClassName).toBe('');
  });

  test('claims of a class that waits for pods stay pending, though a volume fits', async () => {
    await cluster.client.create(CLASSES, storageClass('slow', 'example.com/x', LATER));
    await cluster.client.create(VOLUMES, volume('v'));
    await cluster.client.create(CLAIMS, claim('c'));
    expect(await cluster.phases()).toEqual({ v: 'Available', c: 'Pending' });
    expect(await cluster.told('c')).toEqual([
      'WaitForFirstConsumer: waiting for first consumer to be created before binding',
    ]);
    await cluster.client.create(PODS, podWithClaims('p', ['c']));
    await clock.advance(15_000);
    expect(await cluster.told('c')).toContain('WaitForPodScheduled: waiting for pod p to be scheduled');
  });

  test('a volume that is reserved for the claim does not wait for pods', async () => {
    await cluster.client.create(CLASSES, storageClass('slow', 'example.com/x', LATER));
    await cluster.client.create(CLAIMS, claim('c'));
    await cluster.client.create(VOLUMES, volume('v', { claimRef: { namespace: 'default', name: 'c' } }));
    expect(await cluster.phases()).toEqual({ v: 'Bound c', c: 'Bound v' });
  });
});
