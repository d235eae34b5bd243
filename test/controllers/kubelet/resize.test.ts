import { expect, test } from 'vitest';
import { Client } from '../../../controllers/lib/client.ts';
import type { Frozen } from '../../../server/base/freeze.ts';
import { type RunningCluster, startCluster } from '../../../server/index.ts';
import type { Pod } from '../../../server/kube/types.gen.ts';

const POD = `
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  resources: {requests: {cpu: 1}}
  containers:
  - name: c
    image: nginx
    resources: {requests: {cpu: 100m, memory: 64Mi}}
    resizePolicy: [{resourceName: memory, restartPolicy: RestartContainer}]
  - {name: plain, image: nginx}
`;
const KEY = { namespace: 'default', name: 'web' };

async function resize(cluster: RunningCluster, spec: object): Promise<Frozen<Pod>> {
  const client = new Client(cluster.transport());
  await client.patch('v1/pods', KEY, 'strategic', { spec }, 'resize');
  await cluster.settle();
  return client.get<Pod>('v1/pods', KEY);
}

async function runningPod(): Promise<{ cluster: RunningCluster; pod: Frozen<Pod> }> {
  const cluster = await startCluster({ logLevel: 'error' });
  await cluster.apply(POD);
  await cluster.settle();
  return { cluster, pod: await new Client(cluster.transport()).get<Pod>('v1/pods', KEY) };
}

test('a running container has what it asked for, and after a resize what it asks for now', async () => {
  const { cluster, pod } = await runningPod();
  await using _ = cluster;
  const asked = { cpu: '100m', memory: '64Mi' };
  const [first, plain] = pod.status.containerStatuses ?? [];
  expect(first).toMatchObject({ allocatedResources: asked, resources: { requests: asked } });
  expect(plain).toMatchObject({ resources: {} });
  expect(plain).not.toHaveProperty('allocatedResources');

  const { metadata, status } = await resize(cluster, {
    containers: [{ name: 'c', resources: { requests: { cpu: '2' } } }],
    resources: { requests: { cpu: '3' } },
  });
  const now = { cpu: '2', memory: '64Mi' };
  expect(status.containerStatuses?.[0]).toEqual({ ...first, allocatedResources: now, resources: { requests: now } });
  expect(status.containerStatuses?.[1]).toEqual(plain);
  expect(status.allocatedResources).toMatchObject({ cpu: '3' });
  expect(status.resources).toMatchObject({ requests: { cpu: '3' } });
  expect([metadata.generation, status.observedGeneration]).toEqual([2, 2]);
});

test('a container whose resizePolicy says so begins anew with its new resources', async () => {
  const { cluster, pod } = await runningPod();
  await using _ = cluster;
  const [first] = pod.status.containerStatuses ?? [];
  const { status } = await resize(cluster, {
    containers: [{ name: 'c', resources: { requests: { memory: '96Mi' } } }],
    resources: { requests: { memory: '96Mi' } },
  });
  const [now, plain] = status.containerStatuses ?? [];
  expect(now).toMatchObject({
    restartCount: 1,
    ready: true,
    resources: { requests: { memory: '96Mi' } },
    lastState: { terminated: { exitCode: 0, containerID: first?.containerID } },
  });
  expect(now?.containerID).not.toBe(first?.containerID);
  expect(plain).toMatchObject({ restartCount: 0 });
});
