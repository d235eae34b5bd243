import { expect, test } from 'vitest';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../server/kube/types.gen.ts';
import { AttachStory } from '../../support/attach-story.ts';

const CLAIMS = 'v1/persistentvolumeclaims';
const KEY = { namespace: 'default', name: 'c' };
const GOLD = `
apiVersion: storage.k8s.io/v1
kind: VolumeAttributesClass
metadata: {name: gold}
driverName: storage.fauxkube.dev
parameters: {iops: "1"}
`;

async function claimed(): Promise<AttachStory> {
  const story = await AttachStory.begin();
  await story.apply(`
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: disks}
provisioner: storage.fauxkube.dev
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: c, namespace: default}
spec: {accessModes: [ReadWriteOnce], storageClassName: disks, resources: {requests: {storage: 1Gi}}}
`);
  return story;
}

async function want(story: AttachStory, volumeAttributesClassName: string): Promise<void> {
  await story.client.patch(CLAIMS, KEY, 'merge', { spec: { volumeAttributesClassName } });
  await story.cluster.settle();
}

const claimOf = (story: AttachStory) => story.client.get<PersistentVolumeClaim>(CLAIMS, KEY);

test('a claim gets the attributes that it asks for', async () => {
  await using story = await claimed();
  await story.apply(GOLD);
  await want(story, 'gold');
  const { spec, status } = await claimOf(story);
  expect(status.currentVolumeAttributesClassName).toBe('gold');
  expect(status.modifyVolumeStatus).toBeUndefined();
  const volumeKey = { namespace: '', name: spec.volumeName ?? '' };
  const volume = await story.client.get<PersistentVolume>('v1/persistentvolumes', volumeKey);
  expect(volume.spec.volumeAttributesClassName).toBe('gold');
  expect(await story.told('c', 'external-resizer storage.fauxkube.dev')).toEqual([
    'Normal VolumeModify: external resizer is modifying volume c with vac gold',
    'Normal VolumeModifySuccessful: external resizer modified volume c with vac gold successfully',
  ]);
});

test('a claim waits for a class that is not there', async () => {
  await using story = await claimed();
  await want(story, 'gold');
  expect((await claimOf(story)).status.modifyVolumeStatus).toEqual({ status: 'Pending' });
  await story.apply(GOLD);
  expect((await claimOf(story)).status.currentVolumeAttributesClassName).toBe('gold');
});

test('a class stays as long as claims and volumes have it', async () => {
  await using story = await claimed();
  await story.apply(GOLD);
  await want(story, 'gold');
  await story.client.delete('storage.k8s.io/v1/volumeattributesclasses', { namespace: '', name: 'gold' });
  await story.cluster.settle();
  expect(await story.exists('storage.k8s.io/v1/volumeattributesclasses', 'gold')).toBe(true);
  await story.client.delete(CLAIMS, KEY);
  await story.cluster.settle();
  expect(await story.exists('storage.k8s.io/v1/volumeattributesclasses', 'gold')).toBe(false);
});
