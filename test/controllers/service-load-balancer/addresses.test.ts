import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createServiceLoadBalancer } from '../../../controllers/service-load-balancer/index.ts';
import type { Service } from '../../../server/kube/types.gen.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { key, type Workloads, workloads } from '../../support/workloads.ts';

const SERVICES = 'v1/services';
const NODE = { metadata: { name: 'node01' } };

describe('a service of type LoadBalancer', () => {
  let cluster: Workloads;
  let clock: SimulatedClock;

  beforeEach(async () => {
    clock = new SimulatedClock();
    // Two addresses can be given away.
    cluster = await workloads([createServiceLoadBalancer('172.18.255.0/30')], { clock });
    await cluster.client.create('v1/nodes', NODE);
  });
  afterEach(() => cluster.stop());

  const create = async (name: string, spec: Partial<Service['spec']> = {}): Promise<void> => {
    const whole = { type: 'LoadBalancer', ports: [{ port: 80 }], selector: { app: name }, ...spec };
    await cluster.client.create(SERVICES, { metadata: key(name), spec: whole } as unknown as Service);
    await cluster.settle();
  };
  const change = async (name: string, body: object): Promise<void> => {
    await cluster.client.patch(SERVICES, key(name), 'merge', body);
    await cluster.settle();
  };
  const address = async (name: string): Promise<unknown> =>
    (await cluster.get<Service>(SERVICES, name)).status.loadBalancer?.ingress;
  const finalizers = async (name: string): Promise<unknown> =>
    (await cluster.get<Service>(SERVICES, name)).metadata.finalizers;

  test('gets an address, a finalizer, and Events that say so', async () => {
    await create('web');
    expect(await address('web')).toEqual([{ ip: '172.18.255.1', ipMode: 'VIP' }]);
    expect(await finalizers('web')).toEqual(['service.kubernetes.io/load-balancer-cleanup']);
    expect(await cluster.events('web')).toEqual([
      'EnsuredLoadBalancer: Ensured load balancer',
      'EnsuringLoadBalancer: Ensuring load balancer',
    ]);
    const { managedFields } = (await cluster.get<Service>(SERVICES, 'web')).metadata;
    expect(managedFields).toContainEqual(expect.objectContaining({ manager: 'cloud-controller-manager' }));
  });

  test('gives its address back when it is deleted, or no longer wants one', async () => {
    await create('web');
    await create('shop');
    expect(await address('shop')).toEqual([{ ip: '172.18.255.2', ipMode: 'VIP' }]);
    await cluster.client.delete(SERVICES, key('web'));
    await cluster.settle();
    await expect(cluster.get(SERVICES, 'web')).rejects.toThrow('not found');
    expect(await cluster.events('web')).toContain('DeletedLoadBalancer: Deleted load balancer');
    await change('shop', { spec: { type: 'ClusterIP' } });
    expect(await finalizers('shop')).toBeUndefined();
    expect(await address('shop')).toBeUndefined();
    await create('late');
    expect(await address('late')).toEqual([{ ip: '172.18.255.1', ipMode: 'VIP' }]);
  });

  test('waits while there is no address, and gets the next that is free', async () => {
    await create('one');
    await create('two');
    await create('three');
    expect(await address('three')).toBeUndefined();
    expect(await cluster.events('three')).toContain(
      'SyncLoadBalancerFailed: Error syncing load balancer: failed to ensure load balancer: ' +
        'no address of 172.18.255.0/30 is free',
    );
    await cluster.client.delete(SERVICES, key('one'));
    await cluster.settle();
    expect(await address('three')).toEqual([{ ip: '172.18.255.1', ipMode: 'VIP' }]);
  });

  test('gets the address that it asks for, unless another has it or it lies elsewhere', async () => {
    await create('web', { loadBalancerIP: '172.18.255.2' });
    expect(await address('web')).toEqual([{ ip: '172.18.255.2', ipMode: 'VIP' }]);
    await create('twin', { loadBalancerIP: '172.18.255.2' });
    await create('far', { loadBalancerIP: '10.1.2.3' });
    const problem = 'SyncLoadBalancerFailed: Error syncing load balancer: failed to ensure load balancer: the address';
    expect(await cluster.events('twin')).toContain(`${problem} 172.18.255.2 is that of the service default/web`);
    expect(await cluster.events('far')).toContain(`${problem} 10.1.2.3 is not in 172.18.255.0/30`);
    await change('far', { spec: { loadBalancerIP: '172.18.255.1' } });
    expect(await address('far')).toEqual([{ ip: '172.18.255.1', ipMode: 'VIP' }]);
  });

  test('of another class is left alone', async () => {
    await create('web', { loadBalancerClass: 'example.com/other' });
    expect(await address('web')).toBeUndefined();
    expect(await cluster.events('web')).toEqual([]);
  });

  test('keeps its address over a restart, and nothing is written', async () => {
    await create('web');
    await create('shop');
    cluster.writes.length = 0;
    await cluster.restart();
    await cluster.settle();
    expect(cluster.writes).toEqual([]);
    await create('more');
    expect(await address('more')).toBeUndefined();
  });

  test('waits for ever in a cluster whose load balancers have no addresses', async () => {
    const bare = await workloads([createServiceLoadBalancer()], { clock });
    const spec = { type: 'LoadBalancer', ports: [{ port: 80 }] };
    await bare.client.create(SERVICES, { metadata: key('web'), spec } as unknown as Service);
    await bare.settle();
    expect(bare.writes).toEqual([]);
    await bare.stop();
  });
});
