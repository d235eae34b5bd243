import { expect, test } from 'vitest';
import { at, create, securedCluster } from '../support/secured-cluster.ts';

const AUTOSCALERS = '/namespaces/default/horizontalpodautoscalers';

test('what autoscaling/v1 has no fields for comes in annotations, in the order of their names', async () => {
  await using cluster = await securedCluster();
  const memory = { name: 'memory', target: { type: 'Utilization', averageUtilization: 50 } };
  await create(cluster, `/apis/autoscaling/v2${AUTOSCALERS}`, {
    metadata: { name: 'h', annotations: { zone: 'z', app: 'a' } },
    spec: {
      maxReplicas: 3,
      scaleTargetRef: { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' },
      metrics: [{ type: 'Resource', resource: memory }],
      behavior: { scaleDown: { stabilizationWindowSeconds: 60 } },
    },
  });
  const { body } = await cluster.ask('GET', `/apis/autoscaling/v1${AUTOSCALERS}/h`);
  expect(Object.keys(at(body, 'metadata.annotations') as object)).toEqual([
    'app',
    'autoscaling.alpha.kubernetes.io/behavior',
    'autoscaling.alpha.kubernetes.io/metrics',
    'zone',
  ]);
});
