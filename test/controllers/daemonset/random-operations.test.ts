import { expect, test } from 'vitest';
import { type Random, seededRandom } from '../../../server/base/random.ts';
import { nextTurn } from '../../../server/base/turn.ts';
import {
  DAEMON_SETS,
  type DaemonCluster,
  daemonCluster,
  daemonSet,
  NODES,
  node,
  setPhase,
} from '../../support/daemon-sets.ts';
import { key, newImage, PODS } from '../../support/workloads.ts';

const NAMES = ['one', 'two', 'three', 'four', 'five', 'six'];
const pick = (random: Random, below: number): number => Math.floor(random.fraction() * below);

/** What somebody does to a daemon set, its pods and its nodes, whatever the controllers are doing right now. */
async function disturb(cluster: DaemonCluster, random: Random): Promise<unknown> {
  const { client } = cluster;
  const pods = await cluster.pods();
  const pod = pods[pick(random, pods.length)];
  const podKey = key(pod?.metadata.name ?? '');
  const name = NAMES[pick(random, NAMES.length)] ?? '';
  const nodeKey = { namespace: '', name };
  const change = (patch: object): Promise<unknown> => client.patch(DAEMON_SETS, key('web'), 'strategic', patch);
  switch (pick(random, 10)) {
    case 0:
    case 1:
      return change(newImage(`nginx:${pick(random, 4)}`));
    case 2:
      return change({ spec: { template: { spec: { nodeSelector: { disk: pick(random, 2) === 0 ? 'ssd' : null } } } } });
    case 3:
      return client.patch(NODES, nodeKey, 'merge', { metadata: { labels: { disk: pick(random, 2) ? 'ssd' : null } } });
    case 4:
    case 5: {
      const effect = pick(random, 2) === 0 ? 'NoSchedule' : 'NoExecute';
      return client.patch(NODES, nodeKey, 'merge', { spec: { taints: pick(random, 2) ? [{ key: 'x', effect }] : [] } });
    }
    case 6:
      return client.delete(NODES, nodeKey);
    case 7:
      return client.create(NODES, node(name, { disk: 'ssd' }));
    case 8:
      return pick(random, 2) === 0 ? client.delete(PODS, podKey) : setPhase(cluster, pod, 'Succeeded');
    default:
      return client.patch(PODS, podKey, 'merge', { metadata: { labels: { app: 'lost' } } });
  }
}

test.each([1, 2, 3, 4, 5, 6])('a daemon set comes to rest where it should, seed %i', async (seed) => {
  const random = seededRandom(seed);
  const cluster = await daemonCluster(NAMES.slice(3));
  try {
    const rollingUpdate = seed % 2 ? { maxUnavailable: 2 } : { maxSurge: 2, maxUnavailable: 0 };
    const updateStrategy = { type: 'RollingUpdate', rollingUpdate };
    await cluster.client.create(DAEMON_SETS, daemonSet('web', { updateStrategy, revisionHistoryLimit: 2 }));
    for (let i = 0; i < 80; i++) {
      // Objects may be gone when it is their turn, or there already.
      await disturb(cluster, random).catch(() => undefined);
      for (let turns = pick(random, 6); turns > 0; turns--) await nextTurn();
      if (pick(random, 20) === 0) await cluster.restart();
    }
    for (const name of NAMES) {
      await cluster.client.create(NODES, node(name)).catch(() => undefined);
      await cluster.client.patch(NODES, { namespace: '', name }, 'merge', { spec: { taints: [] } });
    }
    await cluster.change({ spec: { template: { spec: { nodeSelector: null } } } });
    await cluster.change(newImage('nginx:last'));
    const own = (await cluster.pods()).filter(({ metadata }) => metadata.labels?.app === 'web');
    expect(own.map(({ spec }) => `${spec.nodeName} ${spec.containers?.[0]?.image}`).sort()).toEqual(
      NAMES.map((name) => `${name} nginx:last`).sort(),
    );
    const { status, metadata } = await cluster.set();
    expect(status).toMatchObject({ updatedNumberScheduled: 6, numberAvailable: 6, numberMisscheduled: 0 });
    expect(status.observedGeneration).toBe(metadata.generation);
    expect((await cluster.revisions()).length).toBeLessThanOrEqual(3);
    cluster.writes.length = 0;
    await cluster.restart();
    await cluster.settle();
    expect(cluster.writes).toEqual([]);
  } finally {
    await cluster.stop();
  }
});
