import { expect, test } from 'vitest';
import type { KubeObject } from '../../../server/kube/object.ts';
import type { Lease, Node } from '../../../server/kube/types.gen.ts';
import { nodeCluster } from '../../support/node-cluster.ts';

const NODES = 300;

test('nodes that clients make in numbers become ready, all of them, and keep up their leases', async () => {
  await using nodes = await nodeCluster({ nodes: 0 });
  const transport = nodes.cluster.transport();
  const create = (i: number): Promise<unknown> => {
    const body = { metadata: { name: `n${i}` } } as KubeObject;
    return transport.send({ verb: 'create', resource: 'v1/nodes', key: { namespace: '', name: '' }, body });
  };
  await Promise.all(Array.from({ length: NODES }, (_, i) => create(i)));
  await nodes.cluster.settle();
  await nodes.pass(1100);
  const ready = async (): Promise<number> => {
    const { items } = await transport.list({ resource: 'v1/nodes', namespace: '' });
    return (items as unknown as Node[]).filter(({ status }) =>
      status.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True'),
    ).length;
  };
  expect(await ready()).toBe(NODES);
  for (let i = 0; i < 120; i++) await nodes.pass(500);
  const leases = await transport.list({ resource: 'coordination.k8s.io/v1/leases', namespace: 'kube-node-lease' });
  const oldestMs = Math.min(
    ...(leases.items as unknown as Lease[]).map(({ spec }) => Date.parse(spec?.renewTime ?? '')),
  );
  expect(nodes.clock.now() - oldestMs).toBeLessThan(20_000);
  expect(await ready()).toBe(NODES);
});
