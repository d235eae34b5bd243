import { expect, test } from 'vitest';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../server/kube/types.gen.ts';
import { AttachStory } from '../../support/attach-story.ts';

const CLAIMS = 'v1/persistentvolumeclaims';
const KEY = { namespace: 'default', name: 'c' };

async function grown(volumeMode: string, use?: (story: AttachStory) => Promise<void>) {
  const story = await AttachStory.begin();
  await story.apply(`
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: disks}
provisioner: storage.fauxkube.dev
allowVolumeExpansion: true
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: c, namespace: default}
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: disks
  volumeMode: ${volumeMode}
  resources: {requests: {storage: 1Gi}}
`);
  await use?.(story);
  await story.client.patch(CLAIMS, KEY, 'merge', { spec: { resources: { requests: { storage: '2Gi' } } } });
  await story.cluster.settle();
  return story;
}

const claimOf = (story: AttachStory) => story.client.get<PersistentVolumeClaim>(CLAIMS, KEY);
const resizing = async (story: AttachStory) =>
  (await claimOf(story)).status.conditions?.map(({ type }) => type).filter((type) => type !== 'Unused');

test('a claim that asks for more waits for a pod to let its file system grow', async () => {
  await using story = await grown('Filesystem');
  const { spec, status } = await claimOf(story);
  expect(status).toMatchObject({
    capacity: { storage: '1Gi' },
    allocatedResources: { storage: '2Gi' },
    allocatedResourceStatuses: { storage: 'NodeResizePending' },
  });
  expect(status.conditions).toContainEqual({
    type: 'FileSystemResizePending',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: '2026-01-01T00:00:00Z',
    message: 'Waiting for user to (re-)start a pod to finish file system resize of volume on node.',
  });
  const volumeKey = { namespace: '', name: spec.volumeName ?? '' };
  const volume = await story.client.get<PersistentVolume>('v1/persistentvolumes', volumeKey);
  expect(volume.spec.capacity).toEqual({ storage: '2Gi' });
  expect(await story.told('c', 'external-resizer storage.fauxkube.dev')).toEqual([
    `Normal Resizing: External resizer is resizing volume ${spec.volumeName}`,
    'Normal FileSystemResizeRequired: Require file system resize of volume on node',
  ]);
  expect(await story.told('c', 'volume_expand')).toEqual([
    'Normal ExternalExpanding: waiting for an external controller to expand this PVC',
  ]);
});

test('the next pod that uses the claim lets it grow', async () => {
  await using story = await grown('Filesystem');
  await story.pod('p', 'c');
  const { spec, status } = await claimOf(story);
  expect(status.capacity).toEqual({ storage: '2Gi' });
  expect(status.allocatedResourceStatuses).toBeUndefined();
  expect(await resizing(story)).toEqual([]);
  const told = `MountVolume.NodeExpandVolume succeeded for volume "${spec.volumeName}" node01`;
  expect(await story.told('p', 'kubelet')).toContain(`Normal FileSystemResizeSuccessful: ${told}`);
  expect(await story.told('c', 'kubelet')).toEqual([`Normal FileSystemResizeSuccessful: ${told}`]);
});

test('a claim that a pod uses grows at once', async () => {
  await using story = await grown('Filesystem', (begun) => begun.pod('p', 'c'));
  expect((await claimOf(story)).status.capacity).toEqual({ storage: '2Gi' });
  expect(await resizing(story)).toEqual([]);
});

test('a raw device grows without a pod', async () => {
  await using story = await grown('Block');
  const { metadata, status } = await claimOf(story);
  expect(status.capacity).toEqual({ storage: '2Gi' });
  expect(await resizing(story)).toEqual([]);
  expect(metadata.annotations).toHaveProperty(['volume.kubernetes.io/node-expansion-not-required'], 'true');
});
