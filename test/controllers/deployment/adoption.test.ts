import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controller as deployments } from '../../../controllers/deployment/index.ts';
import { controller as replicaSets } from '../../../controllers/replicaset/index.ts';
import type { Deployment, ReplicaSet } from '../../../server/kube/types.gen.ts';
import { readyPods } from '../../support/ready-pods.ts';
import { DEPLOYMENTS, deployment, key, REPLICA_SETS, type Workloads, workloads } from '../../support/workloads.ts';

describe('replica sets without an owner', () => {
  let cluster: Workloads;

  beforeEach(async () => {
    cluster = await workloads([deployments, replicaSets, readyPods()]);
    await cluster.client.create(DEPLOYMENTS, deployment('web', { replicas: 2 }));
    await cluster.settle();
  });
  afterEach(() => cluster.stop());

  const setName = async (): Promise<string> => (await cluster.replicaSets())[0]?.metadata.name ?? '';

  /** What is left when a deployment is deleted and its dependents are orphaned. */
  async function orphan(): Promise<string> {
    const name = await setName();
    await cluster.client.delete(DEPLOYMENTS, key('web'), { propagationPolicy: 'Background' });
    await cluster.client.patch(REPLICA_SETS, key(name), 'merge', { metadata: { ownerReferences: null } });
    await cluster.settle();
    return name;
  }

  test('are taken over by a deployment that selects them, with their pods', async () => {
    const name = await orphan();
    const pods = (await cluster.pods()).map(({ metadata }) => metadata.uid);
    const again = await cluster.client.create(DEPLOYMENTS, deployment('web', { replicas: 2 }));
    await cluster.settle();
    expect(await cluster.replicaSets()).toHaveLength(1);
    const set = await cluster.get<ReplicaSet>(REPLICA_SETS, name);
    expect(set.metadata.ownerReferences).toMatchObject([
      { kind: 'Deployment', name: 'web', uid: again.metadata.uid, controller: true },
    ]);
    expect((await cluster.pods()).map(({ metadata }) => metadata.uid)).toEqual(pods);
    const { status, metadata } = await cluster.get<Deployment>(DEPLOYMENTS, 'web');
    expect(status).toMatchObject({ replicas: 2, updatedReplicas: 2 });
    expect(metadata.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '1' });
  });

  test('are released when their labels stop matching, and replaced', async () => {
    const name = await setName();
    await cluster.client.patch(REPLICA_SETS, key(name), 'merge', { metadata: { labels: { app: 'other' } } });
    await cluster.settle();
    const set = await cluster.get<ReplicaSet>(REPLICA_SETS, name);
    expect(set.metadata.ownerReferences).toBeUndefined();
    // The name that the template hashes to is taken by somebody else now.
    expect((await cluster.get<Deployment>(DEPLOYMENTS, 'web')).status).toMatchObject({ collisionCount: 1 });
    expect(await cluster.replicaSets()).toHaveLength(2);
  });

  test('are old ones when their template is another', async () => {
    const name = await orphan();
    const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx:9' }] } };
    await cluster.client.create(DEPLOYMENTS, deployment('web', { replicas: 2, template: template as never }));
    await cluster.settle();
    expect((await cluster.get<ReplicaSet>(REPLICA_SETS, name)).spec.replicas).toBe(0);
    const { metadata } = await cluster.get<Deployment>(DEPLOYMENTS, 'web');
    expect(metadata.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '2' });
  });

  test('are counted from however high their revision is', async () => {
    const name = await orphan();
    const revision = (of: string): object => ({ 'deployment.kubernetes.io/revision': of });
    const annotations = revision('3546343826724305832');
    await cluster.client.patch(REPLICA_SETS, key(name), 'merge', { metadata: { annotations } });
    const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx:9' }] } };
    await cluster.client.create(DEPLOYMENTS, deployment('web', { replicas: 2, template: template as never }));
    await cluster.settle();
    const { metadata } = await cluster.get<Deployment>(DEPLOYMENTS, 'web');
    expect(metadata.annotations).toMatchObject(revision('3546343826724305833'));
  });
});
