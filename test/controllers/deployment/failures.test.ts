import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controller as deployments } from '../../../controllers/deployment/index.ts';
import { controller as replicaSets } from '../../../controllers/replicaset/index.ts';
import { forbidden } from '../../../server/kube/api-error.ts';
import type { Deployment } from '../../../server/kube/types.gen.ts';
import { readyPods } from '../../support/ready-pods.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
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

describe('a deployment tells', () => {
  let cluster: Workloads;
  let clock: SimulatedClock;
  let refused: string | undefined;

  beforeEach(async () => {
    clock = new SimulatedClock();
    refused = undefined;
    const request = ({ verb, resource }: { verb: string; resource: string }): void => {
      if (verb === 'create' && resource === refused)
        throw forbidden({ group: '', resource: 'things' }, 'x', 'exceeded quota');
    };
    cluster = await workloads([deployments, replicaSets, readyPods()], { clock, request });
  });
  afterEach(() => cluster.stop());

  const condition = async (wanted: string): Promise<unknown> => {
    const { status } = await cluster.get<Deployment>(DEPLOYMENTS, 'web');
    return status.conditions?.find(({ type }) => type === wanted);
  };

  async function recover(): Promise<void> {
    refused = undefined;
    await clock.advance(2000);
    await cluster.settle();
  }

  test('that its replica set cannot create pods', async () => {
    refused = PODS;
    await cluster.client.create(DEPLOYMENTS, deployment('web'));
    await clock.advance(1);
    const message = 'things "x" is forbidden: exceeded quota';
    expect(await condition('ReplicaFailure')).toMatchObject({ status: 'True', reason: 'FailedCreate', message });
    await recover();
    expect(await condition('ReplicaFailure')).toBeUndefined();
  });

  test('that it cannot create a replica set', async () => {
    refused = REPLICA_SETS;
    await cluster.client.create(DEPLOYMENTS, deployment('web'));
    await clock.advance(1);
    const message = expect.stringMatching(
      /^Failed to create new replica set "web-\w+": things "x" is forbidden: exceeded quota$/,
    );
    expect(await condition('Progressing')).toMatchObject({ status: 'False', reason: 'ReplicaSetCreateError', message });
    await cluster.settle();
    expect((await cluster.events('web'))[0]).toMatch(/^ReplicaSetCreateError: Failed to create new replica set/);
    await recover();
    expect(await condition('Progressing')).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' });
  });

  test('in collisionCount that the name of its replica set was taken', async () => {
    await cluster.client.create(DEPLOYMENTS, deployment('web', { replicas: 1 }));
    await cluster.settle();
    const taken = (await cluster.replicaSets())[0]?.metadata.name ?? '';
    await cluster.client.delete(DEPLOYMENTS, key('web'));
    await cluster.client.delete(REPLICA_SETS, key(taken));
    const template = { metadata: { labels: { app: 'foreign' } }, spec: podSpec() as never };
    const foreign = replicaSet('foreign', { replicas: 0, selector: { matchLabels: { app: 'foreign' } }, template });
    foreign.metadata.name = taken;
    await cluster.client.create(REPLICA_SETS, foreign);
    await cluster.settle();
    await cluster.client.create(DEPLOYMENTS, deployment('web', { replicas: 1 }));
    await clock.advance(1000);
    await cluster.settle();
    expect((await cluster.get<Deployment>(DEPLOYMENTS, 'web')).status).toMatchObject({
      collisionCount: 1,
      updatedReplicas: 1,
    });
    expect((await cluster.get(REPLICA_SETS, taken)).spec).toMatchObject({ replicas: 0 });
  });
});
