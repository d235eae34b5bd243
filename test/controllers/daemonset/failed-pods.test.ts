import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAEMON_SETS, type DaemonCluster, daemonCluster, daemonSet, setPhase } from '../../support/daemon-sets.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { newImage } from '../../support/workloads.ts';

describe('daemon pods that end', () => {
  let cluster: DaemonCluster;
  let clock: SimulatedClock;

  beforeEach(async () => {
    clock = new SimulatedClock();
    cluster = await daemonCluster(['one'], { clock });
    await cluster.client.create(DAEMON_SETS, daemonSet('web'));
    await cluster.settle();
  });
  afterEach(() => cluster.stop());

  const uid = async (): Promise<string | undefined> => (await cluster.podsOn('one'))[0]?.metadata.uid;

  /** Lets the pod fail, and returns after how many milliseconds another took its place. */
  async function fail(longestMs: number): Promise<number> {
    const [pod] = await cluster.podsOn('one');
    await setPhase(cluster, pod, 'Failed');
    for (let waitedMs = 0; waitedMs <= longestMs; waitedMs += 500) {
      await cluster.settle();
      if ((await uid()) !== pod?.metadata.uid) return waitedMs;
      await clock.advance(500);
    }
    return Number.POSITIVE_INFINITY;
  }

  test('are replaced, and an Event tells of it', async () => {
    const [pod] = await cluster.podsOn('one');
    expect(await fail(0)).toBe(0);
    expect(await cluster.events('web')).toContain(
      `FailedDaemonPod: Found failed daemon pod default/${pod?.metadata.name} on node one, will try to kill it`,
    );
  });

  test('are replaced when they succeed too, without delay', async () => {
    for (let i = 0; i < 3; i++) {
      const [pod] = await cluster.podsOn('one');
      await setPhase(cluster, pod, 'Succeeded');
      await cluster.settle();
      expect(await uid()).not.toBe(pod?.metadata.uid);
      const found = `Found succeeded daemon pod default/${pod?.metadata.name} on node one`;
      expect(await cluster.events('web')).toContain(`SucceededDaemonPod: ${found}, will try to delete it`);
    }
  });

  test('are replaced later each time when they fail again and again', async () => {
    expect([await fail(0), await fail(5000), await fail(5000), await fail(9000)]).toEqual([0, 1000, 2000, 4000]);
  });

  test('are replaced at once again when the template has changed', async () => {
    for (const longestMs of [0, 2000, 4000]) await fail(longestMs);
    await cluster.change(newImage('nginx:2'));
    expect(await fail(0)).toBe(0);
  });
});
