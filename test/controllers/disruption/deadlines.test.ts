import { afterEach, describe, expect, test } from 'vitest';
import { rfc3339 } from '../../../server/base/clock.ts';
import type { Pod } from '../../../server/kube/types.gen.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { key, PODS, type Workloads } from '../../support/workloads.ts';
import { BUDGETS, barePod, budget, countsOf, disruptions, statusOf } from './support.ts';

const TIMEOUT_MS = 120_000;

describe('pods that were to go and stay', () => {
  let cluster: Workloads;
  let clock: SimulatedClock;

  afterEach(() => cluster.stop());

  async function start(): Promise<void> {
    clock = new SimulatedClock();
    cluster = await disruptions({ clock });
    for (const name of ['a', 'b', 'c']) await cluster.client.create(PODS, barePod(name, 'web'));
    await cluster.client.create(BUDGETS, budget('web', { minAvailable: 1 }));
    await cluster.settle();
  }

  /** What an eviction says before it deletes, and its server ends. */
  const disrupt = (names: readonly string[]): Promise<unknown> => {
    const disruptedPods = Object.fromEntries(names.map((name) => [name, rfc3339(clock.now())]));
    return cluster.client.patch(BUDGETS, key('web'), 'merge', { status: { disruptedPods } }, 'status');
  };

  async function target(name: string, reason: string): Promise<void> {
    const lastTransitionTime = rfc3339(clock.now());
    const conditions = [{ type: 'DisruptionTarget', status: 'True', reason, lastTransitionTime }];
    await cluster.client.patch(PODS, key(name), 'strategic', { status: { conditions } }, 'status');
    await cluster.settle();
  }

  async function targetOf(name: string): Promise<unknown> {
    await cluster.settle();
    const { status } = await cluster.get<Pod>(PODS, name);
    return status.conditions?.find(({ type }) => type === 'DisruptionTarget');
  }

  test('a disrupted pod counts as gone, and again when it is still there after two minutes', async () => {
    await start();
    expect(await countsOf(cluster, 'web')).toBe('2/3/1/3');
    await disrupt(['a', 'gone']);
    expect(await countsOf(cluster, 'web')).toBe('1/2/1/3');
    // What does not exist is no pod of the budget.
    expect(Object.keys((await statusOf(cluster, 'web')).disruptedPods ?? {})).toEqual(['a']);
    await clock.advance(TIMEOUT_MS - 1);
    expect(await countsOf(cluster, 'web')).toBe('1/2/1/3');
    await clock.advance(2);
    expect(await countsOf(cluster, 'web')).toBe('2/3/1/3');
    expect((await statusOf(cluster, 'web')).disruptedPods).toBeUndefined();
    expect(await cluster.events('a')).toEqual([
      "NotDeleted: Pod was expected by PDB default/default to be deleted but it wasn't",
    ]);
  });

  test('a controller that starts anew knows when the time is over', async () => {
    await start();
    await disrupt(['a']);
    await cluster.settle();
    await clock.advance(TIMEOUT_MS / 2);
    await cluster.restart();
    await clock.advance(TIMEOUT_MS / 2 + 2);
    expect(await countsOf(cluster, 'web')).toBe('2/3/1/3');
  });

  test('a DisruptionTarget condition ends after two minutes', async () => {
    await start();
    await target('a', 'EvictionByEvictionAPI');
    await clock.advance(TIMEOUT_MS - 1);
    expect(await targetOf('a')).toMatchObject({ status: 'True' });
    await clock.advance(2);
    expect(await targetOf('a')).toEqual({
      type: 'DisruptionTarget',
      status: 'False',
      observedGeneration: 1,
      lastProbeTime: null,
      lastTransitionTime: rfc3339(clock.now()),
    });
    cluster.writes.length = 0;
    await clock.advance(TIMEOUT_MS * 2);
    expect(cluster.writes).toEqual([]);
  });

  test('a kubelet may take its time', async () => {
    await start();
    await target('a', 'TerminationByKubelet');
    await clock.advance(TIMEOUT_MS * 2);
    expect(await targetOf('a')).toMatchObject({ status: 'True' });
  });
});
