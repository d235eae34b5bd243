import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MetricSpec } from '../../../server/kube/types.gen.ts';
import { type Autoscaled, autoscaled } from './support.ts';

describe('an autoscaler by metrics of other kinds', () => {
  let shop: Autoscaled;

  beforeEach(async () => {
    shop = await autoscaled();
    await shop.deploy('web', 2);
  });
  afterEach(() => shop[Symbol.asyncDispose]());

  const by = (...metrics: MetricSpec[]): Promise<void> => shop.autoscale('web', { metrics });
  const current = async (): Promise<unknown> => (await shop.get('web')).status.currentMetrics;
  const average = (averageValue: string): MetricSpec['pods'] & object => ({
    metric: { name: 'packets' },
    target: { type: 'AverageValue', averageValue },
  });

  test('uses amounts of memory, and of one container', async () => {
    await shop.use('web', { memory: '30Mi', cpu: '10m' });
    const target = { type: 'AverageValue', averageValue: '20Mi' };
    await by({ type: 'ContainerResource', containerResource: { name: 'memory', container: 'c', target } });
    expect(await shop.replicas('web')).toBe(3);
    expect(await current()).toEqual([
      {
        type: 'ContainerResource',
        containerResource: { name: 'memory', container: 'c', current: { averageValue: '30Mi' } },
      },
    ]);
  });

  test('uses a metric of its pods', async () => {
    await shop.tell('pods', { selector: 'app=web', metric: 'packets', value: '1500' });
    await by({ type: 'Pods', pods: average('1k') });
    expect(await shop.replicas('web')).toBe(3);
    expect(await current()).toEqual([
      { type: 'Pods', pods: { metric: { name: 'packets' }, current: { averageValue: '1500' } } },
    ]);
    expect(await shop.events('web')).toEqual([
      'SuccessfulRescale: New size: 3; reason: pods metric packets above target',
    ]);
  });

  test('uses a metric of another object, as a whole or shared by its replicas', async () => {
    const describedObject = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'main' };
    const metric = { name: 'rps' };
    await shop.tell('object', { object: { kind: 'Ingress', name: 'main' }, metric: 'rps', value: '40' });
    await by({ type: 'Object', object: { metric, describedObject, target: { type: 'Value', value: '20' } } });
    expect(await shop.replicas('web')).toBe(4);
    expect(await shop.events('web')).toEqual([
      'SuccessfulRescale: New size: 4; reason: Ingress metric rps above target',
    ]);
    await shop.deploy('other', 2);
    const target = { type: 'AverageValue', averageValue: '12' };
    await shop.autoscale('other', { metrics: [{ type: 'Object', object: { metric, describedObject, target } }] });
    expect(await shop.replicas('other')).toBe(4);
    expect((await shop.get('other')).status.currentMetrics?.[0]?.object?.current).toEqual({ averageValue: '20' });
  });

  test('adds up what is outside of the cluster, by the labels of the metric', async () => {
    await shop.tell('external', { metric: 'queue', labels: { name: 'mail', shard: 'a' }, value: '70' });
    await shop.tell('external', { metric: 'queue', labels: { name: 'mail', shard: 'b' }, value: 50 });
    await shop.tell('external', { metric: 'queue', labels: { name: 'sms' }, value: '1000' });
    const metric = { name: 'queue', selector: { matchLabels: { name: 'mail' } } };
    await by({ type: 'External', external: { metric, target: { type: 'AverageValue', averageValue: '30' } } });
    expect(await shop.replicas('web')).toBe(4);
    expect(await current()).toEqual([{ type: 'External', external: { metric, current: { averageValue: '60' } } }]);
  });

  test('does what the most demanding metric asks for', async () => {
    await shop.use('web', { cpu: '50m' });
    await shop.tell('pods', { selector: 'app=web', metric: 'packets', value: '1750' });
    const target = { type: 'Utilization', averageUtilization: 50 };
    await by({ type: 'Resource', resource: { name: 'cpu', target } }, { type: 'Pods', pods: average('1k') });
    expect(await shop.replicas('web')).toBe(4);
  });

  test('grows, but never shrinks, while one of its metrics is unknown', async () => {
    await shop.use('web', { cpu: '100m' });
    const target = { type: 'Utilization', averageUtilization: 50 };
    await by({ type: 'Resource', resource: { name: 'cpu', target } }, { type: 'Pods', pods: average('1k') });
    expect(await shop.replicas('web')).toBe(4);
    expect(await shop.events('web')).toContain(
      'FailedGetPodsMetric: unable to get metric packets: no metrics returned from custom metrics API',
    );
    await shop.use('web', { cpu: '1m' });
    await shop.periods(25);
    expect(await shop.replicas('web')).toBe(4);
    expect(await shop.condition('web', 'ScalingActive')).toMatch(/^False FailedGetPodsMetric: /);
  });

  test('can scale to nothing and back by what is outside', async () => {
    await shop.tell('external', { metric: 'queue', value: '0' });
    const external = { metric: { name: 'queue' }, target: { type: 'Value', value: '10' } };
    await shop.autoscale('web', {
      minReplicas: 0,
      metrics: [{ type: 'External', external }],
      behavior: { scaleDown: { stabilizationWindowSeconds: 0 } },
    });
    expect(await shop.replicas('web')).toBe(0);
    expect(await shop.condition('web', 'ScaledToZero')).toBe(
      'True ScaledToZero: the HPA controller scaled the workload to zero',
    );
    await shop.tell('external', { metric: 'queue', value: '25' });
    await shop.periods(1);
    expect(await shop.replicas('web')).toBe(3);
    expect(await shop.condition('web', 'ScaledToZero')).toMatch(/^False NotScaledToZero: /);
  });

  test('does nothing about pods that two autoscalers want', async () => {
    await shop.use('web', { cpu: '100m' });
    await shop.autoscale('web');
    await shop.autoscale('twin', { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } });
    expect(await shop.condition('twin', 'ScalingActive')).toBe(
      'False AmbiguousSelector: pods by selector app=web are controlled by more than one HPA ' +
        '(e.g. [{twin default} {web default}])',
    );
  });
});
