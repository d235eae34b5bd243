import { describe, expect, it } from 'vitest';
import { securedCluster } from '../support/secured-cluster.ts';

async function names(cluster: Awaited<ReturnType<typeof securedCluster>>, path: string): Promise<string[]> {
  const { body } = await cluster.ask('GET', path);
  return (body as { items: { metadata: { name: string } }[] }).items.map(({ metadata }) => metadata.name);
}

const ROLES = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
const ACCOUNTS = '/api/v1/namespaces/kube-system/serviceaccounts';
const SERVICES = '/apis/apiregistration.k8s.io/v1/apiservices';

describe('what is there from the start', () => {
  it('is what a server of 1.30 makes', async () => {
    await using cluster = await securedCluster(undefined, { kubernetesVersion: '1.30' });
    expect(await names(cluster, SERVICES)).toContain('v1beta3.flowcontrol.apiserver.k8s.io');
    expect(await names(cluster, SERVICES)).not.toContain('v1.resource.k8s.io');
    expect(await names(cluster, ROLES)).not.toContain('system:controller:service-cidrs-controller');
    expect(await names(cluster, ACCOUNTS)).not.toContain('service-cidrs-controller');
    expect(await names(cluster, ACCOUNTS)).toContain('deployment-controller');
    const flows = '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas';
    expect(await names(cluster, flows)).toContain('endpoint-controller');
    const kinds = new Set([...cluster.cluster.storage.all()].map(({ key }) => key.split('/')[0]));
    expect(kinds).not.toContain('servicecidrs.networking.k8s.io');
    expect(kinds).not.toContain('ipaddresses.networking.k8s.io');
  });

  it('has the range of services as an object where servers had it', async () => {
    await using cluster = await securedCluster(undefined, { kubernetesVersion: '1.34' });
    expect(await names(cluster, '/apis/networking.k8s.io/v1/servicecidrs')).toEqual(['kubernetes']);
    expect(await names(cluster, '/apis/networking.k8s.io/v1/ipaddresses')).toEqual(['10.96.0.1']);
    expect(await names(cluster, ROLES)).not.toContain('system:controller:storage-version-migrator-controller');
  });
});
