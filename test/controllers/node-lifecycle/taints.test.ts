import { expect, test } from 'vitest';
import { type RunningCluster, startCluster } from '../../../server/index.ts';
import type { Node, Taint } from '../../../server/kube/types.gen.ts';

const nodeKey = (name: string): { namespace: string; name: string } => ({ namespace: '', name });
const NOT_READY = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

async function taintsOf(cluster: RunningCluster, name: string): Promise<Taint[] | undefined> {
  await cluster.settle();
  const node = await cluster.transport().send({ verb: 'get', resource: 'v1/nodes', key: nodeKey(name) });
  return (node as unknown as Node).spec.taints;
}

const make = (cluster: RunningCluster, object: object): Promise<unknown> =>
  cluster.transport().send({ verb: 'create', resource: 'v1/nodes', key: nodeKey(''), body: object as never });

const patch = (cluster: RunningCluster, name: string, body: object, subresource?: string): Promise<unknown> =>
  cluster.transport().send({
    verb: 'patch',
    resource: 'v1/nodes',
    key: nodeKey(name),
    patchType: 'merge',
    body,
    ...(subresource !== undefined && { subresource }),
  });

test('a simulated node has no taint, and one that nobody runs loses that of new nodes too', async () => {
  await using cluster = await startCluster({ nodes: 1 });
  expect(await taintsOf(cluster, 'node01')).toBeUndefined();
  expect(await make(cluster, { metadata: { name: 'mine' } })).toMatchObject({ spec: { taints: [NOT_READY] } });
  expect(await taintsOf(cluster, 'mine')).toBeUndefined();
});

test('without the controller the taint of new nodes stays', async () => {
  await using cluster = await startCluster({ nodes: 0, controllers: ['-node-lifecycle'] });
  await make(cluster, { metadata: { name: 'mine' } });
  expect(await taintsOf(cluster, 'mine')).toEqual([NOT_READY]);
});

test('taints follow the conditions of a node, and others stay', async () => {
  await using cluster = await startCluster({ nodes: 0 });
  const own = { key: 'gpu', effect: 'NoSchedule' };
  await make(cluster, { metadata: { name: 'mine' }, spec: { taints: [own] } });
  await cluster.settle();
  const report = (type: string, status: string): Promise<unknown> =>
    patch(cluster, 'mine', { status: { conditions: [{ type, status }] } }, 'status');
  const keys = async (): Promise<string[] | undefined> =>
    (await taintsOf(cluster, 'mine'))?.map(({ key, effect, timeAdded }) => `${key} ${effect} ${timeAdded ? 'at' : ''}`);
  const cases = [
    ['Ready', 'False', 'not-ready'],
    ['Ready', 'Unknown', 'unreachable'],
    ['MemoryPressure', 'True', 'memory-pressure'],
    ['DiskPressure', 'True', 'disk-pressure'],
    ['PIDPressure', 'True', 'pid-pressure'],
    ['NetworkUnavailable', 'True', 'network-unavailable'],
  ] as const;
  for (const [type, status, key] of cases) {
    await report(type, status);
    expect(await keys()).toEqual(['gpu NoSchedule ', `node.kubernetes.io/${key} NoSchedule at`]);
  }
  await report('Ready', 'True');
  expect(await keys()).toEqual(['gpu NoSchedule ']);
});

test('a cordoned node is tainted until it is uncordoned', async () => {
  await using cluster = await startCluster({ nodes: 1 });
  await patch(cluster, 'node01', { spec: { unschedulable: true } });
  expect(await taintsOf(cluster, 'node01')).toMatchObject([{ key: 'node.kubernetes.io/unschedulable' }]);
  await patch(cluster, 'node01', { spec: { unschedulable: null } });
  expect(await taintsOf(cluster, 'node01')).toBeUndefined();
});
