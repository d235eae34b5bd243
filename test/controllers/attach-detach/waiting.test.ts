import { expect, test } from 'vitest';
import { ATTACHMENTS, AttachStory } from '../../support/attach-story.ts';

const TIMED_OUT =
  'Warning FailedAttachVolume: AttachVolume.Attach failed for volume "v" : timed out waiting for external-attacher ' +
  'of csi.example.com CSI driver to attach volume handle-of-v';

test('a pod waits for its volume, and is told after two minutes', async () => {
  await using story = await AttachStory.begin({ controllers: ['*', '-csi-attacher'] });
  await story.volume('v');
  await story.pod('p', 'v');
  expect(await story.phase('p')).toBe('Pending');
  expect(await story.attached()).toEqual(['v on node01: waiting']);
  await story.pass(119);
  expect(await story.told('p')).toEqual([]);
  await story.pass(2);
  expect(await story.told('p')).toEqual([TIMED_OUT]);
  await story.pass(3);
  expect(await story.told('p', 'kubelet')).toEqual([
    'Warning FailedMount: Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[data], ' +
      'failed to process volumes=[]: context deadline exceeded',
  ]);
  await story.cluster.setController('csi-attacher', true);
  await story.cluster.settle();
  expect(await story.phase('p')).toBe('Running');
});

test('what the driver says is told, and tried again', async () => {
  await using story = await AttachStory.begin({ controllers: ['*', '-csi-attacher'] });
  await story.volume('v');
  await story.pod('p', 'v');
  const [attachment] = await story.attachments();
  const key = { namespace: '', name: attachment?.metadata.name ?? '' };
  const attachError = { time: '2026-01-01T00:00:00Z', message: 'no such disk' };
  await story.client.patch(ATTACHMENTS, key, 'merge', { status: { attachError } }, 'status');
  await story.cluster.settle();
  const told = 'Warning FailedAttachVolume: AttachVolume.Attach failed for volume "v" : no such disk';
  expect(await story.told('p')).toEqual([told]);
  await story.client.patch(ATTACHMENTS, key, 'merge', { status: { attached: true, attachError: null } }, 'status');
  await story.cluster.settle();
  expect(await story.phase('p')).toBe('Running');
});

test('a volume for one node waits until the other node has given it up', async () => {
  await using story = await AttachStory.begin();
  await story.volume('v');
  await story.pod('p', 'v', 'node01');
  await story.pod('q', 'v', 'node02');
  expect(await story.phase('q')).toBe('Pending');
  expect(await story.told('q')).toEqual([
    'Warning FailedAttachVolume: Waiting for detach for volume "v" Volume is already used by pod(s) p',
  ]);
  await story.deletePod('p');
  expect(await story.phase('q')).toBe('Running');
  expect(await story.attached()).toEqual(['v on node02: attached']);
});

test('a volume for many nodes goes to all of them', async () => {
  await using story = await AttachStory.begin();
  await story.volume('v', 'ReadWriteMany');
  await story.pod('p', 'v', 'node01');
  await story.pod('q', 'v', 'node02');
  expect(await story.phase('q')).toBe('Running');
  expect(await story.attached()).toHaveLength(2);
});

test('a lost node keeps its volumes for six minutes after its pods are gone', async () => {
  await using story = await AttachStory.begin();
  await story.volume('v');
  await story.pod('p', 'v', 'node01');
  await story.apply(
    '{apiVersion: v1, kind: Node, metadata: {name: node01, annotations: {fauxkube.dev/behaviour: node-lost}}}',
  );
  await story.pass(60);
  await story.deletePod('p');
  await story.pod('q', 'v', 'node02');
  await story.pass(350);
  expect(await story.attached()).toEqual(['v on node01: attached']);
  expect(await story.told('q')).toEqual([
    'Warning FailedAttachVolume: Waiting for detach for volume "v" Volume is already exclusively attached to one ' +
      'node, waiting on detach before it can be attached to another node',
  ]);
  await story.pass(20);
  expect(await story.attached()).toEqual(['v on node02: attached']);
  expect(await story.phase('q')).toBe('Running');
});

test('a node that is out of service gives its volumes up at once', async () => {
  await using story = await AttachStory.begin();
  await story.volume('v');
  await story.pod('p', 'v', 'node01');
  await story.apply(
    '{apiVersion: v1, kind: Node, metadata: {name: node01, annotations: {fauxkube.dev/behaviour: node-lost}}}',
  );
  await story.deletePod('p');
  expect(await story.attached()).toEqual(['v on node01: attached']);
  const taints = [{ key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' }];
  await story.client.patch('v1/nodes', { namespace: '', name: 'node01' }, 'merge', { spec: { taints } });
  await story.cluster.settle();
  expect(await story.attached()).toEqual([]);
});
