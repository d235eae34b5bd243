import { expect, test } from 'vitest';
import { controller as deployments } from '../../../controllers/deployment/index.ts';
import { controller as replicaSets } from '../../../controllers/replicaset/index.ts';
import { readyPods } from '../../support/ready-pods.ts';
import { DEPLOYMENTS, deployment, workloads } from '../../support/workloads.ts';

test('the status of many replicas is written a few times, not once for each', async () => {
  const cluster = await workloads([deployments, replicaSets, readyPods()]);
  try {
    await cluster.client.create(DEPLOYMENTS, deployment('web', { replicas: 700 }));
    await cluster.settle();
    const count = (write: string): number => cluster.writes.filter((made) => made === write).length;
    expect(count('create v1/pods')).toBe(700);
    expect(count('update apps/v1/replicasets/status')).toBeLessThan(70);
    expect(count('update apps/v1/deployments/status')).toBeLessThan(70);
    expect(await cluster.pods()).toHaveLength(700);
  } finally {
    await cluster.stop();
  }
});
