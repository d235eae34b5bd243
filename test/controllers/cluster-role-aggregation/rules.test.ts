import { expect, test } from 'vitest';
import { controller } from '../../../controllers/cluster-role-aggregation/index.ts';
import type { ClusterRole } from '../../../server/kube/types.gen.ts';
import { controllerRequests, restart } from '../../support/requests.ts';
import { type TestCluster, testCluster } from '../../support/test-cluster.ts';

const ROLES = 'rbac.authorization.k8s.io/v1/clusterroles';
const KEY = { namespace: '', name: 'all' };
const rule = (resource: string, ...verbs: string[]): object => ({ verbs, apiGroups: [''], resources: [resource] });

async function role(cluster: TestCluster, name: string, labels: object, rules: readonly object[]): Promise<void> {
  await cluster.client.create(ROLES, { metadata: { name, labels }, rules } as never);
}

async function collecting(...labels: object[]): Promise<TestCluster> {
  const cluster = await testCluster({ controllers: [controller] });
  const clusterRoleSelectors = labels.map((matchLabels) => ({ matchLabels }));
  await cluster.client.create(ROLES, {
    metadata: { name: 'all' },
    aggregationRule: { clusterRoleSelectors },
    rules: [],
  } as never);
  return cluster;
}

async function rules({ client, settle }: TestCluster): Promise<unknown> {
  await settle();
  return (await client.get<ClusterRole>(ROLES, KEY)).rules;
}

test('the rules are those of the selected roles: by selector, then by name, each once', async () => {
  const cluster = await collecting({ to: 'b' }, { to: 'a' });
  await role(cluster, 'y', { to: 'a' }, [rule('pods', 'get'), rule('secrets', 'get')]);
  await role(cluster, 'x', { to: 'a' }, [rule('pods', 'get'), rule('pods', 'list')]);
  await role(cluster, 'z', { to: 'b' }, [rule('nodes', 'get')]);
  await role(cluster, 'other', { to: 'c' }, [rule('events', 'get')]);
  expect(await rules(cluster)).toEqual([
    rule('nodes', 'get'),
    rule('pods', 'get'),
    rule('pods', 'list'),
    rule('secrets', 'get'),
  ]);
  const requests = controllerRequests(cluster);
  await restart(cluster, controller.name);
  expect(requests).toEqual([]);
  await cluster.stop();
});

test('they follow when a role changes, goes, or gets another label', async () => {
  const cluster = await collecting({ to: 'a' });
  await role(cluster, 'x', { to: 'a' }, [rule('pods', 'get')]);
  await role(cluster, 'y', {}, [rule('nodes', 'get')]);
  expect(await rules(cluster)).toEqual([rule('pods', 'get')]);
  await cluster.client.patch(ROLES, { namespace: '', name: 'y' }, 'merge', { metadata: { labels: { to: 'a' } } });
  expect(await rules(cluster)).toEqual([rule('pods', 'get'), rule('nodes', 'get')]);
  await cluster.client.patch(ROLES, { namespace: '', name: 'x' }, 'merge', { rules: [rule('pods', 'list')] });
  expect(await rules(cluster)).toEqual([rule('pods', 'list'), rule('nodes', 'get')]);
  await cluster.client.delete(ROLES, { namespace: '', name: 'x' });
  expect(await rules(cluster)).toEqual([rule('nodes', 'get')]);
  await cluster.stop();
});

test('what somebody writes into such a role is taken back, and the controller owns the rules', async () => {
  const cluster = await collecting({ to: 'a' });
  await role(cluster, 'x', { to: 'a' }, [rule('pods', 'get')]);
  await cluster.settle();
  await cluster.client.patch(ROLES, KEY, 'merge', { rules: [rule('secrets', 'get')] });
  expect(await rules(cluster)).toEqual([rule('pods', 'get')]);
  const { metadata } = await cluster.client.get<ClusterRole>(ROLES, KEY);
  expect(
    (metadata.managedFields as { operation: string }[]).find(({ operation }) => operation === 'Apply'),
  ).toMatchObject({
    manager: 'clusterrole-aggregation-controller',
    fieldsV1: { 'f:rules': {} },
  });
  await cluster.stop();
});
