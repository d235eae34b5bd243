import { expect, test } from 'vitest';
import { at, grant, JANE_TOKEN, securedCluster } from '../support/secured-cluster.ts';

test('a refusal says who wanted what and where', async () => {
  await using cluster = await securedCluster();
  const refusal = async (method: string, path: string, body?: object): Promise<[number, unknown, unknown]> => {
    const answer = await cluster.ask(method, path, { token: JANE_TOKEN, ...(body && { body }) });
    return [answer.status, at(answer.body, 'message'), at(answer.body, 'details')];
  };
  expect(await refusal('GET', '/api/v1/namespaces/default/secrets/a')).toEqual([
    403,
    'secrets "a" is forbidden: User "jane" cannot get resource "secrets" in API group "" in the namespace "default"',
    { name: 'a', kind: 'secrets' },
  ]);
  expect(await refusal('POST', '/apis/apps/v1/namespaces/default/deployments', {})).toEqual([
    403,
    'deployments.apps is forbidden: User "jane" cannot create resource "deployments" in API group "apps" ' +
      'in the namespace "default"',
    { group: 'apps', kind: 'deployments' },
  ]);
  expect(await refusal('GET', '/apis/apps/v1/namespaces/default/deployments/x/scale')).toEqual([
    403,
    'deployments.apps "x" is forbidden: User "jane" cannot get resource "deployments/scale" in API group ' +
      '"apps" in the namespace "default"',
    { name: 'x', group: 'apps', kind: 'deployments' },
  ]);
  expect(await refusal('GET', '/api/v1/nodes?watch=true')).toEqual([
    403,
    'nodes is forbidden: User "jane" cannot watch resource "nodes" in API group "" at the cluster scope',
    { kind: 'nodes' },
  ]);
  expect(await refusal('GET', '/metrics')).toEqual([403, 'forbidden: User "jane" cannot get path "/metrics"', {}]);
});

test('text that the client chose never looks like HTML', async () => {
  await using cluster = await securedCluster();
  const { body } = await cluster.ask('GET', '/api/v1/namespaces/a%3Cb%26/pods', { token: JANE_TOKEN });
  expect(at(body, 'message')).toMatch(/ in the namespace "a&lt;b&amp;"$/);
});

test('a role opens exactly what it names', async () => {
  await using cluster = await securedCluster();
  const rules = [{ verbs: ['get', 'list'], apiGroups: [''], resources: ['configmaps'] }];
  await grant(cluster, 'default', 'reader', { kind: 'User', name: 'jane' }, rules);
  const status = async (method: string, path: string): Promise<number> =>
    (await cluster.ask(method, path, { token: JANE_TOKEN })).status;
  expect(await status('GET', '/api/v1/namespaces/default/configmaps')).toBe(200);
  expect(await status('GET', '/api/v1/namespaces/default/configmaps/none')).toBe(404);
  expect(await status('DELETE', '/api/v1/namespaces/default/configmaps/none')).toBe(403);
  expect(await status('GET', '/api/v1/namespaces/kube-system/configmaps')).toBe(403);
  expect(await status('GET', '/api/v1/configmaps')).toBe(403);
});
