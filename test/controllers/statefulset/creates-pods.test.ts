import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controller as statefulSets } from '../../../controllers/statefulset/index.ts';
import { readyPods } from '../../support/ready-pods.ts';
import { podNames, revisionsOf, STATEFUL_SETS, statefulSet, statusOf } from '../../support/stateful-sets.ts';
import { podSpec, type Workloads, workloads } from '../../support/workloads.ts';

describe('a new stateful set', () => {
  let cluster: Workloads;

  beforeEach(async () => {
    cluster = await workloads([statefulSets, readyPods()]);
  });
  afterEach(() => cluster.stop());

  test('gets pods of its template with names, labels and host names that stay', async () => {
    const metadata = { labels: { app: 'web', tier: 'back' }, annotations: { note: 'x' } };
    const template = { metadata, spec: { ...podSpec(), hostname: 'ignored' } };
    const created = await cluster.client.create(STATEFUL_SETS, statefulSet('web', { replicas: 2, template }));
    await cluster.settle();
    const [revision] = await revisionsOf(cluster);
    const pods = await cluster.pods();
    expect(pods.map(({ metadata: { name } }) => name)).toEqual(['web-0', 'web-1']);
    expect(pods[1]?.metadata).toMatchObject({
      generateName: 'web-',
      annotations: { note: 'x' },
      labels: {
        app: 'web',
        tier: 'back',
        'statefulset.kubernetes.io/pod-name': 'web-1',
        'apps.kubernetes.io/pod-index': '1',
        'controller-revision-hash': revision?.metadata.name,
      },
    });
    expect(pods[1]?.metadata.ownerReferences).toEqual([
      {
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        name: 'web',
        uid: created.metadata.uid,
        controller: true,
        blockOwnerDeletion: true,
      },
    ]);
    expect(pods[1]?.spec).toMatchObject({ hostname: 'web-1', subdomain: 'peers' });
  });

  test('counts them, and names the revision', async () => {
    await cluster.client.create(STATEFUL_SETS, statefulSet('web'));
    await cluster.settle();
    const [revision] = await revisionsOf(cluster);
    expect(await statusOf(cluster)).toEqual({
      observedGeneration: 1,
      replicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      currentReplicas: 3,
      updatedReplicas: 3,
      currentRevision: revision?.metadata.name,
      updateRevision: revision?.metadata.name,
      collisionCount: 0,
    });
  });

  test('tells of every pod in an Event', async () => {
    await cluster.client.create(STATEFUL_SETS, statefulSet('web', { replicas: 2 }));
    await cluster.settle();
    expect(await cluster.events('web')).toEqual([
      'SuccessfulCreate: Create Pod web-0 in StatefulSet web successful',
      'SuccessfulCreate: Create Pod web-1 in StatefulSet web successful',
    ]);
  });

  test('without replicas has a revision and nothing else', async () => {
    await cluster.client.create(STATEFUL_SETS, statefulSet('web', { replicas: 0 }));
    await cluster.settle();
    expect(await revisionsOf(cluster)).toMatchObject([{ revision: 1 }]);
    expect(await podNames(cluster)).toEqual([]);
    expect(await statusOf(cluster)).toMatchObject({ observedGeneration: 1, replicas: 0, availableReplicas: 0 });
  });

  test('counts its pods from the ordinal that it starts with', async () => {
    await cluster.client.create(STATEFUL_SETS, statefulSet('web', { ordinals: { start: 3 } }));
    await cluster.settle();
    expect(await podNames(cluster)).toEqual(['web-3', 'web-4', 'web-5']);
    await cluster.client.patch(STATEFUL_SETS, { namespace: 'default', name: 'web' }, 'merge', {
      spec: { ordinals: { start: 4 } },
    });
    await cluster.settle();
    expect(await podNames(cluster)).toEqual(['web-4', 'web-5', 'web-6']);
  });
});
