import { afterEach, describe, expect, test } from 'vitest';
import { controller as deployments } from '../../../controllers/deployment/index.ts';
import { isPodActive, isPodReady } from '../../../controllers/lib/pods.ts';
import { controller as replicaSets } from '../../../controllers/replicaset/index.ts';
import type { Frozen } from '../../../server/base/freeze.ts';
import type { Deployment, Pod } from '../../../server/kube/types.gen.ts';
import { readyPods } from '../../support/ready-pods.ts';
import { DEPLOYMENTS, deployment, key, newImage, PODS, type Workloads, workloads } from '../../support/workloads.ts';

/** Follows all pods, and remembers the most there were and the fewest that were ready. */
class Watcher {
  readonly #pods = new Map<string, Frozen<Pod>>();
  most = 0;
  fewestReady = Number.POSITIVE_INFINITY;

  see(type: string, pod: Frozen<Pod>): void {
    const name = pod.metadata.name ?? '';
    if (type === 'DELETED') this.#pods.delete(name);
    else this.#pods.set(name, pod);
    const active = [...this.#pods.values()].filter(isPodActive);
    this.most = Math.max(this.most, active.length);
    this.fewestReady = Math.min(this.fewestReady, active.filter(isPodReady).length);
  }
}

describe('a rolling update stays within its bounds', () => {
  let cluster: Workloads;
  afterEach(() => cluster.stop());

  test.each([
    [10, '25%', '25%', 13, 8],
    [10, 1, 0, 11, 10],
    [10, 0, 1, 10, 9],
    [10, 3, 2, 13, 8],
    [10, '100%', 0, 20, 10],
    [10, 0, '100%', 10, 0],
    // 1 % of 5 is nothing, but something has to move.
    [5, 0, '1%', 5, 4],
    [1, '25%', '25%', 2, 1],
  ])('%i replicas, maxSurge %s, maxUnavailable %s', async (replicas, maxSurge, maxUnavailable, most, fewest) => {
    cluster = await workloads([deployments, replicaSets, readyPods()]);
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } };
    await cluster.client.create(DEPLOYMENTS, deployment('web', { replicas, strategy }));
    await cluster.settle();
    const watcher = new Watcher();
    const { items, resourceVersion } = await cluster.transport.list({ resource: PODS, namespace: '' });
    for (const pod of items) watcher.see('ADDED', pod as Frozen<Pod>);
    watcher.fewestReady = replicas;
    const observer = {
      event: (type: string, pod: unknown) => watcher.see(type, pod as Frozen<Pod>),
      end: () => undefined,
    };
    const cancel = cluster.transport.watch({ resource: PODS, namespace: '', resourceVersion }, observer);
    await cluster.client.patch(DEPLOYMENTS, key('web'), 'strategic', newImage('nginx:2'));
    await cluster.settle();
    cancel();
    const pods = await cluster.pods();
    expect(pods.map(({ spec }) => spec.containers?.[0]?.image)).toEqual(
      Array.from({ length: replicas }, () => 'nginx:2'),
    );
    expect((await cluster.get<Deployment>(DEPLOYMENTS, 'web')).status).toMatchObject({
      updatedReplicas: replicas,
      replicas,
    });
    expect(watcher.most).toBeLessThanOrEqual(most);
    expect(watcher.fewestReady).toBeGreaterThanOrEqual(fewest);
  });

  test('an old pod that fails while new ones are not ready stays: it is none too many', async () => {
    const isSick = ({ metadata, spec }: Frozen<Pod>): boolean =>
      metadata.annotations?.sick === 'yes' || spec.containers?.[0]?.image === 'bad';
    cluster = await workloads([deployments, replicaSets, readyPods((pod) => !isSick(pod))]);
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } };
    await cluster.client.create(DEPLOYMENTS, deployment('web', { replicas: 10, strategy }));
    await cluster.settle();
    await cluster.client.patch(DEPLOYMENTS, key('web'), 'strategic', newImage('bad'));
    await cluster.settle();
    const old = (await cluster.pods()).filter(isPodReady);
    expect(old).toHaveLength(8);
    await cluster.client.patch(PODS, key(old[0]?.metadata.name ?? ''), 'merge', {
      metadata: { annotations: { sick: 'yes' } },
    });
    await cluster.settle();
    const sizes = (await cluster.replicaSets()).map(({ spec }) => spec.replicas ?? 0).sort((a, b) => a - b);
    expect(sizes).toEqual([5, 8]);
  });

  test('new pods that never become ready stop it', async () => {
    cluster = await workloads([
      deployments,
      replicaSets,
      readyPods(({ spec }) => spec.containers?.[0]?.image !== 'bad'),
    ]);
    await cluster.client.create(DEPLOYMENTS, deployment('web', { replicas: 4 }));
    await cluster.settle();
    await cluster.client.patch(DEPLOYMENTS, key('web'), 'strategic', newImage('bad'));
    await cluster.settle();
    const pods = await cluster.pods();
    expect(pods.filter(isPodReady)).toHaveLength(3);
    expect(pods).toHaveLength(5);
    const { status } = await cluster.get<Deployment>(DEPLOYMENTS, 'web');
    expect(status).toMatchObject({ replicas: 5, updatedReplicas: 2, readyReplicas: 3, unavailableReplicas: 2 });
    await cluster.client.patch(DEPLOYMENTS, key('web'), 'strategic', newImage('nginx:1'));
    await cluster.settle();
    expect((await cluster.pods()).filter(isPodReady)).toHaveLength(4);
  });
});
