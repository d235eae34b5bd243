import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controller as deployments } from '../../../controllers/deployment/index.ts';
import { controller as replicaSets } from '../../../controllers/replicaset/index.ts';
import { readyPods } from '../../support/ready-pods.ts';
import { DEPLOYMENTS, deployment, key, newImage, type Workloads, workloads } from '../../support/workloads.ts';

describe('a settled deployment', () => {
  let cluster: Workloads;

  beforeEach(async () => {
    cluster = await workloads([
      deployments,
      replicaSets,
      readyPods(({ spec }) => spec.containers?.[0]?.image !== 'bad'),
    ]);
    await cluster.client.create(DEPLOYMENTS, deployment('web'));
    await cluster.client.create(DEPLOYMENTS, deployment('paused', { paused: true }));
    await cluster.client.create(DEPLOYMENTS, deployment('recreate', { strategy: { type: 'Recreate' } }));
    await cluster.client.create(DEPLOYMENTS, deployment('stuck'));
    await cluster.settle();
    for (const name of ['web', 'recreate'])
      await cluster.client.patch(DEPLOYMENTS, key(name), 'strategic', newImage('nginx:2'));
    await cluster.client.patch(DEPLOYMENTS, key('stuck'), 'strategic', newImage('bad'));
    await cluster.settle();
  });
  afterEach(() => cluster.stop());

  test('is left alone by controllers that know nothing of what happened', async () => {
    cluster.writes.length = 0;
    await cluster.restart();
    await cluster.settle();
    expect(cluster.writes).toEqual([]);
  });

  test('costs no write when something happens that does not concern it', async () => {
    cluster.writes.length = 0;
    await cluster.client.patch(DEPLOYMENTS, key('web'), 'merge', { metadata: { labels: { some: 'label' } } });
    await cluster.settle();
    expect(cluster.writes).toEqual([]);
  });
});
