import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningCluster, startCluster } from '../../server/index.ts';
import type { Transport } from '../../server/kube/transport.ts';
import type { EventList, StatefulSet } from '../../server/kube/types.gen.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';

const clock = new SimulatedClock();
let cluster: RunningCluster;
let transport: Transport;
beforeAll(async () => {
  cluster = await startCluster({ clock, seed: 1, nodes: 2, storageClass: 'standard' });
  transport = cluster.transport();
});
afterAll(() => cluster.stop());

const statefulSet = (name: string): object => ({
  metadata: { name },
  spec: {
    serviceName: name,
    replicas: 6,
    podManagementPolicy: 'Parallel',
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [{ name: 'main', image: 'shop/main', volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
      },
    },
    volumeClaimTemplates: [
      {
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
    ],
  },
});

test('a pod whose claim gets its volume at that moment is not told to be without', async () => {
  const names = ['a', 'b', 'c'];
  for (const name of names) {
    const key = { namespace: 'default', name };
    await transport.send({ verb: 'create', resource: 'apps/v1/statefulsets', key, body: statefulSet(name) });
  }
  await cluster.settle();
  await clock.advance(1000);
  await cluster.settle();
  for (const name of names) {
    const key = { namespace: 'default', name };
    const set = (await transport.send({
      verb: 'get',
      resource: 'apps/v1/statefulsets',
      key,
    })) as unknown as StatefulSet;
    expect(set.status.readyReplicas).toBe(6);
  }
  const events = (await transport.list({ resource: 'v1/events', namespace: 'default' })) as unknown as EventList;
  expect((events.items ?? []).filter(({ reason }) => reason === 'FailedMount')).toEqual([]);
});
