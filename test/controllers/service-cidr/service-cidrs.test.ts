import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controller as ipAllocatorRepair } from '../../../controllers/ip-allocator-repair/index.ts';
import { controller } from '../../../controllers/service-cidr/index.ts';
import type { Frozen } from '../../../server/base/freeze.ts';
import type { KubeObject } from '../../../server/kube/object.ts';
import type { Service, ServiceCIDR } from '../../../server/kube/types.gen.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { key, type Workloads, workloads } from '../../support/workloads.ts';

const CIDRS = 'networking.k8s.io/v1/servicecidrs';
const SERVICES = 'v1/services';
const named = (name: string): { namespace: string; name: string } => ({ namespace: '', name });

describe('a ServiceCIDR', () => {
  let cluster: Workloads;
  let clock: SimulatedClock;

  beforeEach(async () => {
    clock = new SimulatedClock();
    cluster = await workloads([controller, ipAllocatorRepair], { clock });
  });
  afterEach(() => cluster.stop());

  const create = async (name: string, ...cidrs: string[]): Promise<void> => {
    const block: KubeObject & { spec: object } = { metadata: { name }, spec: { cidrs } };
    await cluster.client.create(CIDRS, block);
    await cluster.settle();
  };
  const get = (name: string): Promise<Frozen<ServiceCIDR>> => cluster.client.get<ServiceCIDR>(CIDRS, named(name));
  const remove = async (name: string): Promise<void> => {
    await cluster.client.delete(CIDRS, named(name));
    await cluster.settle();
  };
  const service = async (name: string, clusterIP: string): Promise<void> => {
    const spec = { clusterIP, ports: [{ port: 80 }] };
    await cluster.client.create(SERVICES, { metadata: key(name), spec } as unknown as Service);
    await cluster.settle();
  };
  const pass = async (ms: number): Promise<void> => {
    await clock.advance(ms);
    await cluster.settle();
  };

  test('becomes ready and gets a finalizer, and nothing more is written', async () => {
    await create('more', '10.96.0.0/16');
    const { metadata, status } = await get('more');
    expect(metadata.finalizers).toEqual(['networking.k8s.io/service-cidr-finalizer']);
    expect(status.conditions).toEqual([
      {
        type: 'Ready',
        status: 'True',
        reason: '',
        message: 'Kubernetes Service CIDR is ready',
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
    ]);
    cluster.writes.length = 0;
    await cluster.restart();
    await cluster.settle();
    expect(cluster.writes).toEqual([]);
  });

  test('that nobody uses is gone ten seconds after it was deleted', async () => {
    await create('more', '10.112.0.0/16');
    await remove('more');
    await pass(9_999);
    expect((await get('more')).metadata.deletionTimestamp).toBeDefined();
    await pass(1);
    await expect(get('more')).rejects.toThrow('not found');
  });

  test('stays while a service has an address that no other block contains, and says so', async () => {
    await create('more', '10.96.0.0/16');
    await service('web', '10.96.0.77');
    await remove('more');
    await pass(60_000);
    expect((await get('more')).status.conditions?.[0]).toMatchObject({
      status: 'False',
      reason: 'Terminating',
      message:
        'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
    });
    await cluster.client.delete(SERVICES, key('web'));
    await cluster.settle();
    await expect(get('more')).rejects.toThrow('not found');
  });

  test('may go as soon as another one contains it', async () => {
    await create('more', '10.96.0.0/16');
    await service('web', '10.96.0.77');
    await remove('more');
    await pass(60_000);
    await create('larger', '10.96.0.0/12');
    await expect(get('more')).rejects.toThrow('not found');
  });
});
