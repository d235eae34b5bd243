import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controller as replicaSets } from '../../../controllers/replicaset/index.ts';
import { type ApiError, forbidden } from '../../../server/kube/api-error.ts';
import { readyPods } from '../../support/ready-pods.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { REPLICA_SETS, replicaSet, type Workloads, workloads } from '../../support/workloads.ts';

const QUOTA = 'exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2';

function terminating(): ApiError {
  const error = forbidden(
    { group: '', resource: 'pods' },
    'web-x',
    'unable to create new content in namespace default because it is being terminated',
  );
  error.status.details = {
    ...error.status.details,
    causes: [{ reason: 'NamespaceTerminating', field: 'metadata.namespace' }],
  };
  return error;
}

describe('pods that are refused', () => {
  let cluster: Workloads;
  let clock: SimulatedClock;
  let allowed: number;
  let refusal: () => ApiError;

  beforeEach(async () => {
    allowed = 0;
    refusal = () => forbidden({ group: '', resource: 'pods' }, 'web-x', QUOTA);
    clock = new SimulatedClock();
    const request = ({ verb, resource }: { verb: string; resource: string }): void => {
      if (verb === 'create' && resource === 'v1/pods' && allowed-- <= 0) throw refusal();
    };
    cluster = await workloads([replicaSets, readyPods()], { clock, request });
  });
  afterEach(() => cluster.stop());

  /** How many pods were asked for before the replica set told the first time that they were refused. */
  const firstCreates = (): number =>
    cluster.writes
      .slice(0, cluster.writes.indexOf('update apps/v1/replicasets/status'))
      .filter((write) => write === 'create v1/pods').length;

  /** Retries come sooner than a second at first, and settle() would wait for them. */
  const attempt = async (replicas: number): Promise<void> => {
    await cluster.client.create(REPLICA_SETS, replicaSet('web', { replicas }));
    await clock.advance(1);
  };

  test('are told in a condition and in an Event', async () => {
    await attempt(3);
    const message = `pods "web-x" is forbidden: ${QUOTA}`;
    const { status } = await cluster.get(REPLICA_SETS, 'web');
    expect(status).toMatchObject({
      replicas: 0,
      conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message }],
    });
    expect(await cluster.events('web')).toContain(`FailedCreate: Error creating: ${message}`);
  });

  test('are not asked for in numbers', async () => {
    await attempt(100);
    expect(firstCreates()).toBe(1);
  });

  test('end a batch, and the next one is not begun', async () => {
    allowed = 4;
    await attempt(100);
    // 1 + 2 + 4, of which the last four met three refusals.
    expect(firstCreates()).toBe(7);
    expect(await cluster.pods()).toHaveLength(4);
  });

  test('are tried again until they are let in, which ends the condition', async () => {
    await attempt(3);
    allowed = 1000;
    await clock.advance(1000);
    await cluster.settle();
    const { status } = await cluster.get(REPLICA_SETS, 'web');
    expect(status).toMatchObject({ replicas: 3 });
    expect(status).not.toHaveProperty('conditions');
  });

  test('are no failure while the namespace is being deleted', async () => {
    refusal = terminating;
    await attempt(3);
    expect((await cluster.get(REPLICA_SETS, 'web')).status).not.toHaveProperty('conditions');
    expect(await cluster.events('web')).toEqual([]);
  });
});
