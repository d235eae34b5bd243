import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controller } from '../../../controllers/ip-allocator-repair/index.ts';
import type { IPAddress, Service } from '../../../server/kube/types.gen.ts';
import { key, type Workloads, workloads } from '../../support/workloads.ts';

const ADDRESSES = 'networking.k8s.io/v1/ipaddresses';
const SERVICES = 'v1/services';
const IP = '10.96.0.77';
const AT = { namespace: '', name: IP };

describe('the address of a service', () => {
  let cluster: Workloads;

  beforeEach(async () => {
    cluster = await workloads([controller]);
  });
  afterEach(() => cluster.stop());

  const create = async (name: string, spec: Partial<Service['spec']> = {}): Promise<void> => {
    const whole = { ports: [{ port: 80 }], ...spec };
    await cluster.client.create(SERVICES, { metadata: key(name), spec: whole } as unknown as Service);
    await cluster.settle();
  };
  const all = async (): Promise<string[]> =>
    (await cluster.client.list(ADDRESSES)).map(({ metadata }) => metadata.name ?? '');

  test('has an object that names the service, as the server writes it', async () => {
    await create('web', { clusterIP: IP });
    const { metadata, spec } = await cluster.client.get<IPAddress>(ADDRESSES, AT);
    expect(metadata.labels).toEqual({
      'ipaddress.kubernetes.io/ip-family': 'IPv4',
      'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
    });
    expect(metadata.managedFields).toMatchObject([{ manager: 'kube-apiserver', operation: 'Update' }]);
    expect(spec).toEqual({ parentRef: { resource: 'services', namespace: 'default', name: 'web' } });
    expect(await cluster.events('web')).toEqual([]);
  });

  test('has none when there is no address', async () => {
    await create('headless', { clusterIP: 'None' });
    await create('outside', { type: 'ExternalName', externalName: 'example.com' });
    expect(await all()).toEqual([]);
  });

  test('loses its object with the service, and gets it back when somebody deletes it', async () => {
    await create('web', { clusterIP: IP });
    await cluster.client.delete(ADDRESSES, AT);
    await cluster.settle();
    expect(await all()).toEqual([IP]);
    await cluster.client.delete(SERVICES, key('web'));
    await cluster.settle();
    expect(await all()).toEqual([]);
  });

  test('takes over an object that names something else, and tells of it', async () => {
    const parentRef = { resource: 'gateways', group: 'example.com', namespace: 'default', name: 'other' };
    await cluster.client.create(ADDRESSES, { metadata: { name: IP }, spec: { parentRef } } as unknown as IPAddress);
    await create('web', { clusterIP: IP });
    expect((await cluster.client.get<IPAddress>(ADDRESSES, AT)).spec.parentRef?.name).toBe('web');
    expect(await cluster.events('web')).toEqual([
      `ClusterIPNotAllocated: the ClusterIP [IPv4]: ${IP} for Service default/web has a wrong reference; repairing`,
    ]);
  });

  test('leaves addresses alone that are somebody else’s', async () => {
    const parentRef = { resource: 'gateways', group: 'example.com', namespace: 'default', name: 'other' };
    await cluster.client.create(ADDRESSES, { metadata: { name: IP }, spec: { parentRef } } as unknown as IPAddress);
    await cluster.settle();
    expect(await all()).toEqual([IP]);
  });

  test('is looked after again by a controller that starts anew', async () => {
    await create('web', { clusterIP: IP });
    cluster.writes.length = 0;
    await cluster.restart();
    await cluster.settle();
    expect(cluster.writes).toEqual([]);
  });
});
