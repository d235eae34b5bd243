import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controller as deployments } from '../../../controllers/deployment/index.ts';
import { controller as replicaSets } from '../../../controllers/replicaset/index.ts';
import { rfc3339, systemClock } from '../../../server/base/clock.ts';
import {
  DEPLOYMENTS,
  deployment,
  key,
  PODS,
  podSpec,
  REPLICA_SETS,
  replicaSet,
  type Workloads,
  workloads,
} from '../../support/workloads.ts';

interface Wanted {
  node?: string;
  phase?: string;
  ready?: boolean;
  readySince?: string;
  restarts?: number;
  cost?: string;
}

/** Each pair: the first goes before the second, for the reason that the test names. */
describe('a replica set that shrinks gives up', () => {
  let cluster: Workloads;

  beforeEach(async () => {
    cluster = await workloads([deployments, replicaSets]);
  });
  afterEach(() => cluster.stop());

  async function makePod(name: string, wanted: Wanted): Promise<void> {
    const {
      node = 'node01',
      phase = 'Running',
      ready = true,
      readySince = '2026-01-01T00:00:00Z',
      restarts = 0,
      cost,
    } = wanted;
    const annotations = cost === undefined ? {} : { 'controller.kubernetes.io/pod-deletion-cost': cost };
    const metadata = { ...key(name), labels: { app: 'web' }, annotations };
    await cluster.client.create(PODS, { metadata, spec: { ...podSpec(), ...(node !== '' && { nodeName: node }) } });
    const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: readySince }];
    const containerStatuses = [{ name: 'c', restartCount: restarts, ready, image: 'nginx:1', imageID: '' }];
    await cluster.client.patch(
      PODS,
      key(name),
      'merge',
      { status: { phase, conditions, containerStatuses } },
      'status',
    );
  }

  async function survivor(first: Wanted, second: Wanted): Promise<string[]> {
    await makePod('first', first);
    await makePod('second', second);
    await cluster.client.create(REPLICA_SETS, replicaSet('web', { replicas: 1 }));
    await cluster.settle();
    const pods = await cluster.pods();
    return pods
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(({ metadata }) => metadata.name ?? '');
  }

  test.each<[string, Wanted, Wanted]>([
    ['pods without a node', { node: '' }, { phase: 'Pending', ready: false }],
    ['pending pods', { phase: 'Pending', ready: false }, { ready: false }],
    ['pods in an unknown phase', { phase: 'Unknown', ready: false }, { ready: false }],
    ['pods that are not ready', { ready: false, cost: '5' }, { cost: '1' }],
    ['cheap pods', { cost: '-10' }, {}],
    ['pods that have not been ready for long', { readySince: rfc3339(systemClock().now()) }, {}],
    ['pods that restarted often', { restarts: 3 }, { restarts: 1 }],
  ])('%s first', async (_, first, second) => {
    expect(await survivor(first, second)).toEqual(['second']);
  });

  test('pods on crowded nodes of the same deployment first', async () => {
    await cluster.client.create(DEPLOYMENTS, deployment('web', { replicas: 3 }));
    await cluster.settle();
    for (const [i, { metadata }] of (await cluster.pods()).entries()) {
      const target = { kind: 'Node', name: i === 0 ? 'node01' : 'node02' };
      await cluster.client.create(PODS, { metadata: key(metadata.name ?? ''), target }, 'binding');
    }
    await cluster.client.patch(DEPLOYMENTS, key('web'), 'merge', { spec: { replicas: 2 } });
    await cluster.settle();
    const left = (await cluster.pods()).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    expect(left.map(({ spec }) => spec.nodeName ?? '').sort()).toEqual(['node01', 'node02']);
  });
});
