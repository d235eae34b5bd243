import { describe, expect, test } from 'vitest';
import { at, type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';

const SERVICES = '/api/v1/namespaces/default/services';
const RANGES = '10.200.0.0/16,fd00:10:96::/112';
const MERGE = { headers: [['content-type', 'application/merge-patch+json']] as const };

const make = (cluster: SecuredCluster, name: string, spec: object = {}, query = '') =>
  cluster.ask('POST', `${SERVICES}${query}`, {
    body: { metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } },
  });
const change = (cluster: SecuredCluster, name: string, spec: object) =>
  cluster.ask('PATCH', `${SERVICES}/${name}`, { ...MERGE, body: { spec } });
const message = (answer: { body: unknown }): string => String(at(answer.body, 'message'));

describe('a cluster with service ranges of two families', () => {
  test('gives a service an address of each when it prefers or requires both', async () => {
    await using cluster = await securedCluster(undefined, { serviceClusterIpRange: RANGES });
    for (const ipFamilyPolicy of ['PreferDualStack', 'RequireDualStack']) {
      const { body } = await make(cluster, ipFamilyPolicy.toLowerCase(), { ipFamilyPolicy });
      expect(at(body, 'spec.ipFamilies')).toEqual(['IPv4', 'IPv6']);
      expect(at(body, 'spec.clusterIPs')).toEqual([
        expect.stringMatching(/^10\.200\.\d+\.\d+$/),
        expect.stringMatching(/^fd00:10:96::/),
      ]);
      expect(at(body, 'spec.clusterIP')).toBe((at(body, 'spec.clusterIPs') as string[])[0]);
    }
  });

  test('gives one of the first family, or of the one that is asked for', async () => {
    await using cluster = await securedCluster(undefined, { serviceClusterIpRange: RANGES });
    expect(at((await make(cluster, 'first')).body, 'spec.ipFamilies')).toEqual(['IPv4']);
    const { body } = await make(cluster, 'second', { ipFamilies: ['IPv6'] });
    expect([at(body, 'spec.ipFamilyPolicy'), at(body, 'spec.ipFamilies')]).toEqual(['SingleStack', ['IPv6']]);
    expect(at(body, 'spec.clusterIP')).toMatch(/^fd00:10:96::/);
    const asked = await make(cluster, 'third', { clusterIP: 'fd00:10:96::77' });
    expect(at(asked.body, 'spec.ipFamilies')).toEqual(['IPv6']);
    expect((await make(cluster, 'fourth', { clusterIP: 'fd00:10:96::77' })).status).toBe(422);
  });

  test('adds the second address when the policy changes, and takes it back', async () => {
    await using cluster = await securedCluster(undefined, { serviceClusterIpRange: RANGES });
    const first = at((await make(cluster, 'web')).body, 'spec.clusterIP');
    const both = await change(cluster, 'web', {
      ipFamilyPolicy: 'RequireDualStack',
      ipFamilies: ['IPv4', 'IPv6'],
      clusterIPs: [first, 'fd00:10:96::55'],
    });
    expect(at(both.body, 'spec.clusterIPs')).toEqual([first, 'fd00:10:96::55']);
    const one = await change(cluster, 'web', { ipFamilyPolicy: 'SingleStack' });
    expect(at(one.body, 'spec.clusterIPs')).toEqual([first]);
    expect((await make(cluster, 'other', { clusterIP: 'fd00:10:96::55' })).status).toBe(201);
  });
});

describe('a cluster with one family', () => {
  test('refuses services that require two', async () => {
    await using cluster = await securedCluster();
    expect(message(await make(cluster, 'web', { ipFamilyPolicy: 'RequireDualStack' }))).toBe(
      'Service "web" is invalid: spec.ipFamilyPolicy: Invalid value: "RequireDualStack": ' +
        'this cluster is not configured for dual-stack services',
    );
  });

  test('may have IPv6 only', async () => {
    await using cluster = await securedCluster(undefined, { serviceClusterIpRange: 'fd00:10:96::/112' });
    expect(at((await make(cluster, 'web')).body, 'spec.ipFamilies')).toEqual(['IPv6']);
    const api = await cluster.ask('GET', `${SERVICES}/kubernetes`);
    expect(at(api.body, 'spec.clusterIP')).toBe('fd00:10:96::1');
  });
});

describe('another ServiceCIDR', () => {
  const CIDRS = '/apis/networking.k8s.io/v1/servicecidrs';

  test('is a place that services can have their addresses from until it is about to go', async () => {
    await using cluster = await securedCluster();
    const clusterIP = '192.0.2.5';
    expect(message(await make(cluster, 'web', { clusterIP }))).toContain(
      `failed to allocate IP ${clusterIP}: the provided network does not match the current range`,
    );
    const finalizers = ['networking.k8s.io/service-cidr-finalizer'];
    await cluster.ask('POST', CIDRS, {
      body: { metadata: { name: 'more', finalizers }, spec: { cidrs: ['192.0.2.0/28'] } },
    });
    expect((await make(cluster, 'web', { clusterIP })).status).toBe(201);
    await cluster.ask('DELETE', `${CIDRS}/more`);
    expect((await make(cluster, 'late', { clusterIP: '192.0.2.6' })).status).toBe(422);
  });

  test('is used when the first one is full', async () => {
    await using cluster = await securedCluster(undefined, { serviceClusterIpRange: '10.200.0.0/30' });
    expect((await make(cluster, 'last')).status).toBe(201);
    const full = await make(cluster, 'web');
    expect([full.status, message(full)]).toEqual([
      500,
      'Internal error occurred: failed to allocate a serviceIP for Service "web": range is full',
    ]);
    await cluster.ask('POST', CIDRS, { body: { metadata: { name: 'more' }, spec: { cidrs: ['192.0.2.0/28'] } } });
    expect(at((await make(cluster, 'web')).body, 'spec.clusterIP')).toMatch(/^192\.0\.2\./);
  });
});
