import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAEMON_SETS, type DaemonCluster, daemonCluster, daemonSet, REVISIONS } from '../../support/daemon-sets.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { key, newImage, PODS } from '../../support/workloads.ts';

describe('an informer that lags', () => {
  let cluster: DaemonCluster;
  let held: (() => void)[] | undefined;
  let lagging: string;
  let clock: SimulatedClock;

  beforeEach(async () => {
    held = undefined;
    clock = new SimulatedClock();
    const event = (resource: string, pass: () => void): void => {
      if (held && resource === lagging) held.push(pass);
      else pass();
    };
    cluster = await daemonCluster(['one', 'two', 'three'], { event, clock });
  });
  afterEach(() => cluster.stop());

  /** Lets the informers know one thing after the other, and the controller act on each. */
  async function catchUp(): Promise<void> {
    while (held && held.length > 0) {
      held.shift()?.();
      await cluster.settle();
    }
    held = undefined;
    await cluster.settle();
  }

  const poke = (text: string): Promise<void> => cluster.change({ metadata: { annotations: { poke: text } } });
  const count = (write: string): number => cluster.writes.filter((made) => made === write).length;

  test('of pods makes no pod twice', async () => {
    [lagging, held] = [PODS, []];
    await cluster.client.create(DAEMON_SETS, daemonSet('web'));
    await cluster.settle();
    for (const text of ['a', 'b']) await poke(text);
    await catchUp();
    expect(count('create v1/pods')).toBe(3);
    expect(await cluster.placed()).toHaveLength(3);
  });

  test('of pods makes no update go too far', async () => {
    await cluster.client.create(DAEMON_SETS, daemonSet('web'));
    await cluster.settle();
    cluster.writes.length = 0;
    [lagging, held] = [PODS, []];
    await cluster.change(newImage('nginx:2'));
    for (const text of ['a', 'b']) await poke(text);
    expect(count('delete v1/pods')).toBe(1);
    await catchUp();
    expect(await cluster.placed()).toEqual(['one nginx:2', 'three nginx:2', 'two nginx:2']);
  });

  test('of pods deletes no pod twice', async () => {
    const rollingUpdate = { maxSurge: 3, maxUnavailable: 0 };
    const updateStrategy = { type: 'RollingUpdate', rollingUpdate };
    await cluster.client.create(DAEMON_SETS, daemonSet('web', { minReadySeconds: 30, updateStrategy }));
    await cluster.settle();
    await clock.advance(30_000);
    await cluster.change(newImage('nginx:2'));
    [lagging, held] = [PODS, []];
    cluster.writes.length = 0;
    await clock.advance(30_000);
    await cluster.settle();
    expect(count('delete v1/pods')).toBe(3);
    await catchUp();
    expect(await cluster.placed()).toEqual(['one nginx:2', 'three nginx:2', 'two nginx:2']);
  });

  test('of revisions makes no revision twice', async () => {
    [lagging, held] = [REVISIONS, []];
    await cluster.client.create(DAEMON_SETS, daemonSet('web'));
    await cluster.settle();
    await poke('a');
    await catchUp();
    expect(count(`create ${REVISIONS}`)).toBe(1);
  });

  test('of daemon sets makes no status conflict', async () => {
    await cluster.client.create(DAEMON_SETS, daemonSet('web'));
    await cluster.settle();
    [lagging, held] = [DAEMON_SETS, []];
    for (const { metadata } of await cluster.pods()) await cluster.client.delete(PODS, key(metadata.name ?? ''));
    await cluster.settle();
    await catchUp();
    cluster.writes.length = 0;
    await cluster.restart();
    await cluster.settle();
    expect(cluster.writes).toEqual([]);
    expect((await cluster.set()).status).toMatchObject({ numberAvailable: 3 });
  });
});
