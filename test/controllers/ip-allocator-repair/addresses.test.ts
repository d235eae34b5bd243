import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controller } from '../../../controllers/ip-allocator-repair/index.ts';
import type { IPAddress, Service } from '../../../server/kube/types.gen.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { key, type Workloads, workloads } from '../../support/workloads.ts';

const ADDRESSES = 'networking.k8s.io/v1/ipaddresses';
const SERVICES = 'v1/services';
const IP = '10.96.0.77';
const AT = { namespace: '', name: IP };

describe('the address of a service', () => {
  let cluster: Workloads;
  let clock: SimulatedClock;

  beforeEach(async () => {
    clock = new SimulatedClock();
    cluster = await workloads([controller], { clock });
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
    expect(await cluster.events('web')).toEqual([
      `ClusterIPNotAllocated: Cluster IP [IPv4]: ${IP} is not allocated; repairing`,
    ]);
    await cluster.client.delete(SERVICES, key('web'));
    await cluster.settle();
    expect(await all()).toEqual([]);
  });

  test('is nothing that a service can have while something else has it', async () => {
    const parentRef = { resource: 'gateways', group: 'example.com', namespace: 'default', name: 'other' };
    await cluster.client.create(ADDRESSES, { metadata: { name: IP }, spec: { parentRef } } as unknown as IPAddress);
    await expect(create('web', { clusterIP: IP })).rejects.toThrow(
      `failed to allocate IP ${IP}: provided IP is already allocated`,
    );
    expect(await all()).toEqual([IP]);
  });

  test('is repaired when its object says something else, which is told', async () => {
    await create('web', { clusterIP: IP });
    const labels = { 'ipaddress.kubernetes.io/managed-by': null };
    await cluster.client.patch(ADDRESSES, AT, 'merge', { metadata: { labels } });
    await cluster.settle();
    expect((await cluster.client.get<IPAddress>(ADDRESSES, AT)).metadata.labels).toMatchObject({
      'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
    });
    expect(await cluster.events('web')).toEqual([
      `ClusterIPNotAllocated: the ClusterIP [IPv4]: ${IP} for Service default/web has a wrong reference; repairing`,
    ]);
  });

  test('is given back a minute after somebody took it for a service that is not there', async () => {
    const labels = {
      'ipaddress.kubernetes.io/ip-family': 'IPv4',
      'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
    };
    const parentRef = { resource: 'services', namespace: 'default', name: 'gone' };
    const address = { metadata: { name: IP, labels }, spec: { parentRef } };
    await cluster.client.create(ADDRESSES, address as unknown as IPAddress);
    await cluster.settle();
    expect(await all()).toEqual([IP]);
    await clock.advance(60_000);
    await cluster.settle();
    expect(await all()).toEqual([]);
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
