import { expect, test } from 'vitest';
import { extensionServer, type Handler } from '../support/aggregation/extension-server.ts';
import {
  API_SERVICES,
  apiService,
  conditionOf,
  localService,
  RECIPES,
  register,
  settled,
} from '../support/aggregation/registration.ts';
import { ADMIN_TOKEN, create, securedCluster } from '../support/secured-cluster.ts';

const UNAVAILABLE = { status: 503, body: 'service unavailable\n' };

const odd: Handler = ({ url }, answer) => {
  if (url.endsWith('/redirect')) answer.writeHead(302, { location: 'https://127.0.0.1:1/' }).end();
  else if (url.endsWith('/reset')) answer.destroy();
  else if (url.endsWith('/headers'))
    answer.writeHead(200, { 'access-control-allow-origin': '*', 'x-own': ['a', 'b'], 'audit-id': 'theirs' }).end('hi');
  else if (url.endsWith('/half')) {
    answer.writeHead(200, { 'content-length': 100 }).write('abc');
    setImmediate(() => answer.destroy());
  } else return false;
  return true;
};

test('an API whose server cannot be asked is unavailable', async () => {
  await using cluster = await securedCluster();
  await create(cluster, API_SERVICES, apiService({ port: 443, caBundle: '' }));
  await settled(cluster);
  for (const path of [RECIPES, '/apis/kitchen.example.com/v1', '/apis/kitchen.example.com/v1/'])
    expect(await cluster.ask('GET', path)).toMatchObject(UNAVAILABLE);
  const { headers } = await cluster.ask('GET', RECIPES);
  expect(headers).toMatchObject({ 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' });
  const group = await cluster.ask('GET', '/apis/kitchen.example.com');
  expect(group).toMatchObject({ status: 200, body: { kind: 'APIGroup', name: 'kitchen.example.com' } });
});

test('a service without a cluster IP leads nowhere', async () => {
  await using cluster = await securedCluster();
  await create(cluster, '/api/v1/namespaces/default/services', {
    metadata: { name: 'kitchen' },
    spec: { clusterIP: 'None', ports: [{ port: 443 }] },
  });
  await create(cluster, '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', {
    metadata: { name: 'kitchen-1', labels: { 'kubernetes.io/service-name': 'kitchen' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.1.2.3'] }],
    ports: [{ name: '', port: 443 }],
  });
  await create(cluster, API_SERVICES, apiService({ port: 443, caBundle: '' }));
  await settled(cluster);
  expect(await conditionOf(cluster)).toMatchObject({
    reason: 'FailedDiscoveryCheck',
    message: 'cannot route to service with ClusterIP "None"',
  });
  expect(await cluster.ask('GET', RECIPES)).toMatchObject(UNAVAILABLE);
});

test('what goes wrong with a server that was there is told in the words of the proxy', async () => {
  await using cluster = await securedCluster();
  await using server = await extensionServer({ handler: odd });
  await register(cluster, server);
  const { port } = server;
  const misdirected = 'the backend attempted to redirect this request, which is not permitted';
  expect(await cluster.ask('GET', `${RECIPES}/redirect`)).toMatchObject({ status: 502, body: misdirected });
  const reset = { status: 503, body: 'error trying to reach service: EOF\n' };
  expect(await cluster.ask('POST', `${RECIPES}/reset`, { body: {} })).toMatchObject(reset);
  expect(server.asked().filter(({ url }) => url.endsWith('/reset'))).toHaveLength(1);
  const { headers } = await cluster.ask('GET', `${RECIPES}/headers`);
  expect(headers).toMatchObject({ 'x-own': 'a, b', 'cache-control': 'no-cache, private' });
  expect(headers).not.toHaveProperty('access-control-allow-origin');
  expect(headers['audit-id']).not.toBe('theirs');
  const half = await fetch(`http://127.0.0.1:${cluster.port}${RECIPES}/half`, {
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
  });
  await expect(half.text()).rejects.toThrow();
  expect((await cluster.ask('GET', `${RECIPES}/missing`)).status).toBe(404);
  await server[Symbol.asyncDispose]();
  const refused = `error trying to reach service: dial tcp 127.0.0.1:${port}: connect: connection refused\n`;
  expect(await cluster.ask('GET', RECIPES)).toMatchObject({ status: 503, body: refused });
});

test('a certificate for another name is not trusted', async () => {
  await using server = await extensionServer({ service: 'larder' });
  await using cluster = await securedCluster();
  await create(cluster, '/api/v1/namespaces/default/services', localService);
  await create(cluster, API_SERVICES, apiService(server));
  await settled(cluster);
  const { message } = (await conditionOf(cluster)) as { message: string };
  expect(message).toContain('tls: failed to verify certificate: x509: certificate is valid for kubernetes, ');
  expect(message).toMatch(/not kitchen\.default\.svc$/);
  expect(server.received).toEqual([]);
});
