import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { extensionServer } from '../support/aggregation/extension-server.ts';
import { conditionOf, RECIPES, register } from '../support/aggregation/registration.ts';
import { at, securedCluster } from '../support/secured-cluster.ts';

test('requests for a group version go to the server that its APIService names', async () => {
  await using server = await extensionServer();
  await using cluster = await securedCluster();
  await register(cluster, server);
  expect(await conditionOf(cluster)).toMatchObject({ status: 'True', reason: 'Passed', message: 'all checks passed' });
  const { status, body, headers } = await cluster.ask('GET', `${RECIPES}?limit=500&b=2&a=%20x`);
  expect(status).toBe(200);
  expect(at(body, 'items.1.metadata.name')).toBe('bread');
  expect(headers['cache-control']).toBe('no-cache, private');
  const [request] = server.asked();
  expect(request?.url).toBe(`${RECIPES}?a=+x&b=2&limit=500`);
  const created = await cluster.ask('POST', RECIPES, { body: { metadata: { name: 'cake' } } });
  expect([created.status, created.body]).toEqual([201, { metadata: { name: 'cake' } }]);
  expect(server.asked().at(-1)).toMatchObject({ method: 'POST', body: '{"metadata":{"name":"cake"}}' });
});

test('they come with the certificate of a front proxy that the cluster publishes the authority of', async () => {
  await using server = await extensionServer();
  await using cluster = await securedCluster();
  await register(cluster, server);
  await cluster.ask('GET', RECIPES);
  const { client } = server.asked()[0] ?? {};
  const path = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication';
  const { body } = await cluster.ask('GET', path);
  const authority = new X509Certificate(String(at(body, 'data.requestheader-client-ca-file')));
  expect(client?.commonName).toBe('front-proxy-client');
  expect(at(body, 'data.requestheader-allowed-names')).toBe('["front-proxy-client"]');
  expect(client && new X509Certificate(client.raw).verify(authority.publicKey)).toBe(true);
});
