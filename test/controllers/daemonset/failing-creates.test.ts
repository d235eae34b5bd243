import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ApiError, forbidden } from '../../../server/kube/api-error.ts';
import type { ClientRequest } from '../../../server/kube/transport.ts';
import { DAEMON_SETS, type DaemonCluster, daemonCluster, daemonSet } from '../../support/daemon-sets.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

const QUOTA = 'exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2';
const NODES = Array.from({ length: 20 }, (_, i) => `node-${i}`);

describe('daemon pods that are refused', () => {
  let cluster: DaemonCluster;
  let clock: SimulatedClock;
  let allowed: number;
  let refusal: () => ApiError;

  beforeEach(async () => {
    clock = new SimulatedClock();
    refusal = () => forbidden({ group: '', resource: 'pods' }, 'web-x', QUOTA);
    const request = ({ verb, resource, subresource }: ClientRequest): void => {
      if (verb === 'create' && resource === 'v1/pods' && !subresource && allowed-- <= 0) throw refusal();
    };
    cluster = await daemonCluster(NODES, { clock, request });
  });
  afterEach(() => cluster.stop());

  const attempt = async (): Promise<void> => {
    await cluster.client.create(DAEMON_SETS, daemonSet('web'));
    await cluster.settle();
  };

  test('are told in an Event, and the status says what there is', async () => {
    allowed = 0;
    await attempt();
    expect(await cluster.events('web')).toContain(`FailedCreate: Error creating: pods "web-x" is forbidden: ${QUOTA}`);
    expect((await cluster.set()).status).toMatchObject({
      desiredNumberScheduled: 20,
      currentNumberScheduled: 0,
      numberUnavailable: 20,
      observedGeneration: 1,
    });
  });

  test('are not asked for in numbers', async () => {
    allowed = 3;
    await attempt();
    const first = cluster.writes.slice(0, cluster.writes.indexOf(`update ${DAEMON_SETS}/status`));
    // Batches of 1, 2 and 4; in the last one all are refused.
    expect(first.filter((write) => write === 'create v1/pods')).toHaveLength(7);
  });

  test('are there when they are allowed again', async () => {
    allowed = 3;
    await attempt();
    allowed = 100;
    await clock.advance(10_000);
    await cluster.settle();
    expect(await cluster.placed()).toHaveLength(20);
    expect((await cluster.set()).status).toMatchObject({ numberAvailable: 20 });
  });

  test('are no reason to try again when their namespace is being deleted', async () => {
    allowed = 0;
    refusal = () => {
      const error = forbidden({ group: '', resource: 'pods' }, 'web-x', 'it is being terminated');
      const causes = [{ reason: 'NamespaceTerminating', field: 'metadata.namespace' }];
      error.status.details = { ...error.status.details, causes };
      return error;
    };
    await attempt();
    const { length } = cluster.writes;
    await clock.advance(60_000);
    expect(cluster.writes).toHaveLength(length);
    expect(await cluster.events('web')).toEqual([]);
  });
});
