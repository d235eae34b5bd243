import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controller as deployments } from '../../../controllers/deployment/index.ts';
import { controller as replicaSets } from '../../../controllers/replicaset/index.ts';
import type { Deployment, ReplicaSet } from '../../../server/kube/types.gen.ts';
import { podTemplateHash } from '../../../server/schema/hash/pod-template-hash.ts';
import { readyPods } from '../../support/ready-pods.ts';
import { DEPLOYMENTS, deployment, key, type Workloads, workloads } from '../../support/workloads.ts';

describe('a new deployment', () => {
  let cluster: Workloads;
  let web: Deployment;
  let set: ReplicaSet;

  beforeEach(async () => {
    cluster = await workloads([deployments, replicaSets, readyPods()]);
    const wanted = deployment('web', { replicas: 3, minReadySeconds: 0 });
    wanted.metadata.annotations = { note: 'x', 'kubectl.kubernetes.io/last-applied-configuration': '{}' };
    await cluster.client.create(DEPLOYMENTS, wanted);
    await cluster.settle();
    web = (await cluster.get<Deployment>(DEPLOYMENTS, 'web')) as Deployment;
    set = (await cluster.replicaSets())[0] as ReplicaSet;
  });
  afterEach(() => cluster.stop());

  test('has a replica set that is named after its template', () => {
    const hash = podTemplateHash(web.spec.template);
    const labels = { app: 'web', 'pod-template-hash': hash };
    expect(set.metadata).toMatchObject({ name: `web-${hash}`, labels });
    expect(set.spec.selector).toEqual({ matchLabels: labels });
    expect(set.spec.template?.metadata.labels).toEqual(labels);
    const { uid } = web.metadata;
    const owner = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      name: 'web',
      uid,
      controller: true,
      blockOwnerDeletion: true,
    };
    expect(set.metadata.ownerReferences).toEqual([owner]);
  });

  test('notes revision and size, and passes its annotations on', () => {
    expect(set.metadata.annotations).toEqual({
      'deployment.kubernetes.io/desired-replicas': '3',
      'deployment.kubernetes.io/max-replicas': '4',
      'deployment.kubernetes.io/revision': '1',
      note: 'x',
    });
    expect(web.metadata.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '1' });
  });

  test('tells when it is complete', () => {
    const { conditions, ...counts } = web.status;
    const all = { replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3, terminatingReplicas: 0 };
    expect(counts).toEqual({ observedGeneration: 1, ...all });
    const message = `ReplicaSet "${set.metadata.name}" has successfully progressed.`;
    expect(conditions).toMatchObject([
      {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      },
      { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', message },
    ]);
  });

  test('tells in an Event that it scaled its replica set', async () => {
    expect(await cluster.events('web')).toEqual([
      `ScalingReplicaSet: Scaled up replica set ${set.metadata.name} from 0 to 3`,
    ]);
  });

  test('follows annotations and minReadySeconds without a new revision', async () => {
    const change = { metadata: { annotations: { note: 'y' } }, spec: { minReadySeconds: 1 } };
    await cluster.client.patch(DEPLOYMENTS, key('web'), 'merge', change);
    await cluster.settle();
    const [same, ...others] = await cluster.replicaSets();
    expect(others).toEqual([]);
    expect(same?.metadata.annotations).toMatchObject({ note: 'y', 'deployment.kubernetes.io/revision': '1' });
    expect(same?.spec.minReadySeconds).toBe(1);
  });
});
