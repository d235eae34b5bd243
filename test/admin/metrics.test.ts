import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminCluster, adminCluster } from './support.ts';

describe('/-/metrics', () => {
  let shop: AdminCluster;
  beforeAll(async () => {
    shop = await adminCluster({ simulatedMetrics: true });
  });
  afterAll(() => shop[Symbol.asyncDispose]());

  const listed = async (): Promise<unknown> => JSON.parse((await shop.admin('GET', '/-/metrics')).text).metrics;
  const told = async (kind: string, body: object): Promise<string> => {
    const { status, text } = await shop.admin('PUT', `/-/metrics/${kind}`, body);
    expect(status).toBe(400);
    return (JSON.parse(text) as { message: string }).message;
  };

  it('lists what was told, the newest value of each, until it is taken back or the cluster is reset', async () => {
    const queue = { metric: 'queue', labels: { name: 'mail' } };
    await shop.admin('PUT', '/-/metrics/external', { ...queue, value: 30 });
    await shop.admin('PUT', '/-/metrics/external', { ...queue, value: '40' });
    await shop.admin('PUT', '/-/metrics/resource', { selector: 'app=web', usage: { cpu: '250m' } });
    expect(await listed()).toEqual([
      { kind: 'external', namespace: 'default', ...queue, value: '40' },
      { kind: 'resource', namespace: 'default', selector: 'app=web', usage: { cpu: '250m' } },
    ]);
    await shop.admin('PUT', '/-/metrics/external', queue);
    expect(await listed()).toHaveLength(1);
    await shop.admin('POST', '/-/reset');
    expect(await listed()).toEqual([]);
  });

  it('says what is wrong with a metric', async () => {
    expect(await told('nonsense', {})).toContain('there are resource, pods, object, external');
    expect(await told('external', { value: '1' })).toContain('"metric"');
    expect(await told('external', { metric: 'queue', value: 'much' })).toContain('quantities must match');
    expect(await told('resource', { selector: 'a in' })).toContain('selector: ');
    expect(await told('resource', { usage: 'cpu' })).toContain('"usage" has to be an object');
    expect(await told('object', { metric: 'rps', object: { kind: 'Ingress' } })).toContain('"object" has to be');
    expect(await told('resource', { metrics: {} })).toContain('no field "metrics"');
  });

  it('says how metrics are simulated where they are not', async () => {
    await using plain = await adminCluster();
    const { status, text } = await plain.admin('GET', '/-/metrics');
    expect(status).toBe(400);
    expect(text).toContain('--simulated-metrics');
  });
});
