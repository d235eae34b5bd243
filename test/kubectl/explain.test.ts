import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openShop, rows, type Shop } from '../support/kubectl.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ nodes: 0 });
});
afterAll(() => shop[Symbol.asyncDispose]());

describe('kubectl asks what the server has', () => {
  it('explains a field, a kind and a whole tree', async () => {
    const field = await shop.kubectl('explain', 'deploy.spec.strategy.rollingUpdate.maxSurge');
    expect(field).toMatch(/^GROUP: +apps\nKIND: +Deployment\nVERSION: +v1\n\nFIELD: maxSurge <IntOrString>\n/);
    expect(field).toMatch(/DESCRIPTION:\n +\S/);
    expect(await shop.kubectl('explain', 'pods')).toMatch(/^ {2}spec\t<PodSpec>\n {4}\S/m);
    expect(await shop.kubectl('explain', 'pods', '--recursive')).toMatch(/^ {6}livenessProbe\t<Probe>$/m);
  });

  it('explains another version of a kind', async () => {
    const text = await shop.kubectl('explain', 'hpa.spec', '--api-version=autoscaling/v1');
    expect(text).toContain('targetCPUUtilizationPercentage');
  });

  it('says that a field does not exist', async () => {
    const { stderr } = await shop.fails('explain', 'pod.spec.wings');
    expect(stderr).toBe('error: field "wings" does not exist\n');
  });

  it('lists resources with short names, groups, kinds and verbs', async () => {
    const table = rows(await shop.kubectl('api-resources', '-owide'));
    expect(table.find(({ NAME }) => NAME === 'deployments')).toEqual({
      NAME: 'deployments',
      SHORTNAMES: 'deploy',
      APIVERSION: 'apps/v1',
      NAMESPACED: 'true',
      KIND: 'Deployment',
      VERBS: 'create,delete,deletecollection,get,list,patch,update,watch',
      CATEGORIES: 'all',
    });
    const clusterWide = await shop.kubectl('api-resources', '--namespaced=false', '-oname');
    expect(clusterWide.split('\n')).toEqual(expect.arrayContaining(['nodes', 'storageclasses.storage.k8s.io']));
    expect(clusterWide).not.toContain('pods\n');
  });

  it('lists versions, and says which Kubernetes it is', async () => {
    expect((await shop.kubectl('api-versions')).split('\n')).toEqual(expect.arrayContaining(['apps/v1', 'v1']));
    expect(await shop.kubectl('version')).toContain(`Server Version: ${shop.cluster.kubernetesVersion}`);
    expect(await shop.kubectl('cluster-info')).toContain(`control plane is running at ${shop.cluster.url}`);
  });
});
