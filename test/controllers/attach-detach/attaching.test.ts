import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { AttachStory } from '../../support/attach-story.ts';

const UNIQUE_NAME = 'kubernetes.io/csi/csi.example.com^handle-of-v';

test('the volume of a pod is attached to its node, and then the pod runs', async () => {
  await using story = await AttachStory.begin();
  await story.volume('v');
  await story.pod('p', 'v');
  expect(await story.phase('p')).toBe('Running');
  const [attachment] = await story.attachments();
  const digest = createHash('sha256').update('handle-of-vcsi.example.comnode01').digest('hex');
  expect(attachment).toMatchObject({
    metadata: {
      name: `csi-${digest}`,
      finalizers: ['external-attacher/csi-example-com'],
      annotations: { 'csi.alpha.kubernetes.io/node-id': 'node01' },
    },
    spec: { attacher: 'csi.example.com', nodeName: 'node01', source: { persistentVolumeName: 'v' } },
    status: { attached: true },
  });
  expect((await story.node()).status).toMatchObject({
    volumesInUse: [UNIQUE_NAME],
    volumesAttached: [{ name: UNIQUE_NAME, devicePath: '' }],
  });
  expect(await story.told('p')).toEqual([
    'Normal SuccessfulAttachVolume: AttachVolume.Attach succeeded for volume "v" ',
  ]);
});

test('a second pod of the node finds it attached', async () => {
  await using story = await AttachStory.begin();
  await story.volume('v');
  await story.pod('p', 'v');
  await story.pod('q', 'v');
  expect(await story.phase('q')).toBe('Running');
  expect(await story.attached()).toEqual(['v on node01: attached']);
  expect(await story.told('q')).toEqual([]);
});

test('the last pod that goes takes the volume along', async () => {
  await using story = await AttachStory.begin();
  await story.volume('v');
  await story.pod('p', 'v');
  await story.pod('q', 'v');
  await story.deletePod('p');
  expect(await story.attached()).toEqual(['v on node01: attached']);
  await story.deletePod('q');
  expect(await story.attached()).toEqual([]);
  const { status } = await story.node();
  expect(status.volumesInUse).toBeUndefined();
  expect(status.volumesAttached).toBeUndefined();
});

test('a persistent volume stays until it is attached nowhere', async () => {
  await using story = await AttachStory.begin();
  await story.volume('v');
  await story.pod('p', 'v');
  const { metadata } = await story.client.get<{ metadata: { finalizers?: string[] } }>('v1/persistentvolumes', {
    namespace: '',
    name: 'v',
  });
  expect(metadata.finalizers).toContain('external-attacher/csi-example-com');
  await story.client.delete('v1/persistentvolumes', { namespace: '', name: 'v' });
  await story.client.delete('v1/persistentvolumeclaims', { namespace: 'default', name: 'v' });
  await story.deletePod('p');
  expect(await story.exists('v1/persistentvolumes', 'v')).toBe(false);
});

test('a driver that need not attach volumes has none attached', async () => {
  await using story = await AttachStory.begin();
  await story.apply(`
apiVersion: storage.k8s.io/v1
kind: CSIDriver
metadata: {name: csi.example.com}
spec: {attachRequired: false}
`);
  await story.volume('v');
  await story.pod('p', 'v');
  expect(await story.phase('p')).toBe('Running');
  expect(await story.attachments()).toEqual([]);
});

test('volumes of iSCSI and Fibre Channel need nobody to attach them', async () => {
  await using story = await AttachStory.begin();
  await story.volume(
    'v',
    'ReadWriteOnce',
    'iscsi: {targetPortal: "10.0.0.1:3260", iqn: "iqn.2026-01.com.example:d", lun: 1}',
  );
  await story.pod('p', 'v');
  await story.pod('q', '', 'node01', 'fc: {targetWWNs: [50060e801049cfd1, 50060e801049cfd2], lun: 0}');
  expect([await story.phase('p'), await story.phase('q')]).toEqual(['Running', 'Running']);
  expect((await story.node()).status.volumesAttached).toEqual([
    { name: 'kubernetes.io/iscsi/10.0.0.1:3260:iqn.2026-01.com.example:d:1', devicePath: '' },
    { name: 'kubernetes.io/fc/[50060e801049cfd1 50060e801049cfd2]:0', devicePath: '' },
  ]);
  expect(await story.attachments()).toEqual([]);
});

test('what others attach by hand is left alone', async () => {
  await using story = await AttachStory.begin();
  await story.volume('v');
  await story.apply(`
apiVersion: storage.k8s.io/v1
kind: VolumeAttachment
metadata: {name: by-hand}
spec: {attacher: other.example.com, nodeName: node01, source: {persistentVolumeName: v}}
`);
  expect(await story.attached()).toEqual(['v on node01: waiting']);
});
