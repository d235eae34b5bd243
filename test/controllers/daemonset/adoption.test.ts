import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAEMON_SETS, type DaemonCluster, daemonCluster, daemonSet } from '../../support/daemon-sets.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { key, PODS, podSpec } from '../../support/workloads.ts';

describe('pods without an owner', () => {
  let cluster: DaemonCluster;
  let clock: SimulatedClock;

  beforeEach(async () => {
    clock = new SimulatedClock();
    cluster = await daemonCluster(['one', 'two'], { clock });
  });
  afterEach(() => cluster.stop());

  const create = async (name: string, nodeName: string): Promise<string | undefined> => {
    const spec = { ...podSpec('nginx:0'), nodeName };
    const pod = await cluster.client.create(PODS, {
      metadata: { ...key(name), labels: { app: 'web' } },
      spec,
    } as never);
    await cluster.settle();
    return pod.metadata.uid;
  };

  test('are taken over where they are, and replaced by an update', async () => {
    const uid = await create('stray', 'one');
    await cluster.client.create(DAEMON_SETS, daemonSet('web', { updateStrategy: { type: 'OnDelete' } }));
    await cluster.settle();
    expect(await cluster.placed()).toEqual(['one nginx:0', 'two nginx:1']);
    const [pod] = await cluster.podsOn('one');
    expect(pod?.metadata).toMatchObject({
      uid,
      ownerReferences: [{ kind: 'DaemonSet', name: 'web', controller: true }],
    });
    await cluster.change({ spec: { updateStrategy: { type: 'RollingUpdate' } } });
    expect(await cluster.placed()).toEqual(['one nginx:1', 'two nginx:1']);
  });

  test('make room when they are one too many: the oldest stays', async () => {
    await cluster.client.create(DAEMON_SETS, daemonSet('web'));
    await cluster.settle();
    const [first] = await cluster.podsOn('one');
    await clock.advance(1000);
    const uid = await create('first-by-name', 'one');
    const left = await cluster.podsOn('one');
    expect(left.map(({ metadata }) => metadata.uid)).toEqual([first?.metadata.uid]);
    expect(left[0]?.metadata.uid).not.toBe(uid);
  });

  test('are what pods become whose labels stop matching, and others take their place', async () => {
    await cluster.client.create(DAEMON_SETS, daemonSet('web'));
    await cluster.settle();
    const [pod] = await cluster.podsOn('one');
    const { name = '' } = pod?.metadata ?? {};
    await cluster.client.patch(PODS, key(name), 'merge', { metadata: { labels: { app: 'debug' } } });
    await cluster.settle();
    expect((await cluster.client.get(PODS, key(name))).metadata.ownerReferences).toBeUndefined();
    expect(await cluster.podsOn('one')).toHaveLength(2);
    expect((await cluster.set()).status).toMatchObject({ currentNumberScheduled: 2, numberAvailable: 2 });
  });

  test('that could be on any node are adopted, and do not count', async () => {
    const spec = { ...podSpec('nginx:0'), schedulerName: 'nobody' };
    await cluster.client.create(PODS, { metadata: { ...key('stray'), labels: { app: 'web' } }, spec } as never);
    await cluster.client.create(DAEMON_SETS, daemonSet('web'));
    await cluster.settle();
    expect(await cluster.placed()).toEqual(['- nginx:0', 'one nginx:1', 'two nginx:1']);
    expect((await cluster.set()).status).toMatchObject({ currentNumberScheduled: 2 });
    expect((await cluster.client.get(PODS, key('stray'))).metadata.ownerReferences).toHaveLength(1);
  });
});
