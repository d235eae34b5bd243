import { expect, test } from 'vitest';
import { controller as garbageCollector } from '../../../controllers/garbage-collector/index.ts';
import { controller as statefulSets } from '../../../controllers/statefulset/index.ts';
import { type Random, seededRandom } from '../../../server/base/random.ts';
import { nextTurn } from '../../../server/base/turn.ts';
import type { StatefulSet } from '../../../server/kube/types.gen.ts';
import { readyPods } from '../../support/ready-pods.ts';
import { dataClaim, images, podNames, revisionsOf, STATEFUL_SETS, statefulSet } from '../../support/stateful-sets.ts';
import { key, newImage, PODS, type Workloads, workloads } from '../../support/workloads.ts';

const pick = (random: Random, below: number): number => Math.floor(random.fraction() * below);

/** What somebody does to a stateful set and its pods, whatever the controller is doing right now. */
async function disturb(cluster: Workloads, random: Random): Promise<void> {
  const change = (patch: object): Promise<unknown> =>
    cluster.client.patch(STATEFUL_SETS, key('web'), 'strategic', patch);
  const names = await podNames(cluster);
  const pod = key(names[pick(random, names.length)] ?? 'none');
  switch (pick(random, 8)) {
    case 0:
    case 1:
      return void (await change({ spec: { replicas: pick(random, 8) } }));
    case 2:
    case 3:
      return void (await change(newImage(`nginx:${pick(random, 4)}`)));
    case 4:
      return void (await change({ spec: { updateStrategy: { rollingUpdate: { partition: pick(random, 4) } } } }));
    case 5:
      return void (await change({ spec: { ordinals: { start: pick(random, 3) } } }));
    case 6:
      return cluster.client.delete(PODS, pod);
    default:
      await cluster.client.patch(PODS, pod, 'merge', { status: { phase: 'Failed' } }, 'status');
  }
}

test.each([1, 2, 3, 4, 5, 6])('a stateful set comes to rest where it should, seed %i', async (seed) => {
  const random = seededRandom(seed);
  const cluster = await workloads([statefulSets, garbageCollector, readyPods()]);
  try {
    const podManagementPolicy = seed % 2 === 0 ? 'Parallel' : 'OrderedReady';
    const spec = { podManagementPolicy, revisionHistoryLimit: 2, volumeClaimTemplates: [dataClaim()] };
    await cluster.client.create(STATEFUL_SETS, statefulSet('web', spec));
    await cluster.settle();
    for (let i = 0; i < 60; i++) {
      // Objects may be gone when it is their turn.
      await disturb(cluster, random).catch(() => undefined);
      for (let turns = pick(random, 6); turns > 0; turns--) await nextTurn();
      if (pick(random, 10) === 0) await cluster.settle();
      if (pick(random, 20) === 0) await cluster.restart();
    }
    const rollingUpdate = { partition: 0 };
    await cluster.client.patch(STATEFUL_SETS, key('web'), 'strategic', {
      spec: { replicas: 4, ordinals: { start: 1 }, updateStrategy: { rollingUpdate } },
    });
    await cluster.settle();
    const web = await cluster.get<StatefulSet>(STATEFUL_SETS, 'web');
    const image = web.spec.template.spec.containers?.[0]?.image;
    expect(await images(cluster)).toEqual([1, 2, 3, 4].map((ordinal) => `web-${ordinal} ${image}`));
    const counts = { replicas: 4, readyReplicas: 4, availableReplicas: 4, currentReplicas: 4, updatedReplicas: 4 };
    expect(web.status).toMatchObject({ ...counts, observedGeneration: web.metadata.generation });
    expect(web.status.currentRevision).toBe(web.status.updateRevision);
    expect((await revisionsOf(cluster)).length).toBeLessThanOrEqual(3);
    cluster.writes.length = 0;
    await cluster.restart();
    await cluster.settle();
    expect(cluster.writes).toEqual([]);
  } finally {
    await cluster.stop();
  }
});
