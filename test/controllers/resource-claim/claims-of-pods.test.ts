import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createResourceClaims } from '../../../controllers/resource-claim/index.ts';
import type { KubeObject } from '../../../server/kube/object.ts';
import type { Pod, ResourceV1ResourceClaim } from '../../../server/kube/types.gen.ts';
import { key, PODS, podSpec, type Workloads, workloads } from '../../support/workloads.ts';

const CLAIMS = 'resource.k8s.io/v1/resourceclaims';
const TEMPLATES = 'resource.k8s.io/v1/resourceclaimtemplates';
const FINALIZER = 'resource.kubernetes.io/delete-protection';

const spec = { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'gpu' } }] } };
const template: KubeObject & { spec: object } = {
  metadata: key('t'),
  spec: { metadata: { labels: { a: 'b' }, annotations: { c: 'd' } }, spec },
};

const pod = (name: string, claim: object, more: object = {}): KubeObject => ({
  metadata: key(name),
  spec: { ...podSpec(), resourceClaims: [{ name: 'gpu', ...claim }], ...more },
});

const allocated = (consumers: readonly object[]): object => ({
  allocation: { devices: { results: [{ request: 'r', driver: 'x.com', pool: 'p', device: 'd' }] } },
  reservedFor: consumers,
});

describe('claims of devices', () => {
  let cluster: Workloads;

  beforeEach(async () => {
    cluster = await workloads([createResourceClaims()]);
  });
  afterEach(() => cluster.stop());

  const claims = async () => {
    await cluster.settle();
    return cluster.client.list<ResourceV1ResourceClaim>(CLAIMS);
  };
  const finish = async (name: string): Promise<void> => {
    await cluster.client.patch(PODS, key(name), 'merge', { status: { phase: 'Succeeded' } }, 'status');
  };
  /** A claim that a pod uses, allocated as the scheduler does it. */
  const used = async (name: string, by: string): Promise<void> => {
    const { metadata } = await cluster.client.get<Pod>(PODS, key(by));
    await cluster.client.create(CLAIMS, {
      metadata: { ...key(name), finalizers: [FINALIZER] },
      spec,
    } as KubeObject);
    const consumer = { resource: 'pods', name: by, uid: metadata.uid };
    await cluster.client.patch(CLAIMS, key(name), 'merge', { status: allocated([consumer]) }, 'status');
  };

  test('a pod gets a claim of its own from a template', async () => {
    await cluster.client.create(TEMPLATES, template);
    await cluster.client.create(PODS, pod('p', { resourceClaimTemplateName: 't' }));
    const [claim] = await claims();
    const { metadata, status } = await cluster.get<Pod>(PODS, 'p');
    expect(claim?.metadata).toMatchObject({
      name: expect.stringMatching(/^p-gpu-.{5}$/),
      labels: { a: 'b' },
      annotations: { c: 'd', 'resource.kubernetes.io/pod-claim-name': 'gpu' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: metadata.uid, controller: true }],
    });
    expect(status.resourceClaimStatuses).toEqual([{ name: 'gpu', resourceClaimName: claim?.metadata.name }]);
    expect(metadata.managedFields).toContainEqual(expect.objectContaining({ manager: 'ResourceClaimController' }));
  });

  test('a pod whose template is missing is told, and gets its claim when that comes', async () => {
    await cluster.client.create(PODS, pod('p', { resourceClaimTemplateName: 't' }));
    await cluster.settle();
    expect((await cluster.events('p'))[0]).toBe(
      'FailedResourceClaimCreation: PodResourceClaim gpu: resource claim template "t": ' +
        'resourceclaimtemplate.resource.k8s.io "t" not found',
    );
    await cluster.client.create(TEMPLATES, template);
    expect(await claims()).toHaveLength(1);
  });

  test('a claim that was made and is gone is made again', async () => {
    await cluster.client.create(TEMPLATES, template);
    await cluster.client.create(PODS, pod('p', { resourceClaimTemplateName: 't' }));
    const [first] = await claims();
    await cluster.client.delete(CLAIMS, key(first?.metadata.name ?? ''));
    const [second] = await claims();
    expect(second?.metadata.uid).not.toBe(first?.metadata.uid);
  });

  test('a claim that was made goes when its pod is over', async () => {
    await cluster.client.create(TEMPLATES, template);
    await cluster.client.create(PODS, pod('p', { resourceClaimTemplateName: 't' }));
    expect(await claims()).toHaveLength(1);
    await finish('p');
    expect(await claims()).toEqual([]);
  });

  test('a claim gives its devices back when its last pod is over', async () => {
    await cluster.client.create(PODS, pod('p', { resourceClaimName: 'mine' }));
    await used('mine', 'p');
    const [before] = await claims();
    expect(before?.status.allocation).toBeDefined();
    await finish('p');
    const [claim] = await claims();
    expect(claim?.status).toEqual({});
    expect(claim?.metadata.finalizers).toBeUndefined();
  });

  test('a pod that is gone is taken out of the claim', async () => {
    await cluster.client.create(PODS, pod('p', { resourceClaimName: 'mine' }));
    await used('mine', 'p');
    await cluster.client.delete(PODS, key('p'), { gracePeriodSeconds: 0 });
    const [claim] = await claims();
    expect(claim?.status.reservedFor).toBeUndefined();
  });

  test('a claim that is deleted goes when nobody uses it', async () => {
    await cluster.client.create(PODS, pod('p', { resourceClaimName: 'mine' }));
    await used('mine', 'p');
    await cluster.client.delete(CLAIMS, key('mine'));
    expect(await claims()).toHaveLength(1);
    await finish('p');
    expect(await claims()).toEqual([]);
  });

  test('a claim with devices is reserved for a pod whose node somebody chose', async () => {
    await cluster.client.create(PODS, pod('p', { resourceClaimName: 'mine' }));
    await used('mine', 'p');
    await cluster.client.create(PODS, pod('q', { resourceClaimName: 'mine' }, { nodeName: 'node01' }));
    const [claim] = await claims();
    expect(claim?.status.reservedFor?.map(({ name }) => name)).toEqual(['p', 'q']);
  });
});
