import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Lease, Node, Pod } from '../../server/kube/types.gen.ts';
import { type FrozenCluster, frozenCluster } from './support.ts';

describe('while an hour passes', () => {
  let shop: FrozenCluster;
  let renewals: string[];
  beforeAll(async () => {
    shop = await frozenCluster({ nodes: 2 });
    await shop.apply(
      '{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {nodeName: node01, ' +
        'containers: [{name: c, image: nginx}]}}',
    );
    await shop.cluster.transport().send({
      verb: 'patch',
      resource: 'v1/nodes',
      key: { namespace: '', name: 'node01' },
      patchType: 'merge',
      body: { metadata: { annotations: { 'fauxkube.dev/behaviour': 'node-lost' } } },
    });
    await shop.cluster.settle();
    renewals = [];
    const request = { resource: 'coordination.k8s.io/v1/leases', namespace: 'kube-node-lease' };
    const { resourceVersion } = await shop.cluster.transport().list(request);
    shop.cluster.transport().watch(
      { ...request, resourceVersion },
      {
        event: (_type, lease) => renewals.push(`${lease.metadata.name} ${(lease as unknown as Lease).spec?.renewTime}`),
        bookmark: () => undefined,
        end: () => undefined,
      },
    );
    await shop.move({ advance: '1h' });
  });
  afterAll(() => shop[Symbol.asyncDispose]());

  const ready = async (name: string): Promise<unknown> =>
    (await shop.get<Node>('v1/nodes', name, ''))?.status.conditions?.find(({ type }) => type === 'Ready');

  it('a live node renews its lease once, and is ready', async () => {
    expect(renewals).toEqual(['node02 2026-01-01T01:00:00.000000Z']);
    expect(await ready('node02')).toMatchObject({ status: 'True' });
  });

  it('a lost one is unknown within its minute', async () => {
    expect(await ready('node01')).toMatchObject({
      status: 'Unknown',
      lastTransitionTime: expect.stringMatching(/^2026-01-01T00:00:(4|5)\dZ$/),
    });
  });

  it('its pods are told to go five minutes later', async () => {
    const pod = await shop.get<Pod>('v1/pods', 'web');
    expect(pod?.metadata.deletionTimestamp).toMatch(/^2026-01-01T00:06:[12]\dZ$/);
  });
});
