import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controller as statefulSets } from '../../../controllers/statefulset/index.ts';
import { forbidden } from '../../../server/kube/api-error.ts';
import type { Pod } from '../../../server/kube/types.gen.ts';
import { readyPods } from '../../support/ready-pods.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { CLAIMS, dataClaim, podNames, STATEFUL_SETS, statefulSet } from '../../support/stateful-sets.ts';
import { key, PODS, podSpec, type Workloads, workloads } from '../../support/workloads.ts';

describe('a stateful set with templates of claims', () => {
  let cluster: Workloads;
  let clock: SimulatedClock;
  let refused: boolean;
  const claims = { volumeClaimTemplates: [dataClaim({ labels: { disk: 'fast' } })] };

  beforeEach(async () => {
    refused = false;
    clock = new SimulatedClock();
    const request = ({ verb, resource }: { verb: string; resource: string }): void => {
      if (refused && verb === 'create' && resource === CLAIMS)
        throw forbidden({ group: '', resource: 'persistentvolumeclaims' }, 'data-web-0', 'no');
    };
    cluster = await workloads([statefulSets, readyPods()], { clock, request });
  });
  afterEach(() => cluster.stop());

  test('makes a claim for each pod, which uses it', async () => {
    const labels = { app: 'web' };
    const volumes = [
      { name: 'data', emptyDir: {} },
      { name: 'tmp', emptyDir: {} },
    ];
    const template = { metadata: { labels }, spec: { ...podSpec(), volumes } };
    await cluster.client.create(STATEFUL_SETS, statefulSet('web', { ...claims, template, replicas: 2 }));
    await cluster.settle();
    const made = await cluster.client.list(CLAIMS, 'default');
    expect(made).toMatchObject([
      { metadata: { name: 'data-web-0', labels: { disk: 'fast', app: 'web' } } },
      { metadata: { name: 'data-web-1', labels: { disk: 'fast', app: 'web' } } },
    ]);
    expect(made[0]?.metadata.ownerReferences).toBeUndefined();
    const pod = await cluster.get<Pod>(PODS, 'web-1');
    expect(
      pod.spec.volumes?.map(({ name, persistentVolumeClaim }) => [name, persistentVolumeClaim?.claimName]),
    ).toEqual([
      ['data', 'data-web-1'],
      ['tmp', undefined],
    ]);
    expect(await cluster.events('web')).toEqual([
      'SuccessfulCreate: Create Claim data-web-0 Pod web-0 in StatefulSet web success',
      'SuccessfulCreate: Create Claim data-web-1 Pod web-1 in StatefulSet web success',
      'SuccessfulCreate: Create Pod web-0 in StatefulSet web successful',
      'SuccessfulCreate: Create Pod web-1 in StatefulSet web successful',
    ]);
  });

  test('keeps the claims of pods that go, and gives them to the next pod of that ordinal', async () => {
    await cluster.client.create(STATEFUL_SETS, statefulSet('web', { ...claims, replicas: 1 }));
    await cluster.settle();
    const uid = async (): Promise<string | undefined> => (await cluster.get(CLAIMS, 'data-web-0')).metadata.uid;
    const before = await uid();
    for (const replicas of [0, 1]) {
      await cluster.client.patch(STATEFUL_SETS, key('web'), 'merge', { spec: { replicas } });
      await cluster.settle();
    }
    expect(await podNames(cluster)).toEqual(['web-0']);
    expect(await uid()).toBe(before);
  });

  test('makes a claim again that a pending pod waits for', async () => {
    await cluster.client.create(STATEFUL_SETS, statefulSet('web', { ...claims, replicas: 1 }));
    await cluster.settle();
    await cluster.client.patch(CLAIMS, key('data-web-0'), 'merge', { metadata: { finalizers: null } });
    await cluster.client.patch(PODS, key('web-0'), 'merge', { metadata: { finalizers: ['example.com/hold'] } });
    await cluster.client.delete(PODS, key('web-0'));
    await cluster.client.patch(PODS, key('web-0'), 'merge', { status: { phase: 'Pending' } }, 'status');
    await cluster.client.delete(CLAIMS, key('data-web-0'));
    await cluster.settle();
    expect(await cluster.client.list(CLAIMS, 'default')).toHaveLength(1);
  });

  test('tells when a claim is refused, makes no pod, and tries again', async () => {
    refused = true;
    await cluster.client.create(STATEFUL_SETS, statefulSet('web', { ...claims, replicas: 1 }));
    await cluster.settle();
    expect(await podNames(cluster)).toEqual([]);
    const text = 'persistentvolumeclaims "data-web-0" is forbidden: no';
    expect(new Set(await cluster.events('web'))).toEqual(
      new Set([
        `FailedCreate: Create Claim data-web-0 for Pod web-0 in StatefulSet web failed error: ${text}`,
        `FailedCreate: Create Pod web-0 in StatefulSet web failed error: failed to create PVC data-web-0: ${text}`,
      ]),
    );
    refused = false;
    await clock.advance(60_000);
    await cluster.settle();
    expect(await podNames(cluster)).toEqual(['web-0']);
  });

  test('waits for a claim that is being deleted', async () => {
    await cluster.client.create(STATEFUL_SETS, statefulSet('web', { ...claims, replicas: 1 }));
    await cluster.settle();
    await cluster.client.patch(CLAIMS, key('data-web-0'), 'merge', { metadata: { finalizers: ['example.com/hold'] } });
    await cluster.client.delete(CLAIMS, key('data-web-0'));
    await cluster.client.delete(PODS, key('web-0'));
    await cluster.settle();
    expect(await podNames(cluster)).toEqual([]);
    expect(await cluster.events('web')).toContain(
      'FailedCreate: Create Pod web-0 in StatefulSet web failed error: pvc data-web-0 is being deleted',
    );
    await cluster.client.patch(CLAIMS, key('data-web-0'), 'merge', { metadata: { finalizers: null } });
    await cluster.settle();
    expect(await podNames(cluster)).toEqual(['web-0']);
  });
});
