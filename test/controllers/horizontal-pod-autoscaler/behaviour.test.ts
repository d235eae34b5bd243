import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HorizontalPodAutoscalerBehavior } from '../../../server/kube/types.gen.ts';
import { type Autoscaled, autoscaled } from './support.ts';

describe('the behaviour of an autoscaler', () => {
  let shop: Autoscaled;

  beforeEach(async () => {
    shop = await autoscaled();
  });
  afterEach(() => shop[Symbol.asyncDispose]());

  /** Three pods that need seven times as much as is wanted of them. */
  const hot = async (behavior: HorizontalPodAutoscalerBehavior): Promise<void> => {
    await shop.deploy('web', 3);
    await shop.use('web', { cpu: '350m' });
    await shop.autoscale('web', { maxReplicas: 30, behavior });
  };
  const cold = async (behavior: HorizontalPodAutoscalerBehavior): Promise<void> => {
    await shop.deploy('web', 10);
    await shop.use('web', { cpu: '5m' });
    await shop.autoscale('web', { behavior });
  };

  test('grows by the policy that allows most, and waits for the end of its period', async () => {
    await hot({
      scaleUp: {
        policies: [
          { type: 'Pods', value: 2, periodSeconds: 60 },
          { type: 'Percent', value: 10, periodSeconds: 60 },
        ],
      },
    });
    expect(await shop.replicas('web')).toBe(5);
    expect(await shop.condition('web', 'ScalingLimited')).toMatch(/^True ScaleUpLimit: /);
    await shop.periods(3);
    expect(await shop.replicas('web')).toBe(5);
    await shop.periods(1);
    expect(await shop.replicas('web')).toBe(7);
  });

  test('grows by the policy that allows least when it says so', async () => {
    await hot({
      scaleUp: {
        selectPolicy: 'Min',
        policies: [
          { type: 'Pods', value: 2, periodSeconds: 60 },
          { type: 'Percent', value: 10, periodSeconds: 60 },
        ],
      },
    });
    // Ten per cent of three, rounded up.
    expect(await shop.replicas('web')).toBe(4);
  });

  test('does not grow where that is disabled', async () => {
    await hot({ scaleUp: { selectPolicy: 'Disabled' } });
    await shop.periods(2);
    expect(await shop.replicas('web')).toBe(3);
    expect(await shop.condition('web', 'ScalingLimited')).toMatch(/^True ScaleUpLimit: /);
  });

  test('grows only after its window has asked for more all the time', async () => {
    await hot({
      scaleUp: { stabilizationWindowSeconds: 60, policies: [{ type: 'Pods', value: 30, periodSeconds: 15 }] },
    });
    expect(await shop.replicas('web')).toBe(3);
    expect(await shop.condition('web', 'AbleToScale')).toBe(
      'True ScaleUpStabilized: recent recommendations were lower than current one, ' +
        'applying the lowest recent recommendation',
    );
    await shop.periods(3);
    expect(await shop.replicas('web')).toBe(3);
    await shop.periods(1);
    expect(await shop.replicas('web')).toBe(21);
  });

  test('shrinks at once with an empty window, by so many pods in each period', async () => {
    await cold({
      scaleDown: { stabilizationWindowSeconds: 0, policies: [{ type: 'Pods', value: 4, periodSeconds: 30 }] },
    });
    expect(await shop.replicas('web')).toBe(6);
    expect(await shop.condition('web', 'ScalingLimited')).toBe(
      'True ScaleDownLimit: the desired replica count is decreasing faster than the maximum scale rate',
    );
    await shop.periods(1);
    expect(await shop.replicas('web')).toBe(6);
    await shop.periods(1);
    expect(await shop.replicas('web')).toBe(2);
  });

  test('shrinks by a percentage that is rounded in favour of the change', async () => {
    await cold({
      scaleDown: { stabilizationWindowSeconds: 0, policies: [{ type: 'Percent', value: 25, periodSeconds: 60 }] },
    });
    expect(await shop.replicas('web')).toBe(7);
  });
});
