import { describe, expect, it } from 'vitest';
import { Client } from '../../controllers/lib/client.ts';
import { seededRandom } from '../../server/base/random.ts';
import { type RunningCluster, startCluster } from '../../server/index.ts';
import type { Pod } from '../../server/kube/types.gen.ts';

const WEB = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80}]}
`;

/** Names, uids and addresses, whatever the time was. */
async function chosen(cluster: RunningCluster): Promise<unknown> {
  await cluster.apply(WEB);
  await cluster.settle();
  const client = new Client(cluster.transport());
  const pods = await client.list<Pod>('v1/pods', 'default');
  const service = await client.get('v1/services', { namespace: 'default', name: 'web' });
  return [
    service.metadata.uid,
    service.spec,
    ...pods.map(({ metadata, spec }) => [metadata.name, metadata.uid, spec.volumes?.[0]?.name, spec.nodeName]),
  ];
}

describe('what a seed chooses', () => {
  it('is the same with real time, whatever else is asked for', async () => {
    await using one = await startCluster({ seed: 5, logLevel: 'error' });
    const first = await chosen(one);
    await using other = await startCluster({ seed: 5, logLevel: 'error' });
    const transport = other.transport();
    for (let i = 0; i < 3; i++) {
      const watch = { resource: 'v1/pods', namespace: '', resourceVersion: '' };
      transport.watch(watch, { event: () => undefined, bookmark: () => undefined, end: () => undefined });
      other.kubeconfig({ user: `user-${i}` });
      await other.apply({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: `a${i}` },
        spec: { ports: [{ port: 1 }] },
      });
    }
    expect(await chosen(other)).toEqual(first);
  });

  it('differs for each purpose, and each time', () => {
    const [one, other] = [seededRandom(1), seededRandom(1)];
    other.of('other').uuid();
    other.uuid();
    expect(one.of('a').uuid()).toBe(other.of('a').uuid());
    const made = [one.of('a'), one.of('a'), one.of('b'), seededRandom(2).of('a')].map((random) => random.uuid());
    expect(new Set(made).size).toBe(4);
  });
});
