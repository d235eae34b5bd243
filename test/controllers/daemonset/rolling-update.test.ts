import { afterEach, describe, expect, test } from 'vitest';
import { isPodReady } from '../../../controllers/lib/pods.ts';
import type { Frozen } from '../../../server/base/freeze.ts';
import type { Pod } from '../../../server/kube/types.gen.ts';
import { DAEMON_SETS, type DaemonCluster, daemonCluster, daemonSet, setPhase } from '../../support/daemon-sets.ts';
import { key, newImage, PODS } from '../../support/workloads.ts';

const NODES = ['one', 'two', 'three', 'four', 'five'];
const imageOf = ({ spec }: Frozen<Pod>): string => spec.containers?.[0]?.image ?? '';

describe('a rolling update', () => {
  let cluster: DaemonCluster;
  let broken: ReadonlySet<string>;

  afterEach(() => cluster.stop());

  /** Starts a set on five nodes; pods whose image is broken never become ready. */
  async function start(rollingUpdate?: object, type = 'RollingUpdate'): Promise<void> {
    broken = new Set(['nginx:broken']);
    cluster = await daemonCluster(NODES, { becomesReady: (pod) => !broken.has(imageOf(pod)) });
    const updateStrategy = { type, ...(rollingUpdate && { rollingUpdate }) };
    await cluster.client.create(DAEMON_SETS, daemonSet('web', { updateStrategy }));
    await cluster.settle();
  }

  const count = async (image: string): Promise<number> =>
    (await cluster.pods()).filter((pod) => imageOf(pod) === image).length;

  test('ends with new pods only', async () => {
    await start();
    await cluster.change(newImage('nginx:2'));
    expect(await cluster.placed()).toEqual(NODES.map((node) => `${node} nginx:2`).sort());
    expect((await cluster.set()).status).toEqual({
      currentNumberScheduled: 5,
      desiredNumberScheduled: 5,
      numberAvailable: 5,
      numberMisscheduled: 0,
      numberReady: 5,
      observedGeneration: 2,
      updatedNumberScheduled: 5,
    });
  });

  test.each([
    [undefined, 1],
    [{ maxUnavailable: 2 }, 2],
    [{ maxUnavailable: '30%' }, 2],
    [{ maxUnavailable: '100%' }, 5],
  ])('with %j stops when %i pods are not available', async (rollingUpdate, most) => {
    await start(rollingUpdate);
    await cluster.change(newImage('nginx:broken'));
    expect(await count('nginx:broken')).toBe(most);
    expect((await cluster.set()).status).toMatchObject({
      updatedNumberScheduled: most,
      numberUnavailable: most,
      desiredNumberScheduled: 5,
    });
  });

  test('replaces old pods that are not available at once', async () => {
    await start();
    await cluster.change(newImage('nginx:broken'));
    await cluster.change(newImage('nginx:also-broken'));
    broken = new Set([...broken, 'nginx:also-broken']);
    await cluster.change(newImage('nginx:2'));
    expect(await count('nginx:2')).toBe(5);
  });

  test('goes on when pods become available', async () => {
    await start();
    await cluster.change(newImage('nginx:broken'));
    broken = new Set();
    const [waiting] = (await cluster.pods()).filter((pod) => !isPodReady(pod));
    await cluster.client.patch(PODS, key(waiting?.metadata.name ?? ''), 'merge', { metadata: { labels: { a: 'b' } } });
    await cluster.settle();
    expect(await count('nginx:broken')).toBe(5);
  });

  test('does not happen with OnDelete, until somebody deletes a pod', async () => {
    await start(undefined, 'OnDelete');
    await cluster.change(newImage('nginx:2'));
    expect(await count('nginx:2')).toBe(0);
    expect((await cluster.set()).status).not.toHaveProperty('updatedNumberScheduled');
    const [pod] = await cluster.podsOn('three');
    await cluster.client.delete(PODS, key(pod?.metadata.name ?? ''));
    await cluster.settle();
    expect(await count('nginx:2')).toBe(1);
    expect((await cluster.set()).status).toMatchObject({ updatedNumberScheduled: 1, observedGeneration: 2 });
  });

  test('counts a pod of the same template generation as new', async () => {
    await start();
    cluster.writes.length = 0;
    const [pod] = await cluster.podsOn('one');
    await cluster.client.patch(PODS, key(pod?.metadata.name ?? ''), 'merge', {
      metadata: { labels: { 'controller-revision-hash': 'older' } },
    });
    await cluster.settle();
    expect(cluster.writes).toEqual([]);
  });

  test('does not touch pods that have ended more than once', async () => {
    await start();
    const [pod] = await cluster.podsOn('one');
    await setPhase(cluster, pod, 'Succeeded');
    await cluster.settle();
    expect(await cluster.placed()).toEqual(NODES.map((node) => `${node} nginx:1`).sort());
  });
});
