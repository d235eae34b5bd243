import { expect, test } from 'vitest';
import { securedCluster } from '../support/secured-cluster.ts';

const resource = { group: '', version: 'v1', resource: 'nodes', subresource: 'status', namespace: '', name: 'node01' };

test('nodes have the rules of ClusterRole system:node without a binding', async () => {
  await using cluster = await securedCluster();
  const allowed = (name: string, groups: string[]): boolean =>
    cluster.authorizer.authorize({ user: { name, groups }, verb: 'patch', resource }).allowed;
  expect(allowed('system:node:node01', ['system:nodes'])).toBe(true);
  expect(allowed('system:node:node01', ['system:authenticated'])).toBe(false);
  expect(allowed('node01', ['system:nodes'])).toBe(false);
  const user = { name: 'system:node:node01', groups: ['system:nodes'] };
  expect(
    cluster.authorizer.authorize({
      user,
      verb: 'delete',
      resource: { ...resource, resource: 'namespaces', subresource: '' },
    }).allowed,
  ).toBe(false);
});

test('a rules review of a node says that it does not know everything', async () => {
  await using cluster = await securedCluster();
  const { incomplete, errors } = cluster.authorizer.rulesFor(
    { name: 'system:node:node01', groups: ['system:nodes'] },
    'default',
  );
  expect({ incomplete, errors }).toEqual({
    incomplete: true,
    errors: ['node authorizer does not support user rule resolution'],
  });
});
