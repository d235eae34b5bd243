import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { key } from '../../support/workloads.ts';
import { type Autoscaled, autoscaled } from './support.ts';

describe('an autoscaler by the use of CPU', () => {
  let shop: Autoscaled;

  beforeEach(async () => {
    shop = await autoscaled();
  });
  afterEach(() => shop[Symbol.asyncDispose]());

  test('makes so many replicas that each uses its share, and tells of it', async () => {
    await shop.deploy('web', 2);
    await shop.use('web', { cpu: '100m' });
    await shop.autoscale('web');
    expect(await shop.replicas('web')).toBe(4);
    const { status } = await shop.get('web');
    expect(status).toMatchObject({
      observedGeneration: 1,
      currentReplicas: 2,
      desiredReplicas: 4,
      lastScaleTime: '2026-01-01T00:00:00Z',
      currentMetrics: [
        { type: 'Resource', resource: { name: 'cpu', current: { averageValue: '100m', averageUtilization: 100 } } },
      ],
    });
    expect(status.conditions?.map(({ type, status: is, reason }) => `${type} ${is} ${reason}`)).toEqual([
      'AbleToScale True SucceededRescale',
      'ScalingActive True ValidMetricFound',
      'ScalingLimited False DesiredWithinRange',
      'ScaledToZero False NotScaledToZero',
    ]);
    expect(await shop.condition('web', 'ScalingActive')).toContain(
      'a replica count from cpu resource utilization (percentage of request)',
    );
    expect(await shop.events('web')).toEqual([
      'SuccessfulRescale: New size: 4; reason: cpu resource utilization (percentage of request) above target',
    ]);
  });

  test('leaves things as they are within a tenth of the target, or what its behaviour tolerates', async () => {
    await shop.deploy('web', 4);
    await shop.use('web', { cpu: '55m' });
    await shop.autoscale('web');
    await shop.periods(1);
    expect(await shop.replicas('web')).toBe(4);
    expect(await shop.condition('web', 'AbleToScale')).toBe(
      'True ReadyForNewScale: recommended size matches current size',
    );
    await shop.client.patch('autoscaling/v2/horizontalpodautoscalers', key('web'), 'merge', {
      spec: { behavior: { scaleUp: { tolerance: '0.05' } } },
    });
    await shop.periods(0);
    expect(await shop.replicas('web')).toBe(5);
  });

  test('grows no faster than twofold, or to four', async () => {
    await shop.deploy('web', 1);
    await shop.use('web', { cpu: '1' });
    await shop.autoscale('web', { maxReplicas: 20 });
    expect(await shop.replicas('web')).toBe(4);
    expect(await shop.condition('web', 'ScalingLimited')).toBe(
      'True ScaleUpLimit: the desired replica count is increasing faster than the maximum scale rate',
    );
    await shop.periods(1);
    expect(await shop.replicas('web')).toBe(8);
  });

  test('keeps to its minimum and maximum', async () => {
    await shop.deploy('web', 2);
    await shop.use('web', { cpu: '200m' });
    await shop.autoscale('web', { minReplicas: 2, maxReplicas: 3 });
    expect(await shop.replicas('web')).toBe(3);
    expect(await shop.condition('web', 'ScalingLimited')).toBe(
      'True TooManyReplicas: the desired replica count is more than the maximum replica count',
    );
    await shop.use('web', { cpu: '0' });
    await shop.periods(22);
    expect(await shop.replicas('web')).toBe(2);
    expect(await shop.condition('web', 'ScalingLimited')).toBe(
      'True TooFewReplicas: the desired replica count is less than the minimum replica count',
    );
  });

  test('brings a workload into its range before anything is measured', async () => {
    await shop.deploy('web', 1);
    await shop.autoscale('web', { minReplicas: 3 });
    expect(await shop.events('web')).toContain(
      'SuccessfulRescale: New size: 3; reason: Current number of replicas below Spec.MinReplicas',
    );
    await shop.deploy('big', 5);
    await shop.autoscale('big', { maxReplicas: 4 });
    expect(await shop.events('big')).toContain(
      'SuccessfulRescale: New size: 4; reason: Current number of replicas above Spec.MaxReplicas',
    );
  });

  test('believes for five minutes that what was needed may be needed again', async () => {
    await shop.deploy('web', 4);
    await shop.use('web', { cpu: '50m' });
    await shop.autoscale('web');
    await shop.use('web', { cpu: '10m' });
    await shop.periods(1);
    expect(await shop.condition('web', 'AbleToScale')).toBe(
      'True ScaleDownStabilized: recent recommendations were higher than current one, ' +
        'applying the highest recent recommendation',
    );
    await shop.periods(19);
    expect(await shop.replicas('web')).toBe(4);
    await shop.periods(1);
    expect(await shop.replicas('web')).toBe(1);
    expect(await shop.events('web')).toEqual(['SuccessfulRescale: New size: 1; reason: All metrics below target']);
  });

  test('rests while its target is scaled to nothing', async () => {
    await shop.deploy('web', 0);
    await shop.autoscale('web');
    expect(await shop.condition('web', 'ScalingActive')).toBe(
      'False ScalingDisabled: scaling is disabled since the replica count of the target is zero',
    );
    expect((await shop.get('web')).status).toMatchObject({ desiredReplicas: 0, currentMetrics: null });
  });
});
