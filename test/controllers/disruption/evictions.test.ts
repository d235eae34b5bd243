import { afterEach, describe, expect, test } from 'vitest';
import { key, PODS, REPLICA_SETS, replicaSet, type Workloads } from '../../support/workloads.ts';
import { BUDGETS, barePod, budget, countsOf, disruptions, evict, type Options } from './support.ts';

describe('evictions under a budget', () => {
  let cluster: Workloads;

  afterEach(() => cluster.stop());

  async function start(pods: readonly string[], spec: object, options: Options = {}): Promise<void> {
    cluster = await disruptions(options);
    for (const name of pods) await cluster.client.create(PODS, barePod(name, 'web'));
    await cluster.client.create(BUDGETS, budget('web', spec));
    await cluster.settle();
  }

  test('no more pods go at once than the budget allows', async () => {
    const names = Array.from({ length: 8 }, (_, i) => `p${i}`);
    await start(names, { minAvailable: 5 });
    const refusals = await Promise.all(names.map((name) => evict(cluster, name)));
    expect(refusals.filter((refusal) => refusal === undefined)).toHaveLength(3);
    await cluster.settle();
    expect(await cluster.pods()).toHaveLength(5);
    expect(await countsOf(cluster, 'web')).toBe('0/5/5/5');
  });

  test('what is refused says how many pods the budget needs', async () => {
    await start(['p'], { minAvailable: 1 });
    expect(await evict(cluster, 'p')).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      reason: 'TooManyRequests',
      details: {
        causes: [
          { reason: 'DisruptionBudget', message: 'The disruption budget web needs 1 healthy pods and has 1 currently' },
        ],
      },
      code: 429,
    });
  });

  test('a replaced pod makes room for the next one', async () => {
    cluster = await disruptions();
    await cluster.client.create(REPLICA_SETS, replicaSet('web', { replicas: 3 }));
    await cluster.client.create(BUDGETS, budget('web', { maxUnavailable: 1 }));
    await cluster.settle();
    for (const { metadata } of await cluster.pods()) {
      expect(await evict(cluster, metadata.name ?? '')).toBeUndefined();
      await cluster.settle();
    }
    expect(await countsOf(cluster, 'web')).toBe('1/3/2/3');
  });

  test.each([
    ['IfHealthyBudget', 429],
    ['AlwaysAllow', undefined],
  ])('a pod that is not ready goes under %s only if so', async (unhealthyPodEvictionPolicy, code) => {
    const becomesReady = ({ metadata }: { metadata: { name?: string } }): boolean => metadata.name !== 'sick';
    await start(['sick', 'well'], { minAvailable: 2, unhealthyPodEvictionPolicy }, { becomesReady });
    expect((await evict(cluster, 'sick'))?.code).toBe(code);
    expect((await evict(cluster, 'well'))?.code).toBe(429);
  });

  test('a pod that is not ready is not missed where enough others are', async () => {
    const becomesReady = ({ metadata }: { metadata: { name?: string } }): boolean => metadata.name !== 'sick';
    await start(['sick', 'well'], { minAvailable: 1 }, { becomesReady });
    expect(await evict(cluster, 'sick')).toBeUndefined();
  });

  test('a pod of two budgets is not evicted, and an Event tells of them', async () => {
    await start(['p'], { minAvailable: 0 });
    await cluster.client.create(BUDGETS, { ...budget('web', { minAvailable: 0 }), metadata: key('other') });
    await cluster.settle();
    expect((await evict(cluster, 'p'))?.code).toBe(500);
    await cluster.client.patch(PODS, key('p'), 'merge', { metadata: { labels: { more: 'x' } } });
    await cluster.settle();
    expect(await cluster.events('p')).toEqual([
      'MultiplePodDisruptionBudgets: Pod "default"/"p" matches multiple PodDisruptionBudgets.  ' +
        'Chose "web" arbitrarily.',
    ]);
  });
});
