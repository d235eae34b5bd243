import { afterEach, beforeEach, expect, test } from 'vitest';
import { type NodeCluster, nodeCluster } from '../../support/node-cluster.ts';

const EVICTED = 'Normal TaintManagerEviction Marking for deletion Pod default/web';
const CANCELLED = 'Normal TaintManagerEviction Cancelling deletion of Pod default/web';
const TAINT = { key: 'fire', effect: 'NoExecute' };

let nodes: NodeCluster;
beforeEach(async () => {
  nodes = await nodeCluster();
});
afterEach(() => nodes[Symbol.asyncDispose]());

const taint = (taints: object[] | null): Promise<void> => nodes.patchNode('node01', { spec: { taints } });
const createPod = (toleration?: object): Promise<void> =>
  nodes.createPod('web', {
    nodeName: 'node01',
    ...(toleration && { tolerations: [{ key: 'fire', effect: 'NoExecute', ...toleration }] }),
  });

test('a pod that does not tolerate a taint goes at once, and says why', async () => {
  await createPod();
  await taint([TAINT]);
  const { status, metadata } = await nodes.pod('web');
  expect(metadata.deletionTimestamp).toBeDefined();
  expect(status.conditions?.find(({ type }) => type === 'DisruptionTarget')).toMatchObject({
    status: 'True',
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
  });
  await nodes.pass(1000);
  expect(await nodes.podNames()).toEqual([]);
  expect((await nodes.events('web')).filter((event) => event.includes('TaintManager'))).toEqual([EVICTED]);
});

test('taints of other effects drive nobody off', async () => {
  await createPod();
  await taint([{ key: 'fire', effect: 'NoSchedule' }]);
  await nodes.pass(600_000);
  expect(await nodes.podNames()).toEqual(['web']);
});

test('a pod that tolerates it for some time stays for that time', async () => {
  await createPod({ operator: 'Exists', tolerationSeconds: 60 });
  await taint([TAINT]);
  await nodes.pass(59_000);
  expect(await nodes.podNames()).toEqual(['web']);
  await nodes.pass(1500);
  expect(await nodes.podNames()).toEqual([]);
});

test('the time ends when the taint is taken away, and an Event says so', async () => {
  await createPod({ operator: 'Exists', tolerationSeconds: 60 });
  await taint([TAINT]);
  await nodes.pass(30_000);
  await taint(null);
  await nodes.pass(60_000);
  expect(await nodes.podNames()).toEqual(['web']);
  expect(await nodes.events('web')).toContain(CANCELLED);
});

test('the least time counts, and one taint too many ends all of them', async () => {
  await createPod({ operator: 'Exists', tolerationSeconds: 60 });
  await taint([TAINT]);
  await taint([TAINT, { key: 'water', effect: 'NoExecute' }]);
  await nodes.pass(1000);
  expect(await nodes.podNames()).toEqual([]);
});

test('a pod that tolerates it without end stays', async () => {
  await createPod({ operator: 'Exists' });
  await taint([TAINT]);
  await nodes.pass(3_600_000);
  expect(await nodes.podNames()).toEqual(['web']);
});

test('a pod that is placed on a node with such a taint goes too', async () => {
  await taint([TAINT]);
  await createPod();
  await nodes.pass(1000);
  expect(await nodes.podNames()).toEqual([]);
});
