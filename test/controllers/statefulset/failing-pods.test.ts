import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controller as statefulSets } from '../../../controllers/statefulset/index.ts';
import { type ApiError, forbidden, notFound } from '../../../server/kube/api-error.ts';
import { readyPods } from '../../support/ready-pods.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { podNames, STATEFUL_SETS, statefulSet, statusOf } from '../../support/stateful-sets.ts';
import { key, PODS, type Workloads, workloads } from '../../support/workloads.ts';

const PODS_RESOURCE = { group: '', resource: 'pods' };

describe('a stateful set whose requests are refused', () => {
  let cluster: Workloads;
  let clock: SimulatedClock;
  let refusals: Record<string, (() => ApiError) | undefined>;

  beforeEach(async () => {
    refusals = {};
    clock = new SimulatedClock();
    const request = ({ verb, resource }: { verb: string; resource: string }): void => {
      const refusal = resource === PODS ? refusals[verb] : undefined;
      if (refusal) throw refusal();
    };
    cluster = await workloads([statefulSets, readyPods()], { clock, request });
  });
  afterEach(() => cluster.stop());

  async function create(spec: object): Promise<void> {
    await cluster.client.create(STATEFUL_SETS, statefulSet('web', spec));
    await cluster.settle();
  }

  test('tells that it cannot create a pod, writes its status, and tries again', async () => {
    refusals.create = () => forbidden(PODS_RESOURCE, 'web-0', 'exceeded quota');
    await create({ replicas: 1 });
    const message = 'Create Pod web-0 in StatefulSet web failed error: pods "web-0" is forbidden: exceeded quota';
    expect(new Set(await cluster.events('web'))).toEqual(new Set([`FailedCreate: ${message}`]));
    expect(await statusOf(cluster)).toMatchObject({ observedGeneration: 1, replicas: 0 });
    refusals = {};
    await clock.advance(60_000);
    await cluster.settle();
    expect(await podNames(cluster)).toEqual(['web-0']);
  });

  test('does not try again in a namespace that is being deleted', async () => {
    refusals.create = () => {
      const error = forbidden(PODS_RESOURCE, 'web-0', 'namespace default is being terminated');
      const causes = [{ reason: 'NamespaceTerminating', field: 'metadata.namespace' }];
      error.status.details = { ...error.status.details, causes };
      return error;
    };
    await create({ replicas: 1 });
    cluster.writes.length = 0;
    await clock.advance(3_600_000);
    await cluster.settle();
    expect(cluster.writes).toEqual([]);
  });

  test('tells that it cannot delete a pod', async () => {
    await create({ replicas: 1 });
    refusals.delete = () => forbidden(PODS_RESOURCE, 'web-0', 'no');
    await cluster.client.patch(STATEFUL_SETS, key('web'), 'merge', { spec: { replicas: 0 } });
    await cluster.settle();
    const message = 'Delete Pod web-0 in StatefulSet web failed error: pods "web-0" is forbidden: no';
    expect(await cluster.events('web')).toContain(`FailedDelete: ${message}`);
    expect(await podNames(cluster)).toEqual(['web-0']);
  });

  test('is content with a pod that is gone already', async () => {
    await create({ replicas: 1 });
    refusals.delete = () => {
      refusals = {};
      return notFound(PODS_RESOURCE, 'web-0');
    };
    await cluster.client.patch(STATEFUL_SETS, key('web'), 'merge', { spec: { replicas: 0 } });
    await cluster.settle();
    expect(await cluster.events('web')).toEqual([
      'SuccessfulCreate: Create Pod web-0 in StatefulSet web successful',
      'SuccessfulDelete: Delete Pod web-0 in StatefulSet web successful',
      'SuccessfulDelete: Delete Pod web-0 in StatefulSet web successful',
    ]);
  });

  test('waits for the name of a pod that belongs to nobody, and says nothing', async () => {
    const spec = { containers: [{ name: 'c', image: 'x' }] };
    await cluster.client.create(PODS, { metadata: { ...key('web-0'), labels: { app: 'other' } }, spec });
    await create({ replicas: 1 });
    expect(await statusOf(cluster)).toMatchObject({ replicas: 0 });
    expect(await cluster.events('web')).toEqual([]);
    await cluster.client.delete(PODS, key('web-0'));
    await cluster.settle();
    await clock.advance(60_000);
    await cluster.settle();
    expect(await statusOf(cluster)).toMatchObject({ replicas: 1, readyReplicas: 1 });
  });
});
