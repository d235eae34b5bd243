import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../server/index.ts';
import { type AdminCluster, adminCluster } from '../../admin/support.ts';
import { deployment, objectsOf } from './support.ts';

const ANNOTATION = 'fauxkube.dev/disabled-controllers';

let shop: AdminCluster;
beforeAll(async () => {
  shop = await adminCluster();
});
afterAll(() => shop[Symbol.asyncDispose]());

async function annotate(resource: string, name: string, names: string | null): Promise<void> {
  const key = { namespace: 'default', name };
  const body = { metadata: { annotations: { [ANNOTATION]: names } } };
  await shop.cluster.transport().send({ verb: 'patch', resource, key, patchType: 'merge', body });
}
const count = (resource: string, app: string): Promise<number> => objectsOf(shop.cluster, resource, 'default', app);
const phases = async (app: string): Promise<unknown[]> => {
  await shop.cluster.settle();
  const request = { resource: 'v1/pods', namespace: 'default', labelSelector: `app=${app}` };
  const { items } = await shop.cluster.transport().list(request);
  return items.map((pod) => (pod as KubeObject & { status: { phase: string } }).status.phase);
};

describe('the annotation fauxkube.dev/disabled-controllers', () => {
  it('keeps controllers from an object until it is taken away', async () => {
    await shop.cluster.apply(deployment('web', 'default', 'cronjob, deployment'), deployment('other', 'default'));
    expect(await count('apps/v1/replicasets', 'web')).toBe(0);
    expect(await count('apps/v1/replicasets', 'other')).toBe(1);
    await annotate('apps/v1/deployments', 'web', 'cronjob');
    expect(await count('v1/pods', 'web')).toBe(1);
  });

  it('also means whatever the object controls', async () => {
    await shop.cluster.apply(deployment('deep', 'default', 'kubelet'));
    expect(await phases('deep')).toEqual(['Pending']);
    await annotate('apps/v1/deployments', 'deep', null);
    expect(await phases('deep')).toEqual(['Running']);
  });

  it('is obeyed by the scheduler on a single pod', async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'alone',
        namespace: 'default',
        labels: { app: 'alone' },
        annotations: { [ANNOTATION]: 'scheduler' },
      },
      spec: { containers: [{ name: 'c', image: 'nginx' }] },
    };
    await shop.cluster.apply(pod);
    expect(await phases('alone')).toEqual(['Pending']);
    await annotate('v1/pods', 'alone', '');
    expect(await phases('alone')).toEqual(['Running']);
  });

  it('keeps dependents from the garbage collector', async () => {
    const owned = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'owned',
        namespace: 'default',
        labels: { app: 'owned' },
        annotations: { [ANNOTATION]: 'garbage-collector-controller' },
        ownerReferences: [
          { apiVersion: 'v1', kind: 'ConfigMap', name: 'gone', uid: 'c0ffee00-0000-4000-8000-000000000000' },
        ],
      },
    };
    await shop.cluster.apply(owned);
    expect(await count('v1/configmaps', 'owned')).toBe(1);
    await annotate('v1/configmaps', 'owned', null);
    expect(await count('v1/configmaps', 'owned')).toBe(0);
  });

  it('is listed with the controllers that it names', async () => {
    await shop.cluster.apply(deployment('listed', 'default', 'statefulset'));
    await shop.cluster.settle();
    const { controllers } = JSON.parse((await shop.admin('GET', '/-/controllers')).text) as {
      controllers: { name: string; objects?: object[] }[];
    };
    const { objects } = controllers.find(({ name }) => name === 'statefulset-controller') ?? {};
    expect(objects).toContainEqual({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'listed' });
  });
});
