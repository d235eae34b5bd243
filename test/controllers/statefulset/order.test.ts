import { afterEach, describe, expect, test } from 'vitest';
import { controller as statefulSets } from '../../../controllers/statefulset/index.ts';
import { readyPods } from '../../support/ready-pods.ts';
import { podLife, podNames, STATEFUL_SETS, statefulSet } from '../../support/stateful-sets.ts';
import { key, PODS, type Workloads, workloads } from '../../support/workloads.ts';

describe('pods of a stateful set', () => {
  let cluster: Workloads;
  let unready: Set<string>;

  afterEach(() => cluster.stop());

  async function start(spec: object, ...unreadyPods: string[]): Promise<void> {
    unready = new Set(unreadyPods);
    cluster = await workloads([statefulSets, readyPods(({ metadata }) => !unready.has(metadata.name ?? ''))]);
    await cluster.client.create(STATEFUL_SETS, statefulSet('web', spec));
    await cluster.settle();
  }

  /** The next look at a pod finds it ready, or not. */
  async function become(name: string, ready: boolean): Promise<void> {
    if (ready) unready.delete(name);
    else unready.add(name);
    const annotations = { ready: String(ready) };
    await cluster.client.patch(PODS, key(name), 'merge', { metadata: { annotations } });
    await cluster.settle();
  }

  async function scale(replicas: number): Promise<void> {
    await cluster.client.patch(STATEFUL_SETS, key('web'), 'merge', { spec: { replicas } });
    await cluster.settle();
  }

  test('come one after the other, each when the one before is ready', async () => {
    await start({}, 'web-1');
    expect(await podNames(cluster)).toEqual(['web-0', 'web-1']);
    await become('web-1', true);
    expect(await podLife(cluster)).toEqual(['+web-0', '+web-1', '+web-2']);
  });

  test('go one after the other, the highest ordinal first', async () => {
    await start({});
    await scale(0);
    expect(await podLife(cluster)).toEqual(['+web-0', '+web-1', '+web-2', '-web-2', '-web-1', '-web-0']);
  });

  test('do not go while another pod is not ready', async () => {
    await start({});
    await become('web-0', false);
    await scale(1);
    expect(await podNames(cluster)).toEqual(['web-0', 'web-1', 'web-2']);
    await become('web-0', true);
    expect(await podNames(cluster)).toEqual(['web-0']);
  });

  test('go although they are not ready, when they are the first that is not', async () => {
    await start({}, 'web-2');
    await scale(1);
    expect(await podNames(cluster)).toEqual(['web-0']);
  });

  test('are replaced when somebody deletes one', async () => {
    await start({});
    const before = await cluster.get(PODS, 'web-1');
    await cluster.client.delete(PODS, key('web-1'));
    await cluster.settle();
    expect(await podNames(cluster)).toEqual(['web-0', 'web-1', 'web-2']);
    expect((await cluster.get(PODS, 'web-1')).metadata.uid).not.toBe(before.metadata.uid);
  });

  test('come and go all at once under the policy Parallel', async () => {
    await start({ podManagementPolicy: 'Parallel' }, 'web-0', 'web-1', 'web-2');
    expect(await podNames(cluster)).toEqual(['web-0', 'web-1', 'web-2']);
    await scale(1);
    expect(await podNames(cluster)).toEqual(['web-0']);
  });

  test.each(['Failed', 'Succeeded'])('that have %s are replaced', async (phase) => {
    await start({});
    const before = await cluster.get(PODS, 'web-1');
    await cluster.client.patch(PODS, key('web-1'), 'merge', { status: { phase } }, 'status');
    await cluster.settle();
    expect((await cluster.get(PODS, 'web-1')).metadata.uid).not.toBe(before.metadata.uid);
    expect(await podLife(cluster)).toContain('-web-1');
  });

  test('stay as they are while the set is being deleted', async () => {
    await start({});
    await cluster.client.patch(STATEFUL_SETS, key('web'), 'merge', { metadata: { finalizers: ['example.com/hold'] } });
    await cluster.client.delete(STATEFUL_SETS, key('web'));
    await cluster.client.delete(PODS, key('web-1'));
    await cluster.settle();
    expect(await podNames(cluster)).toEqual(['web-0', 'web-2']);
    expect((await cluster.get(STATEFUL_SETS, 'web')).status).toMatchObject({ replicas: 2, readyReplicas: 2 });
  });
});
