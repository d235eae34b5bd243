import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controller as deployments } from '../../../controllers/deployment/index.ts';
import { controller as replicaSets } from '../../../controllers/replicaset/index.ts';
import type { Frozen } from '../../../server/base/freeze.ts';
import type { Deployment, ReplicaSet } from '../../../server/kube/types.gen.ts';
import { readyPods } from '../../support/ready-pods.ts';
import { DEPLOYMENTS, deployment, key, newImage, type Workloads, workloads } from '../../support/workloads.ts';

const REVISION = 'deployment.kubernetes.io/revision';
const HISTORY = 'deployment.kubernetes.io/revision-history';
const ROLLBACK_TO = 'deprecated.deployment.rollback.to';

describe('going back to an older template', () => {
  let cluster: Workloads;

  beforeEach(async () => {
    cluster = await workloads([deployments, replicaSets, readyPods()]);
    const wanted = deployment('web', { replicas: 2 });
    wanted.metadata.annotations = { 'kubernetes.io/change-cause': 'first' };
    await cluster.client.create(DEPLOYMENTS, wanted);
    await cluster.settle();
    await change({ metadata: { annotations: { 'kubernetes.io/change-cause': 'second' } }, ...newImage('nginx:2') });
  });
  afterEach(() => cluster.stop());

  async function change(patch: object): Promise<void> {
    await cluster.client.patch(DEPLOYMENTS, key('web'), 'strategic', patch);
    await cluster.settle();
  }

  const askFor = (revision: string): Promise<void> =>
    change({ metadata: { annotations: { [ROLLBACK_TO]: revision } } });
  const web = (): Promise<Frozen<Deployment>> => cluster.get<Deployment>(DEPLOYMENTS, 'web');
  const image = async (): Promise<string | undefined> => (await web()).spec.template.spec.containers?.[0]?.image;

  async function setOf(wanted: string): Promise<Frozen<ReplicaSet> | undefined> {
    return (await cluster.replicaSets()).find(({ spec }) => spec.template?.spec.containers?.[0]?.image === wanted);
  }

  test('takes the old replica set up again, with a new revision', async () => {
    const before = await setOf('nginx:1');
    await change(newImage('nginx:1'));
    const after = await setOf('nginx:1');
    expect(await cluster.replicaSets()).toHaveLength(2);
    expect(after?.metadata.uid).toBe(before?.metadata.uid);
    expect(after?.spec.replicas).toBe(2);
    expect(after?.metadata.annotations).toMatchObject({ [REVISION]: '3', [HISTORY]: '1' });
    expect((await web()).metadata.annotations).toMatchObject({ [REVISION]: '3' });
  });

  test('remembers all revisions of a replica set', async () => {
    for (const next of ['nginx:1', 'nginx:2', 'nginx:1']) await change(newImage(next));
    expect((await setOf('nginx:1'))?.metadata.annotations).toMatchObject({ [REVISION]: '5', [HISTORY]: '1,3' });
  });

  test('can be asked for by an annotation, which brings the old annotations back', async () => {
    await askFor('1');
    expect(await image()).toBe('nginx:1');
    const { annotations } = (await web()).metadata;
    expect(annotations).toMatchObject({ [REVISION]: '3', 'kubernetes.io/change-cause': 'first' });
    expect(annotations).not.toHaveProperty(ROLLBACK_TO);
    expect(await cluster.events('web')).toContain('DeploymentRollback: Rolled back deployment "web" to revision 1');
  });

  test('to revision 0 means the one before', async () => {
    await change(newImage('nginx:3'));
    await askFor('0');
    expect(await image()).toBe('nginx:2');
  });

  test('leaves the template without the label of the replica set', async () => {
    await askFor('1');
    expect((await web()).spec.template.metadata.labels).toEqual({ app: 'web' });
  });

  test('to a revision that there is not is refused in an Event', async () => {
    await askFor('99');
    expect(await image()).toBe('nginx:2');
    expect((await web()).metadata.annotations).not.toHaveProperty(ROLLBACK_TO);
    const message = 'DeploymentRollbackRevisionNotFound: Unable to find the revision to rollback to.';
    expect(await cluster.events('web')).toContain(message);
  });

  test('to the present template changes nothing', async () => {
    await askFor('2');
    expect(await image()).toBe('nginx:2');
    const message =
      'DeploymentRollbackTemplateUnchanged: The rollback revision contains the same template as current ' +
      'deployment "web"';
    expect(await cluster.events('web')).toContain(message);
  });
});
