import { expect, test } from 'vitest';
import {
  at,
  create,
  createAccount,
  grant,
  JANE_TOKEN,
  type SecuredCluster,
  securedCluster,
} from '../support/secured-cluster.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';

async function withPlugin(name: string, disable: string[] = []): Promise<SecuredCluster> {
  const admissionPlugins = { enable: [name], disable };
  const cluster = await securedCluster(new SimulatedClock(), { admissionPlugins });
  if (name !== 'AlwaysDeny') await createAccount(cluster, 'default');
  return cluster;
}

const BASE = '/api/v1/namespaces/default';
const pod = (spec: object): object => ({ metadata: { name: 'p' }, spec });

test('AlwaysPullImages makes every container pull its image', async () => {
  await using cluster = await withPlugin('AlwaysPullImages');
  const container = (name: string): object => ({ name, image: 'i:1', imagePullPolicy: 'IfNotPresent' });
  const volumes = [{ name: 'v', image: { reference: 'r', pullPolicy: 'Never' } }];
  const body = pod({ containers: [container('c')], initContainers: [container('ic')], volumes });
  const answer = await create(cluster, `${BASE}/pods`, body);
  const policies = ['containers.0.imagePullPolicy', 'initContainers.0.imagePullPolicy', 'volumes.0.image.pullPolicy'];
  expect(policies.map((path) => at(answer, `spec.${path}`))).toEqual(['Always', 'Always', 'Always']);
});

test('ExtendedResourceToleration lets pods go where the devices are', async () => {
  await using cluster = await withPlugin('ExtendedResourceToleration');
  const amounts = { 'example.com/b': '1', 'example.com/a': '1', cpu: '1' };
  const containers = [{ name: 'c', image: 'i', resources: { limits: amounts, requests: amounts } }];
  const answer = await create(
    cluster,
    `${BASE}/pods`,
    pod({ containers, tolerations: [{ key: 'k', operator: 'Exists' }] }),
  );
  expect((at(answer, 'spec.tolerations') as { key: string }[]).map(({ key }) => key)).toEqual([
    'k',
    'node.kubernetes.io/not-ready',
    'node.kubernetes.io/unreachable',
    'example.com/a',
    'example.com/b',
  ]);
});

test('DenyServiceExternalIPs refuses new external addresses', async () => {
  await using cluster = await withPlugin('DenyServiceExternalIPs');
  const body = { metadata: { name: 's' }, spec: { ports: [{ port: 80 }], externalIPs: ['192.0.2.1'] } };
  const answer = await cluster.ask('POST', `${BASE}/services`, { body });
  expect([answer.status, at(answer.body, 'message')]).toEqual([
    403,
    'services "s" is forbidden: Use of external IPs is denied by admission control',
  ]);
  await create(cluster, `${BASE}/services`, { metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } });
});

test('NamespaceExists keeps content out of missing namespaces on its own', async () => {
  await using cluster = await withPlugin('NamespaceExists', ['NamespaceLifecycle']);
  await create(cluster, `${BASE}/configmaps`, { metadata: { name: 'a' } });
  const body = { metadata: { name: 'a' } };
  const answer = await cluster.ask('POST', '/api/v1/namespaces/nowhere/configmaps', { body });
  expect([answer.status, at(answer.body, 'message')]).toEqual([404, 'namespaces "nowhere" not found']);
});

test('AlwaysDeny refuses every write', async () => {
  await using cluster = await withPlugin('AlwaysDeny');
  const answer = await cluster.ask('POST', `${BASE}/configmaps`, { body: { metadata: { name: 'a' } } });
  expect(at(answer.body, 'message')).toBe(
    'configmaps "a" is forbidden: admission control is denying all modifications',
  );
  expect((await cluster.ask('GET', `${BASE}/configmaps`)).status).toBe(200);
});

test('OwnerReferencesPermissionEnforcement wants rights on what is owned and on owners', async () => {
  await using cluster = await withPlugin('OwnerReferencesPermissionEnforcement');
  const jane = { kind: 'User', name: 'jane', apiGroup: 'rbac.authorization.k8s.io' };
  const maps = { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'create', 'patch'] };
  await grant(cluster, 'default', 'maps', jane, [maps]);
  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd', uid: 'u' };
  const named = (blockOwnerDeletion: boolean): object => ({ ownerReferences: [{ ...owner, blockOwnerDeletion }] });
  const message = async (method: string, path: string, metadata: object): Promise<unknown> => {
    const headers = method === 'PATCH' ? ([['content-type', 'application/merge-patch+json']] as const) : [];
    const answer = await cluster.ask(method, `${BASE}/${path}`, { token: JANE_TOKEN, headers, body: { metadata } });
    return answer.status < 300 ? 'done' : at(answer.body, 'message');
  };
  expect(await message('POST', 'configmaps', { name: 'a', ...named(false) })).toBe('done');
  expect(await message('POST', 'configmaps', { name: 'b', ...named(true) })).toMatch(
    /^configmaps "b" is forbidden: cannot set blockOwnerDeletion if .* a resource you can't set finalizers on: /,
  );
  expect(await message('PATCH', 'configmaps/a', { ownerReferences: null })).toMatch(
    /^configmaps "a" is forbidden: cannot set an ownerRef on a resource you can't delete: /,
  );
  const finalizers = { apiGroups: ['apps'], resources: ['deployments/finalizers'], verbs: ['update'] };
  await grant(cluster, 'default', 'more', jane, [finalizers, { ...maps, verbs: ['delete'] }]);
  expect(await message('POST', 'configmaps', { name: 'b', ...named(true) })).toBe('done');
  expect(await message('PATCH', 'configmaps/a', { ownerReferences: null })).toBe('done');
});
