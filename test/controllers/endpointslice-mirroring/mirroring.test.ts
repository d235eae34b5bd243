import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controller } from '../../../controllers/endpointslice-mirroring/index.ts';
import type { Frozen } from '../../../server/base/freeze.ts';
import { keyOf } from '../../../server/kube/object.ts';
import type { EndpointSlice, EndpointSubset, Service } from '../../../server/kube/types.gen.ts';
import { key, type Workloads, workloads } from '../../support/workloads.ts';

const SERVICES = 'v1/services';
const ENDPOINTS = 'v1/endpoints';
const SLICES = 'discovery.k8s.io/v1/endpointslices';

describe('Endpoints of a service without a selector', () => {
  let cluster: Workloads;

  beforeEach(async () => {
    cluster = await workloads([controller]);
  });
  afterEach(() => cluster.stop());

  const service = (name: string, selector?: Service['spec']['selector']): Promise<unknown> =>
    cluster.client.create(SERVICES, {
      metadata: key(name),
      spec: { ports: [{ port: 80 }], ...(selector && { selector }) },
    } as never);
  const endpoints = (subsets: object[], metadata: object = {}): Promise<unknown> =>
    cluster.client.create(ENDPOINTS, {
      metadata: { ...key('db'), ...metadata },
      subsets: subsets as EndpointSubset[],
    } as never);
  const slices = async (): Promise<readonly Frozen<EndpointSlice>[]> => {
    await cluster.settle();
    return cluster.client.list<EndpointSlice>(SLICES, 'default');
  };
  const ports = [{ name: 'sql', port: 5432, protocol: 'TCP' }];

  test('become a slice with their labels, annotations, addresses and ports', async () => {
    await service('db');
    await endpoints(
      [{ addresses: [{ ip: '10.1.2.3', hostname: 'one' }], notReadyAddresses: [{ ip: '10.1.2.4' }], ports }],
      {
        labels: { team: 'blue' },
        annotations: { note: 'x', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
      },
    );
    const [slice, ...others] = await slices();
    expect(others).toEqual([]);
    const { uid } = await cluster.client.get(ENDPOINTS, key('db')).then(({ metadata }) => metadata);
    expect(slice).toMatchObject({
      addressType: 'IPv4',
      metadata: {
        name: expect.stringMatching(/^db-[a-z0-9]{5}$/),
        labels: {
          team: 'blue',
          'kubernetes.io/service-name': 'db',
          'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
        },
        annotations: { note: 'x' },
        ownerReferences: [
          { apiVersion: 'v1', kind: 'Endpoints', name: 'db', uid, controller: true, blockOwnerDeletion: true },
        ],
      },
      endpoints: [
        { addresses: ['10.1.2.3'], conditions: { ready: true }, hostname: 'one' },
        { addresses: ['10.1.2.4'], conditions: { ready: false } },
      ],
      ports: [{ name: 'sql', port: 5432, protocol: 'TCP' }],
    });
    expect(Object.keys(slice?.metadata.annotations ?? {})).toEqual(['note']);
  });

  test('become a slice for each address type and set of ports', async () => {
    await service('db');
    const other = [{ name: 'web', port: 80, protocol: 'TCP' }];
    await endpoints([
      { addresses: [{ ip: '10.1.2.3' }, { ip: 'fd00::1' }], ports },
      { addresses: [{ ip: '10.1.2.9' }], ports: other },
    ]);
    const found = (await slices()).map(
      (slice) => `${slice.addressType} ${slice.ports?.[0]?.name} ${slice.endpoints?.[0]?.addresses?.[0]}`,
    );
    expect(found.sort()).toEqual(['IPv4 sql 10.1.2.3', 'IPv4 web 10.1.2.9', 'IPv6 sql fd00::1']);
  });

  test('are followed by the slice that is there, and nothing is written without a change', async () => {
    await service('db');
    await endpoints([{ addresses: [{ ip: '10.1.2.3' }], ports }]);
    const [before] = await slices();
    const subsets = [{ addresses: [{ ip: '10.1.2.7' }], ports: [{ name: 'sql', port: 5433, protocol: 'TCP' }] }];
    await cluster.client.patch(ENDPOINTS, key('db'), 'merge', { subsets });
    const [after] = await slices();
    expect(after?.metadata.name).toBe(before?.metadata.name);
    expect(after?.ports?.[0]?.port).toBe(5433);
    cluster.writes.length = 0;
    await cluster.client.patch(SERVICES, key('db'), 'merge', { metadata: { labels: { a: 'b' } } });
    await cluster.settle();
    await cluster.restart();
    await cluster.settle();
    expect(cluster.writes).toEqual([]);
  });

  test('are not mirrored while they are a lock, say so, or have no such service', async () => {
    await endpoints([{ addresses: [{ ip: '10.1.2.3' }], ports }]);
    expect(await slices()).toHaveLength(0);
    await service('db');
    expect(await slices()).toHaveLength(1);
    const skip = 'endpointslice.kubernetes.io/skip-mirror';
    await cluster.client.patch(ENDPOINTS, key('db'), 'merge', { metadata: { labels: { [skip]: 'true' } } });
    expect(await slices()).toHaveLength(0);
    await cluster.client.patch(ENDPOINTS, key('db'), 'merge', { metadata: { labels: { [skip]: null } } });
    expect(await slices()).toHaveLength(1);
    const leader = { 'control-plane.alpha.kubernetes.io/leader': '{}' };
    await cluster.client.patch(ENDPOINTS, key('db'), 'merge', { metadata: { annotations: leader } });
    expect(await slices()).toHaveLength(0);
  });

  test('give way to the pods of a service that gets a selector', async () => {
    await service('db');
    await endpoints([{ addresses: [{ ip: '10.1.2.3' }], ports }]);
    expect(await slices()).toHaveLength(1);
    await cluster.client.patch(SERVICES, key('db'), 'merge', { spec: { selector: { app: 'db' } } });
    expect(await slices()).toHaveLength(0);
  });

  test('get their slice back when somebody has changed or deleted it', async () => {
    await service('db');
    await endpoints([{ addresses: [{ ip: '10.1.2.3' }], ports }]);
    const [slice] = await slices();
    if (!slice) throw new Error('there is no slice');
    await cluster.client.update(SLICES, { ...slice, endpoints: [] });
    expect((await slices())[0]?.endpoints?.[0]?.addresses).toEqual(['10.1.2.3']);
    await cluster.client.delete(SLICES, keyOf(slice));
    expect(await slices()).toHaveLength(1);
  });

  test('are mirrored up to a thousand addresses, and an Event tells of the rest', async () => {
    await service('db');
    const addresses = Array.from({ length: 1002 }, (_, i) => ({ ip: `10.1.${i >> 8}.${i & 255}` }));
    await endpoints([{ addresses, ports }]);
    expect((await slices())[0]?.endpoints).toHaveLength(1000);
    expect(await cluster.events('db')).toEqual([
      'TooManyAddressesToMirror: A max of 1000 addresses can be mirrored to EndpointSlices per Endpoints subset. ' +
        '2 addresses were skipped',
    ]);
  });
});
