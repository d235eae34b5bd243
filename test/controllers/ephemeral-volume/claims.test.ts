import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controller } from '../../../controllers/ephemeral-volume/index.ts';
import type { PersistentVolumeClaim, Pod } from '../../../server/kube/types.gen.ts';
import { key, podSpec, type Workloads, workloads } from '../../support/workloads.ts';

const CLAIMS = 'v1/persistentvolumeclaims';
const PODS = 'v1/pods';

describe('a generic ephemeral volume', () => {
  let cluster: Workloads;

  beforeEach(async () => {
    cluster = await workloads([controller]);
  });
  afterEach(() => cluster.stop());

  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  const pod = async (name: string): Promise<void> => {
    const volumeClaimTemplate = { metadata: { labels: { a: 'b' }, annotations: { c: 'd' } }, spec };
    const volumes = [{ name: 'scratch', ephemeral: { volumeClaimTemplate } }];
    await cluster.client.create(PODS, { metadata: key(name), spec: { ...podSpec(), volumes } } as unknown as Pod);
    await cluster.settle();
  };

  test('becomes a claim that its pod owns', async () => {
    await pod('web');
    const { metadata, spec: made } = await cluster.get<PersistentVolumeClaim>(CLAIMS, 'web-scratch');
    const { uid } = (await cluster.get<Pod>(PODS, 'web')).metadata;
    expect(metadata).toMatchObject({
      labels: { a: 'b' },
      annotations: { c: 'd' },
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Pod', name: 'web', uid, controller: true, blockOwnerDeletion: true },
      ],
    });
    expect(made).toMatchObject(spec);
  });

  test('is made anew when somebody deletes its claim', async () => {
    await pod('web');
    const { uid } = (await cluster.get<PersistentVolumeClaim>(CLAIMS, 'web-scratch')).metadata;
    await cluster.client.delete(CLAIMS, key('web-scratch'));
    await cluster.settle();
    expect((await cluster.get<PersistentVolumeClaim>(CLAIMS, 'web-scratch')).metadata.uid).not.toBe(uid);
  });

  test('does not take a claim that is somebody else’s', async () => {
    await cluster.client.create(CLAIMS, { metadata: key('web-scratch'), spec } as unknown as PersistentVolumeClaim);
    await pod('web');
    expect(new Set(await cluster.events('web'))).toEqual(
      new Set([
        'FailedBinding: ephemeral volume scratch: PVC default/web-scratch was not created for pod default/web ' +
          '(pod is not owner)',
      ]),
    );
  });
});
