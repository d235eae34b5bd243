import { expect, test } from 'vitest';
import { at, create, securedCluster } from '../support/secured-cluster.ts';

test('nothing can be made in a namespace that does not exist', async () => {
  await using cluster = await securedCluster();
  for (const path of ['/api/v1/namespaces/nowhere/configmaps', '/apis/apps/v1/namespaces/nowhere/deployments']) {
    // Not even something that would be refused for other reasons.
    const { body } = await cluster.ask('POST', path, { body: { metadata: { name: 'a' }, spec: {} } });
    expect([at(body, 'code'), at(body, 'message')]).toEqual([404, 'namespaces "nowhere" not found']);
    expect(at(body, 'details')).toEqual({ name: 'nowhere', kind: 'namespaces' });
  }
});

test('nothing can be made in a namespace that is being deleted', async () => {
  await using cluster = await securedCluster();
  await create(cluster, '/api/v1/namespaces', { metadata: { name: 'going' } });
  const configMaps = '/api/v1/namespaces/going/configmaps';
  await create(cluster, configMaps, { metadata: { name: 'there' } });
  await cluster.ask('DELETE', '/api/v1/namespaces/going');
  const { body } = await cluster.ask('POST', configMaps, { body: { metadata: { name: 'late' } } });
  expect(body).toMatchObject({
    code: 403,
    reason: 'Forbidden',
    message:
      'configmaps "late" is forbidden: unable to create new content in namespace going because it is being terminated',
    details: {
      name: 'late',
      kind: 'configmaps',
      causes: [
        { reason: 'NamespaceTerminating', message: 'namespace going is being terminated', field: 'metadata.namespace' },
      ],
    },
  });
  const change = await cluster.ask('PUT', `${configMaps}/there`, {
    body: { metadata: { name: 'there' }, data: { a: 'b' } },
  });
  expect(change.status).toBe(200);
});

test('a generated name is not known yet when it is refused', async () => {
  await using cluster = await securedCluster();
  await create(cluster, '/api/v1/namespaces', { metadata: { name: 'going' } });
  await cluster.ask('DELETE', '/api/v1/namespaces/going');
  const { body } = await cluster.ask('POST', '/api/v1/namespaces/going/configmaps', {
    body: { metadata: { generateName: 'late-' } },
  });
  expect(at(body, 'message')).toMatch(/^configmaps "late-" is forbidden: /);
});

test('the namespaces that a cluster needs cannot be deleted', async () => {
  await using cluster = await securedCluster();
  for (const name of ['default', 'kube-system', 'kube-public']) {
    const { body } = await cluster.ask('DELETE', `/api/v1/namespaces/${name}`);
    expect([at(body, 'code'), at(body, 'message')]).toEqual([
      403,
      `namespaces "${name}" is forbidden: this namespace may not be deleted`,
    ]);
  }
  expect((await cluster.ask('DELETE', '/api/v1/namespaces/kube-node-lease')).status).toBe(200);
});
