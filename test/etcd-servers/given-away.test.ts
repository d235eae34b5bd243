/** What only one object may have is given away once, whichever server does it. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RunningCluster } from '../../server/index.ts';
import type { ResourceQuota, Service } from '../../server/kube/types.gen.ts';
import { hasEtcd } from '../support/etcd-server.ts';
import { type ServersOnEtcd, twoServers } from '../support/servers-on-etcd.ts';

const EACH = 60;

type Outcome = 'made' | number;

const inOrder = (a: Outcome, b: Outcome): number => String(a).localeCompare(String(b));

describe.skipIf(!hasEtcd)('two servers that write at once', () => {
  let both: ServersOnEtcd<readonly [RunningCluster, RunningCluster]>;
  beforeAll(async () => {
    // So few addresses that two at random are often the same.
    both = await twoServers({ nodes: 0, serviceClusterIpRange: '10.96.0.0/24' });
  });
  afterAll(() => both[Symbol.asyncDispose]());

  async function create(server: RunningCluster, resource: string, object: object, namespace: string): Promise<Outcome> {
    const { name } = (object as { metadata: { name: string } }).metadata;
    const body = object as never;
    const key = { namespace, name };
    const made = server.transport().send({ verb: 'create', resource: resource as never, key, body });
    return made.then(
      () => 'made',
      (error: { code: number }) => error.code,
    );
  }

  const service = (name: string, spec: object = {}, port: object = {}): object => ({
    metadata: { name },
    spec: { type: 'NodePort', ports: [{ port: 80, ...port }], ...spec },
  });

  const services = async (): Promise<readonly Service[]> => both.servers[0].list('services', { namespace: '' });

  it('gives addresses and ports to one service each', async () => {
    const outcomes = await Promise.all(
      both.servers.flatMap((server, x) =>
        Array.from({ length: EACH }, (_, i) => create(server, 'v1/services', service(`any-${x}-${i}`), 'default')),
      ),
    );
    expect(outcomes).toEqual(Array(2 * EACH).fill('made'));
    const all = await services();
    const [addresses, ports] = [
      all.map(({ spec }) => spec.clusterIP),
      all.flatMap(({ spec }) => (spec.ports ?? []).flatMap(({ nodePort }) => nodePort ?? [])),
    ];
    expect(new Set(addresses).size).toBe(addresses.length);
    expect(new Set(ports).size).toBe(2 * EACH);
  });

  it('gives what is asked for to the one that was faster', async () => {
    for (let i = 0; i < 5; i++) {
      const wanted = service(`wanted-${i}`, {}, { nodePort: 30_000 + i });
      const other = service(`wanted-too-${i}`, {}, { nodePort: 30_000 + i });
      const [one, two] = both.servers;
      const outcomes = await Promise.all([
        create(one, 'v1/services', wanted, 'default'),
        create(two, 'v1/services', other, 'default'),
      ]);
      expect(outcomes.toSorted(inOrder)).toEqual([422, 'made']);
      const address = service(`address-${i}`, { clusterIP: `10.96.0.${12 + i}`, type: 'ClusterIP' });
      const same = service(`address-too-${i}`, { clusterIP: `10.96.0.${12 + i}`, type: 'ClusterIP' });
      const ofAddresses = await Promise.all([
        create(one, 'v1/services', address, 'default'),
        create(two, 'v1/services', same, 'default'),
      ]);
      expect(ofAddresses.toSorted(inOrder)).toEqual([422, 'made']);
    }
  });

  // The first ports of the range are only given to those who ask for them.
  it('gives a port again that the other one has just taken back', async () => {
    for (let i = 0; i < 10; i++) {
      const [one, two] = i % 2 === 0 ? both.servers : both.servers.toReversed();
      const name = `again-${i}`;
      expect(
        await create(one as RunningCluster, 'v1/services', service(name, {}, { nodePort: 30_080 }), 'default'),
      ).toBe('made');
      const key = { namespace: 'default', name };
      await (two as RunningCluster).transport().send({ verb: 'delete', resource: 'v1/services', key });
    }
  });

  it('lets nobody past a quota', async () => {
    const [one] = both.servers;
    await one.apply(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'small' } },
      {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'few', namespace: 'small' },
        spec: { hard: { 'count/secrets': '10' } },
      },
    );
    // A server that has not heard of a quota yet does not go by it, as a kube-apiserver.
    for (const server of both.servers) {
      await vi.waitUntil(async () => {
        const quota = await server.get<ResourceQuota>('resourcequota/few', { namespace: 'small' });
        return quota?.status?.used?.['count/secrets'] !== undefined;
      });
    }
    const outcomes = await Promise.all(
      both.servers.flatMap((server, x) =>
        Array.from({ length: 15 }, (_, i) =>
          create(server, 'v1/secrets', { metadata: { name: `s-${x}-${i}` } }, 'small'),
        ),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'made')).toHaveLength(10);
    expect(outcomes.filter((outcome) => outcome === 403)).toHaveLength(20);
    expect(await one.list('secrets', { namespace: 'small' })).toHaveLength(10);
  });
});
