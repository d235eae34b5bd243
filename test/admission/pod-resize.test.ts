import { expect, test } from 'vitest';
import { replay } from '../support/replay.ts';
import { at, create, createAccount, type SecuredCluster, securedCluster } from '../support/secured-cluster.ts';

const NODE = '/api/v1/nodes/n';
const POD = '/api/v1/namespaces/default/pods/p';
const strategic = [['content-type', 'application/strategic-merge-patch+json']] as const;

test('pods are resized as far as their node goes, as on a real server', () => replay('core/pod-resize-nodes.json'));

async function start(declaredFeatures: string[]): Promise<SecuredCluster> {
  const cluster = await securedCluster();
  await createAccount(cluster, 'default');
  const allocatable = { cpu: '2', memory: '1Gi' };
  await create(cluster, '/api/v1/nodes', { metadata: { name: 'n' }, status: { allocatable, declaredFeatures } });
  const resources = { requests: { cpu: '500m' } };
  const spec = { nodeName: 'n', resources, containers: [{ name: 'c', image: 'i' }] };
  await create(cluster, '/api/v1/namespaces/default/pods', { metadata: { name: 'p' }, spec });
  return cluster;
}

async function resize(cluster: SecuredCluster, cpu: string): Promise<unknown> {
  const body = { spec: { resources: { requests: { cpu } } } };
  const answer = await cluster.ask('PATCH', `${POD}/resize`, { body, headers: strategic });
  return answer.status === 200 ? at(answer.body, 'spec.resources.requests.cpu') : at(answer.body, 'message');
}

test('a node that declares the feature has its pods resized as a whole', async () => {
  await using cluster = await start(['InPlacePodLevelResourcesVerticalScaling']);
  expect(await resize(cluster, '1')).toBe('1');
  expect(await resize(cluster, '3')).toBe(
    'pods "p" is forbidden: node didn\'t have enough allocatable resources: cpu, requested: 3000, allocatable: 2000',
  );
});

test('a node may stop to declare it', async () => {
  await using cluster = await start(['InPlacePodLevelResourcesVerticalScaling']);
  const headers = [['content-type', 'application/merge-patch+json']] as const;
  await cluster.ask('PATCH', `${NODE}/status`, { body: { status: { declaredFeatures: null } }, headers });
  const feature = 'InPlacePodLevelResourcesVerticalScaling';
  expect(await resize(cluster, '1')).toBe(
    `pods "p" is forbidden: pod update requires features ${feature} which are not available on node "n"`,
  );
});
