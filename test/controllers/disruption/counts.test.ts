import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { key, PODS, REPLICA_SETS, replicaSet, type Workloads } from '../../support/workloads.ts';
import { BUDGETS, barePod, budget, countsOf, disruptions, statusOf } from './support.ts';

describe('what a budget allows', () => {
  let cluster: Workloads;

  beforeEach(async () => {
    cluster = await disruptions({ becomesReady: (pod) => pod.metadata.labels?.state !== 'slow' });
  });
  afterEach(() => cluster.stop());

  // Columns: the spec, the size of the replica set, allowed/healthy/desired/expected.
  test.each([
    [{ minAvailable: 2 }, 5, '3/5/2/5'],
    [{ minAvailable: 7 }, 5, '0/5/7/5'],
    [{ minAvailable: '50%' }, 5, '2/5/3/5'],
    [{ minAvailable: '100%' }, 5, '0/5/5/5'],
    [{ maxUnavailable: 2 }, 5, '2/5/3/5'],
    [{ maxUnavailable: 9 }, 5, '5/5/0/5'],
    [{ maxUnavailable: '30%' }, 5, '2/5/3/5'],
    [{ maxUnavailable: '0%' }, 5, '0/5/5/5'],
    [{}, 5, '0/5/0/0'],
  ])('%j of %i pods', async (spec, replicas, counts) => {
    await cluster.client.create(REPLICA_SETS, replicaSet('web', { replicas }));
    await cluster.client.create(BUDGETS, budget('web', spec));
    expect(await countsOf(cluster, 'web')).toBe(counts);
  });

  test('pods that are not ready count as expected, not as healthy', async () => {
    const labels = { app: 'web', state: 'slow' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    await cluster.client.create(REPLICA_SETS, replicaSet('web', { replicas: 3, template: template as never }));
    await cluster.client.create(BUDGETS, budget('web', { maxUnavailable: 1 }));
    expect(await countsOf(cluster, 'web')).toBe('0/0/2/3');
  });

  test('a budget without pods allows nothing, and says so', async () => {
    await cluster.client.create(BUDGETS, budget('web', { minAvailable: 0 }));
    expect(await statusOf(cluster, 'web')).toEqual({
      observedGeneration: 1,
      disruptionsAllowed: 0,
      currentHealthy: 0,
      desiredHealthy: 0,
      expectedPods: 0,
      conditions: [
        {
          type: 'DisruptionAllowed',
          status: 'False',
          observedGeneration: 1,
          lastTransitionTime: expect.any(String) as string,
          reason: 'InsufficientPods',
          message: '',
        },
      ],
    });
    // Once for the new budget, once for its new status.
    expect(await cluster.events('web')).toEqual(Array(2).fill('NoPods: No matching pods found'));
  });

  test('an empty selector is for all pods of the namespace, a missing one for none', async () => {
    await cluster.client.create(PODS, barePod('a', 'one'));
    await cluster.client.create(PODS, barePod('b', 'two'));
    await cluster.client.create(BUDGETS, { metadata: key('all'), spec: { minAvailable: 1, selector: {} } } as never);
    await cluster.client.create(BUDGETS, { metadata: key('none'), spec: { minAvailable: 1 } } as never);
    expect(await countsOf(cluster, 'all')).toBe('1/2/1/2');
    expect(await countsOf(cluster, 'none')).toBe('0/0/1/0');
  });

  test('the status follows the pods, their labels and the spec', async () => {
    await cluster.client.create(PODS, barePod('a', 'web'));
    await cluster.client.create(PODS, barePod('b', 'web'));
    await cluster.client.create(BUDGETS, budget('web', { minAvailable: 1 }));
    expect(await statusOf(cluster, 'web')).toMatchObject({
      disruptionsAllowed: 1,
      conditions: [{ status: 'True', reason: 'SufficientPods', observedGeneration: 1 }],
    });
    await cluster.client.patch(PODS, key('a'), 'merge', { metadata: { labels: { app: 'other' } } });
    expect(await countsOf(cluster, 'web')).toBe('0/1/1/1');
    await cluster.client.patch(BUDGETS, key('web'), 'merge', { spec: { minAvailable: 0 } });
    expect(await statusOf(cluster, 'web')).toMatchObject({
      disruptionsAllowed: 1,
      observedGeneration: 2,
      conditions: [{ status: 'True', observedGeneration: 2 }],
    });
    await cluster.client.delete(PODS, key('b'), { gracePeriodSeconds: 0 });
    expect(await countsOf(cluster, 'web')).toBe('0/0/0/0');
  });

  test('a controller that starts anew writes nothing where nothing has changed', async () => {
    await cluster.client.create(REPLICA_SETS, replicaSet('web', { replicas: 3 }));
    await cluster.client.create(BUDGETS, budget('web', { minAvailable: '50%' }));
    await cluster.client.create(BUDGETS, budget('empty', { maxUnavailable: 1 }));
    await cluster.settle();
    cluster.writes.length = 0;
    await cluster.restart();
    await cluster.settle();
    expect(cluster.writes).toEqual([]);
  });
});
