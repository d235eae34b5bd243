import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAEMON_SETS, type DaemonCluster, daemonCluster, daemonSet } from '../../support/daemon-sets.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { newImage } from '../../support/workloads.ts';

describe('minReadySeconds', () => {
  let cluster: DaemonCluster;
  let clock: SimulatedClock;

  beforeEach(async () => {
    clock = new SimulatedClock();
    cluster = await daemonCluster(['one', 'two'], { clock });
  });
  afterEach(() => cluster.stop());

  async function start(rollingUpdate: object): Promise<void> {
    const updateStrategy = { type: 'RollingUpdate', rollingUpdate };
    await cluster.client.create(DAEMON_SETS, daemonSet('web', { minReadySeconds: 30, updateStrategy }));
    await cluster.settle();
  }

  const pass = async (ms: number): Promise<void> => {
    await clock.advance(ms);
    await cluster.settle();
  };

  test('pods become available when they have been ready for that long', async () => {
    await start({});
    await pass(29_999);
    expect((await cluster.set()).status).toMatchObject({ numberReady: 2, numberUnavailable: 2 });
    await pass(1);
    expect((await cluster.set()).status).toMatchObject({ numberReady: 2, numberAvailable: 2 });
    expect((await cluster.set()).status).not.toHaveProperty('numberUnavailable');
  });

  test('a rolling update goes on as pods become available', async () => {
    await start({});
    await pass(30_000);
    await cluster.change(newImage('nginx:2'));
    expect(await cluster.placed()).toHaveLength(2);
    expect((await cluster.set()).status).toMatchObject({ updatedNumberScheduled: 1 });
    await pass(30_000);
    expect((await cluster.set()).status).toMatchObject({ updatedNumberScheduled: 2, numberAvailable: 1 });
    await pass(30_000);
    expect((await cluster.set()).status).toMatchObject({ updatedNumberScheduled: 2, numberAvailable: 2 });
  });

  test('with surge, old pods stay until the new ones are available', async () => {
    await start({ maxSurge: 2, maxUnavailable: 0 });
    await pass(30_000);
    await cluster.change(newImage('nginx:2'));
    await pass(29_999);
    expect(await cluster.placed()).toEqual(['one nginx:1', 'one nginx:2', 'two nginx:1', 'two nginx:2']);
    await pass(1);
    expect(await cluster.placed()).toEqual(['one nginx:2', 'two nginx:2']);
  });
});
