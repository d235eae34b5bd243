/** Server-side apply and strategic merge patches convert numbers as Go does: upper bits get lost. */
import { expect, test } from 'vitest';
import { type Answer, at, create, type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';

const SCALERS = '/namespaces/default/horizontalpodautoscalers';
const TARGET = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'none' };

async function applied(cluster: SecuredCluster, spec: object): Promise<Answer> {
  await create(cluster, `/apis/autoscaling/v2${SCALERS}`, {
    metadata: { name: 'a' },
    spec: { maxReplicas: 2, scaleTargetRef: TARGET },
  });
  return cluster.ask('PATCH', `/apis/autoscaling/v1${SCALERS}/a?fieldManager=f&force=true`, {
    headers: [['content-type', 'application/apply-patch+yaml']],
    body: {
      apiVersion: 'autoscaling/v1',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'a' },
      spec: { scaleTargetRef: TARGET, ...spec },
    },
  });
}

test('an integer that is too large for its type loses its upper bits', async () => {
  await using cluster = await securedCluster();
  const answer = await applied(cluster, { maxReplicas: 2 ** 32 + 3 });
  expect([answer.status, at(answer.body, 'spec.maxReplicas')]).toEqual([200, 3]);
});

test('a fraction is refused, in an older version of the kind too', async () => {
  await using cluster = await securedCluster();
  const answer = await applied(cluster, { maxReplicas: 0.5 });
  expect(answer.status).toBe(500);
  expect(at(answer.body, 'message')).toContain('failed to convert new object');
});

test('a number that no integer or string can hold is refused', async () => {
  await using cluster = await securedCluster();
  const path = '/apis/policy/v1/namespaces/default/poddisruptionbudgets/a?fieldManager=f';
  const answer = await cluster.ask('PATCH', path, {
    headers: [['content-type', 'application/apply-patch+yaml']],
    body: {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'a' },
      spec: { minAvailable: 1e10, selector: {} },
    },
  });
  expect(answer.status).toBe(500);
  expect(at(answer.body, 'message')).toContain('failed to convert new object');
});

test('a strategic merge patch that makes no quantity is refused as a patch', async () => {
  await using cluster = await securedCluster();
  await create(cluster, '/api/v1/namespaces/default/resourcequotas', { metadata: { name: 'a' }, spec: { hard: {} } });
  const answer = await cluster.ask('PATCH', '/api/v1/namespaces/default/resourcequotas/a', {
    headers: [['content-type', 'application/strategic-merge-patch+json']],
    body: { spec: { hard: { services: 'x' } } },
  });
  expect(answer.status).toBe(422);
  expect(at(answer.body, 'message')).toContain('quantities must match the regular expression');
});
