import { expect, test } from 'vitest';
import { controller as deployments } from '../../../controllers/deployment/index.ts';
import { isPodActive, isPodReady } from '../../../controllers/lib/pods.ts';
import { controller as replicaSets } from '../../../controllers/replicaset/index.ts';
import { type Random, seededRandom } from '../../../server/base/random.ts';
import { nextTurn } from '../../../server/base/turn.ts';
import type { Deployment } from '../../../server/kube/types.gen.ts';
import { readyPods } from '../../support/ready-pods.ts';
import {
  DEPLOYMENTS,
  deployment,
  key,
  newImage,
  PODS,
  REPLICA_SETS,
  type Workloads,
  workloads,
} from '../../support/workloads.ts';

const pick = (random: Random, below: number): number => Math.floor(random.fraction() * below);

/**
 * What somebody does to a deployment, its replica sets and its pods, whatever the controllers are doing right now.
 * Upstream never comes to rest when somebody scales an old replica set of a recreated deployment, so nobody does here.
 */
async function disturb(cluster: Workloads, random: Random, mayScaleSets: boolean): Promise<void> {
  const change = (patch: object): Promise<unknown> => cluster.client.patch(DEPLOYMENTS, key('web'), 'strategic', patch);
  const pods = await cluster.pods();
  const pod = pods[pick(random, pods.length)]?.metadata.name;
  const sets = await cluster.replicaSets();
  const set = sets[pick(random, sets.length)]?.metadata.name ?? '';
  switch (pick(random, mayScaleSets ? 8 : 7)) {
    case 0:
    case 1:
      return void (await change({ spec: { replicas: pick(random, 12) } }));
    case 2:
    case 3:
      return void (await change(newImage(`nginx:${pick(random, 4)}`)));
    case 4:
      return void (await change({ spec: { paused: pick(random, 2) === 0 } }));
    case 5:
      return void (pod && (await cluster.client.delete(PODS, key(pod))));
    case 6:
      return void (
        pod && (await cluster.client.patch(PODS, key(pod), 'merge', { metadata: { labels: { app: 'lost' } } }))
      );
    default:
      await cluster.client.patch(REPLICA_SETS, key(set), 'merge', { spec: { replicas: pick(random, 5) } });
  }
}

test.each([1, 2, 3, 4, 5, 6])('a deployment comes to rest where it should, seed %i', async (seed) => {
  const random = seededRandom(seed);
  const cluster = await workloads([deployments, replicaSets, readyPods()]);
  try {
    const rollingUpdate = { maxSurge: pick(random, 3), maxUnavailable: 1 + pick(random, 3) };
    const strategy = pick(random, 3) === 0 ? { type: 'Recreate' } : { type: 'RollingUpdate', rollingUpdate };
    await cluster.client.create(DEPLOYMENTS, deployment('web', { replicas: 5, strategy, revisionHistoryLimit: 2 }));
    await cluster.settle();
    for (let i = 0; i < 60; i++) {
      // Objects may be gone when it is their turn.
      await disturb(cluster, random, strategy.type === 'RollingUpdate').catch(() => undefined);
      for (let turns = pick(random, 6); turns > 0; turns--) await nextTurn();
      if (pick(random, 10) === 0) await cluster.settle();
    }
    await cluster.client.patch(DEPLOYMENTS, key('web'), 'strategic', { spec: { paused: false, replicas: 7 } });
    await cluster.settle();
    const web = await cluster.get<Deployment>(DEPLOYMENTS, 'web');
    const own = (await cluster.pods()).filter(({ metadata }) => metadata.labels?.app === 'web');
    expect(own.filter(isPodActive).filter(isPodReady)).toHaveLength(7);
    const image = web.spec.template.spec.containers?.[0]?.image;
    expect(new Set(own.map(({ spec }) => spec.containers?.[0]?.image))).toEqual(new Set([image]));
    const counts = { replicas: 7, updatedReplicas: 7, readyReplicas: 7, availableReplicas: 7 };
    expect(web.status).toMatchObject({ ...counts, observedGeneration: web.metadata.generation });
    expect((await cluster.replicaSets()).length).toBeLessThanOrEqual(3);
    cluster.writes.length = 0;
    await cluster.restart();
    await cluster.settle();
    expect(cluster.writes).toEqual([]);
  } finally {
    await cluster.stop();
  }
});
