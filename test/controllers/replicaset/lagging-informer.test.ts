import { afterEach, describe, expect, test } from 'vitest';
import { controller as replicaSets } from '../../../controllers/replicaset/index.ts';
import { key, PODS, REPLICA_SETS, replicaSet, type Workloads, workloads } from '../../support/workloads.ts';

describe('an informer that lags', () => {
  let cluster: Workloads;
  let held: (() => void)[] | undefined;

  afterEach(() => cluster.stop());

  async function start(lagging: string): Promise<void> {
    held = [];
    const event = (resource: string, pass: () => void): void => {
      if (held && resource === lagging) held.push(pass);
      else pass();
    };
    cluster = await workloads([replicaSets], { event });
  }

  /** Lets the informer know one thing after the other, and the controller act on each. */
  async function catchUp(): Promise<void> {
    while (held && held.length > 0) {
      held.shift()?.();
      await cluster.settle();
    }
    held = undefined;
    await cluster.settle();
  }

  const poke = (text: string): Promise<unknown> =>
    cluster.client.patch(REPLICA_SETS, key('web'), 'merge', { metadata: { annotations: { poke: text } } });

  const count = (write: string): number => cluster.writes.filter((made) => made === write).length;

  test('makes no pod twice', async () => {
    await start(PODS);
    await cluster.client.create(REPLICA_SETS, replicaSet('web', { replicas: 5 }));
    await cluster.settle();
    for (const text of ['a', 'b', 'c']) {
      await poke(text);
      await cluster.settle();
    }
    expect(count('create v1/pods')).toBe(5);
    await catchUp();
    expect(count('create v1/pods')).toBe(5);
    expect(count('delete v1/pods')).toBe(0);
    expect((await cluster.get(REPLICA_SETS, 'web')).status).toMatchObject({ replicas: 5 });
  });

  test('deletes no pod too many', async () => {
    await start(PODS);
    held = undefined;
    await cluster.client.create(REPLICA_SETS, replicaSet('web', { replicas: 5 }));
    await cluster.settle();
    held = [];
    await cluster.client.patch(REPLICA_SETS, key('web'), 'merge', { spec: { replicas: 3 } });
    await cluster.settle();
    await poke('a');
    await cluster.settle();
    expect(count('delete v1/pods')).toBe(2);
    await catchUp();
    expect(count('delete v1/pods')).toBe(2);
    expect(await cluster.pods()).toHaveLength(3);
  });

  test('replaces what went while it was behind', async () => {
    await start(PODS);
    await cluster.client.create(REPLICA_SETS, replicaSet('web', { replicas: 3 }));
    await cluster.settle();
    const [first] = await cluster.pods();
    await cluster.client.delete(PODS, key(first?.metadata.name ?? ''));
    await catchUp();
    expect(await cluster.pods()).toHaveLength(3);
    expect(count('create v1/pods')).toBe(4);
  });

  test('makes no status conflict with itself', async () => {
    await start(REPLICA_SETS);
    held = undefined;
    await cluster.client.create(REPLICA_SETS, replicaSet('web', { replicas: 1 }));
    await cluster.settle();
    held = [];
    cluster.writes.length = 0;
    const conditions = [{ type: 'Ready', status: 'True' }];
    const [pod] = await cluster.pods();
    await cluster.client.patch(
      PODS,
      key(pod?.metadata.name ?? ''),
      'strategic',
      { status: { phase: 'Running', conditions } },
      'status',
    );
    await cluster.settle();
    await cluster.client.patch(PODS, key(pod?.metadata.name ?? ''), 'merge', { metadata: { labels: { more: 'x' } } });
    await cluster.settle();
    expect(cluster.writes).toEqual(['update apps/v1/replicasets/status']);
    await catchUp();
    expect(cluster.writes).toEqual(['update apps/v1/replicasets/status']);
  });
});
