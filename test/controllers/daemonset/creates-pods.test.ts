import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  DAEMON_SETS,
  type DaemonCluster,
  daemonCluster,
  daemonSet,
  inTemplate,
  NODES,
  node,
} from '../../support/daemon-sets.ts';
import { key, PODS } from '../../support/workloads.ts';

describe('the pods of a daemon set', () => {
  let cluster: DaemonCluster;

  beforeEach(async () => {
    cluster = await daemonCluster(['one', 'two']);
    await cluster.client.create(DAEMON_SETS, daemonSet('web'));
    await cluster.settle();
  });
  afterEach(() => cluster.stop());

  test('are one on each node', async () => {
    expect(await cluster.placed()).toEqual(['one nginx:1', 'two nginx:1']);
    const created = (await cluster.pods()).map(({ metadata }) => `SuccessfulCreate: Created pod: ${metadata.name}`);
    expect(await cluster.events('web')).toEqual(created.sort());
  });

  test('belong to the set, name its revision, and are for one node only', async () => {
    const [pod] = await cluster.podsOn('two');
    const [revision] = await cluster.revisions();
    const { uid } = (await cluster.set()).metadata;
    expect(pod?.metadata).toMatchObject({
      generateName: 'web-',
      labels: {
        app: 'web',
        'controller-revision-hash': revision?.metadata.labels?.['controller-revision-hash'],
        'pod-template-generation': '1',
      },
      ownerReferences: [{ kind: 'DaemonSet', name: 'web', uid, controller: true, blockOwnerDeletion: true }],
    });
    const matchFields = [{ key: 'metadata.name', operator: 'In', values: ['two'] }];
    expect(pod?.spec.affinity).toEqual({
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] } },
    });
  });

  test('are replaced when they go', async () => {
    const [pod] = await cluster.podsOn('one');
    await cluster.client.delete(PODS, key(pod?.metadata.name ?? ''));
    await cluster.settle();
    expect(await cluster.placed()).toEqual(['one nginx:1', 'two nginx:1']);
    expect((await cluster.podsOn('one'))[0]?.metadata.uid).not.toBe(pod?.metadata.uid);
  });

  test('come to nodes that come', async () => {
    await cluster.client.create(NODES, node('three'));
    await cluster.settle();
    expect(await cluster.placed()).toEqual(['one nginx:1', 'three nginx:1', 'two nginx:1']);
    expect((await cluster.set()).status).toMatchObject({ desiredNumberScheduled: 3, numberAvailable: 3 });
  });

  test('are not counted any more when their node goes', async () => {
    await cluster.client.delete(NODES, { namespace: '', name: 'two' });
    await cluster.settle();
    expect((await cluster.set()).status).toMatchObject({ desiredNumberScheduled: 1, currentNumberScheduled: 1 });
  });

  test('are deleted when the node goes for which they wait', async () => {
    await cluster.client.create(NODES, { ...node('three'), status: { allocatable: { pods: '0' } } } as never);
    await cluster.settle();
    expect(await cluster.placed()).toContain('- nginx:1');
    await cluster.client.delete(NODES, { namespace: '', name: 'three' });
    await cluster.settle();
    expect(await cluster.placed()).toEqual(['one nginx:1', 'two nginx:1']);
  });

  test.each([
    [{ maxUnavailable: 1 }, 0],
    [{ maxSurge: 1, maxUnavailable: 0 }, 1],
  ])('that are slow to go keep their place, except where two are allowed: %j', async (rollingUpdate, more) => {
    await cluster.change({ spec: { updateStrategy: { rollingUpdate } } });
    const [pod] = await cluster.podsOn('one');
    const podKey = key(pod?.metadata.name ?? '');
    await cluster.client.patch(PODS, podKey, 'merge', { metadata: { finalizers: ['example.com/slow'] } });
    await cluster.client.delete(PODS, podKey);
    await cluster.settle();
    expect(await cluster.podsOn('one')).toHaveLength(1 + more);
    await cluster.client.patch(PODS, podKey, 'merge', { metadata: { finalizers: null } });
    await cluster.settle();
    const left = await cluster.podsOn('one');
    expect(left.map(({ metadata }) => metadata.uid)).not.toContain(pod?.metadata.uid);
    expect(left).toHaveLength(1);
  });

  test('are on one node when the template names it, without the scheduler', async () => {
    await cluster.change(inTemplate({ nodeName: 'two' }));
    expect(await cluster.placed()).toEqual(['two nginx:1']);
  });

  test('are left alone by a set that is being deleted', async () => {
    await cluster.client.patch(DAEMON_SETS, key('web'), 'merge', { metadata: { finalizers: ['example.com/wait'] } });
    await cluster.client.delete(DAEMON_SETS, key('web'));
    await cluster.settle();
    const [pod] = await cluster.podsOn('one');
    await cluster.client.delete(PODS, key(pod?.metadata.name ?? ''));
    await cluster.settle();
    expect(await cluster.placed()).toEqual(['two nginx:1']);
  });

  test('need no writes when everything is as it should be', async () => {
    cluster.writes.length = 0;
    await cluster.restart();
    await cluster.client.patch(NODES, { namespace: '', name: 'one' }, 'merge', {
      metadata: { annotations: { a: 'b' } },
    });
    await cluster.settle();
    expect(cluster.writes).toEqual([]);
  });
});
