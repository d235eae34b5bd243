import { expect, test } from 'vitest';
import { at, create, type SecuredCluster } from '../../support/secured-cluster.ts';
import { configuration, configured, PODS, pod } from './support.ts';

const limited = (...limitedResources: object[]): object =>
  configuration({
    name: 'ResourceQuota',
    configuration: { apiVersion: 'apiserver.config.k8s.io/v1', kind: 'ResourceQuotaConfiguration', limitedResources },
  });

/** A quota as a controller leaves it. */
async function quota(
  cluster: SecuredCluster,
  spec: { readonly hard: object; readonly scopeSelector?: object },
): Promise<void> {
  const quotas = '/api/v1/namespaces/default/resourcequotas';
  await create(cluster, quotas, { metadata: { name: 'q' }, spec });
  const used = Object.fromEntries(Object.keys(spec.hard).map((name) => [name, '0']));
  await cluster.ask('PATCH', `${quotas}/q/status`, {
    body: { status: { hard: spec.hard, used } },
    headers: [['content-type', 'application/merge-patch+json']],
  });
}

const message = async (cluster: SecuredCluster, body: object): Promise<unknown> => {
  const answer = await cluster.ask('POST', PODS, { body });
  return answer.status === 201 ? 201 : [answer.status, at(answer.body, 'message')];
};

const MEASURED = {
  containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '1', memory: '1Gi' } } }],
};

test('what is limited cannot be used without a quota for it', async () => {
  await using cluster = await configured(limited({ resource: 'pods', matchContains: ['cpu', 'memory'] }));
  const refusal = [
    403,
    'pods "a" is forbidden: insufficient quota to consume: cpu,memory,requests.cpu,requests.memory',
  ];
  expect(await message(cluster, pod('a', MEASURED))).toEqual(refusal);
  expect(await message(cluster, pod('b'))).toBe(201);
  const hard = { cpu: '2', memory: '4Gi', 'requests.cpu': '2', 'requests.memory': '4Gi' };
  await quota(cluster, { hard });
  expect(await message(cluster, pod('a', MEASURED))).toBe(201);
});

test('scopes that are limited need a quota of that scope', async () => {
  const scope = { scopeName: 'PriorityClass', operator: 'In', values: ['high'] };
  await using cluster = await configured(limited({ resource: 'pods', matchScopes: [scope] }));
  await create(cluster, '/apis/scheduling.k8s.io/v1/priorityclasses', { metadata: { name: 'high' }, value: 1000 });
  const high = pod('a', { priorityClassName: 'high' });
  expect(await message(cluster, high)).toEqual([
    500,
    'insufficient quota to match these scopes: [{PriorityClass In [high]}]',
  ]);
  expect(await message(cluster, pod('b'))).toBe(201);
  await quota(cluster, { hard: { pods: '1' }, scopeSelector: { matchExpressions: [scope] } });
  expect(await message(cluster, high)).toBe(201);
});
