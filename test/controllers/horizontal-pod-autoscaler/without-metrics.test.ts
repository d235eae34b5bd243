import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Autoscaled, autoscaled } from './support.ts';

/** As on a bare cluster: nobody serves metrics. What is expected was told by a real controller manager. */
describe('an autoscaler in a cluster without metrics', () => {
  let shop: Autoscaled;

  beforeAll(async () => {
    shop = await autoscaled({ simulatedMetrics: false });
  });
  afterAll(() => shop[Symbol.asyncDispose]());

  const NO_RESOURCE =
    'failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource ' +
    'metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)';

  test('says so, and leaves its target alone', async () => {
    await shop.deploy('web', 2);
    await shop.autoscale('web');
    expect(await shop.condition('web', 'AbleToScale')).toBe(
      "True SucceededGetScale: the HPA controller was able to get the target's current scale",
    );
    expect(await shop.condition('web', 'ScalingActive')).toBe(
      `False FailedGetResourceMetric: the HPA was unable to compute the replica count: ${NO_RESOURCE}`,
    );
    const { status } = await shop.get('web');
    expect(status).toMatchObject({ currentReplicas: 2, desiredReplicas: 0, currentMetrics: [{ type: '' }] });
    expect(await shop.events('web')).toEqual([
      `FailedGetResourceMetric: ${NO_RESOURCE}`,
      'FailedComputeMetricsReplicas: invalid metrics (1 invalid out of 1), first error is: ' +
        `failed to get cpu resource metric value: ${NO_RESOURCE}`,
    ]);
    expect(await shop.replicas('web')).toBe(2);
  });

  test('says of every metric what is missing', async () => {
    await shop.deploy('many', 3);
    const average = (averageValue: string): object => ({ type: 'AverageValue', averageValue });
    const describedObject = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'main' };
    const metrics = [
      { type: 'ContainerResource', containerResource: { name: 'memory', container: 'c', target: average('10Mi') } },
      { type: 'Pods', pods: { metric: { name: 'packets' }, target: average('1k') } },
      { type: 'Object', object: { metric: { name: 'rps' }, describedObject, target: { type: 'Value', value: '2k' } } },
      {
        type: 'External',
        external: { metric: { name: 'queue', selector: { matchLabels: { q: 'z' } } }, target: average('30') },
      },
    ];
    await shop.autoscale('many', { metrics } as never);
    const custom =
      'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered';
    const notFound = 'the server could not find the requested resource';
    const memory =
      'failed to get memory usage: unable to get metrics for resource memory: unable to fetch metrics from resource ' +
      `metrics API: ${notFound} (get pods.metrics.k8s.io)`;
    expect(await shop.events('many')).toEqual([
      `FailedGetContainerResourceMetric: ${memory}`,
      `FailedGetPodsMetric: unable to get metric packets: ${custom}`,
      `FailedGetObjectMetric: unable to get metric rps on Ingress default/main: ${custom}`,
      'FailedGetExternalMetric: unable to get external metric default/queue/&LabelSelector{MatchLabels:' +
        'map[string]string{q: z,},MatchExpressions:[]LabelSelectorRequirement{},}: unable to fetch metrics from ' +
        `external metrics API: ${notFound} (get queue.external.metrics.k8s.io)`,
      'FailedComputeMetricsReplicas: invalid metrics (4 invalid out of 4), first error is: ' +
        `failed to get c container metric value: ${memory}`,
    ]);
  });

  test('says why there is nothing to scale', async () => {
    await shop.autoscale('gone');
    const missing = 'deployments.apps "gone" not found';
    expect(await shop.events('gone')).toEqual([`FailedGetScale: ${missing}`]);
    expect((await shop.get('gone')).status).toMatchObject({
      desiredReplicas: 0,
      currentMetrics: null,
      conditions: [
        {
          type: 'AbleToScale',
          status: 'False',
          message: `the HPA controller was unable to get the target's current scale: ${missing}`,
        },
      ],
    });
    await shop.autoscale('nokind', { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Nothing', name: 'gone' } });
    expect(await shop.events('nokind')).toEqual(['FailedGetScale: no matches for kind "Nothing" in group "apps"']);
  });

  test('looks again every fifteen seconds, and writes only what has changed', async () => {
    const before = (await shop.get('web')).metadata.resourceVersion;
    await shop.periods(3);
    expect((await shop.get('web')).metadata.resourceVersion).toBe(before);
  });
});
