import { expect, test } from 'vitest';
import { Client } from '../../../controllers/lib/client.ts';
import { startCluster } from '../../../server/index.ts';
import type { Pod } from '../../../server/kube/types.gen.ts';

const POD = `
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: c, image: nginx}]}
`;
const KEY = { namespace: 'default', name: 'web' };

test('an ephemeral container of a running pod runs at once, beside the others', async () => {
  await using cluster = await startCluster({ logLevel: 'error' });
  const client = new Client(cluster.transport());
  await cluster.apply(POD);
  await cluster.settle();
  const before = await client.get<Pod>('v1/pods', KEY);
  for (const name of ['look', 'closer']) {
    const body = { spec: { ephemeralContainers: [{ name, image: 'busybox' }] } };
    await client.patch('v1/pods', KEY, 'strategic', body, 'ephemeralcontainers');
    await cluster.settle();
  }
  const { metadata, status } = await client.get<Pod>('v1/pods', KEY);
  expect(status.ephemeralContainerStatuses).toMatchObject(
    ['closer', 'look'].map((name) => ({
      name,
      image: 'busybox',
      imageID: expect.stringMatching(/^docker\.io\/library\/busybox@sha256:/) as string,
      ready: false,
      restartCount: 0,
      state: { running: { startedAt: expect.any(String) as string } },
    })),
  );
  expect(status.containerStatuses).toEqual(before.status.containerStatuses);
  expect(status.observedGeneration).toBe(metadata.generation);
  expect(status.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({
    status: 'True',
    observedGeneration: 3,
  });
});
