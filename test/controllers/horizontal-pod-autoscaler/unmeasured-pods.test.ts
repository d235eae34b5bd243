import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keyOf } from '../../../server/kube/object.ts';
import { type Autoscaled, autoscaled } from './support.ts';

describe('pods of which not everything is known', () => {
  let shop: Autoscaled;

  beforeEach(async () => {
    shop = await autoscaled();
  });
  afterEach(() => shop[Symbol.asyncDispose]());

  /** What the first pods say of themselves; the others nobody can measure. */
  const say = async (name: string, ...usages: string[]): Promise<void> => {
    const pods = await shop.pods(name);
    for (const [i, pod] of pods.entries()) {
      const metadata = { annotations: { 'fauxkube.dev/usage': usages[i] ?? 'unknown' } };
      await shop.client.patch('v1/pods', keyOf(pod), 'merge', { metadata });
    }
  };

  test('count as idle when the others need more', async () => {
    await shop.deploy('web', 4);
    // 150 % of two pods is 75 % of four.
    await say('web', 'cpu=150m', 'cpu=150m');
    await shop.autoscale('web');
    expect(await shop.replicas('web')).toBe(6);
    expect((await shop.get('web')).status.currentMetrics?.[0]?.resource?.current.averageUtilization).toBe(150);
  });

  test('count as busy when the others need less', async () => {
    await shop.deploy('web', 4);
    // Nothing of three and all of one is 25 %, half of what is wanted.
    await say('web', 'cpu=0', 'cpu=0', 'cpu=0');
    await shop.autoscale('web', { behavior: { scaleDown: { stabilizationWindowSeconds: 0 } } });
    expect(await shop.replicas('web')).toBe(2);
  });

  test('never turn a growth into its opposite', async () => {
    await shop.deploy('web', 4);
    // 60 % of one pod is 15 % of four.
    await say('web', 'cpu=60m');
    await shop.autoscale('web');
    await shop.periods(1);
    expect(await shop.replicas('web')).toBe(4);
  });

  test('are no reason to do anything when nobody was measured', async () => {
    await shop.deploy('web', 2);
    await say('web');
    await shop.autoscale('web');
    expect(await shop.events('web')).toContain(
      'FailedGetResourceMetric: failed to get cpu utilization: unable to get metrics for resource cpu: ' +
        'no metrics returned from resource metrics API',
    );
  });

  test('and pods that ask for nothing are told of', async () => {
    await shop.deploy('web', 1);
    await shop.use('web', { cpu: '100m', 'example.com/gpu': '1' });
    const target = { type: 'Utilization', averageUtilization: 50 };
    await shop.autoscale('web', { metrics: [{ type: 'Resource', resource: { name: 'example.com/gpu', target } }] });
    const [pod] = await shop.pods('web');
    expect(await shop.events('web')).toContain(
      'FailedGetResourceMetric: failed to get example.com/gpu utilization: ' +
        `missing request for example.com/gpu in container c of Pod ${pod?.metadata.name}`,
    );
  });
});
