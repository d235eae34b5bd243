import { expect, test } from 'vitest';
import { at, create, securedCluster } from '../../support/secured-cluster.ts';
import { webhookServer } from '../../support/webhooks/webhook-server.ts';
import { CONFIG_MAPS, hook, register } from './support.ts';

test('one connection serves many calls', async () => {
  await using server = await webhookServer([{}]);
  await using cluster = await securedCluster();
  await register(cluster, 'validating', 'checks', [hook(server, 0)]);
  for (const name of ['a', 'b', 'c']) await create(cluster, CONFIG_MAPS, { metadata: { name } });
  expect(server.received).toHaveLength(3);
  expect(server.connections()).toBe(1);
});

test('a service leads to the server that it names', async () => {
  await using server = await webhookServer([{}]);
  await using cluster = await securedCluster();
  const spec = { type: 'ExternalName', externalName: 'localhost' };
  await create(cluster, '/api/v1/namespaces/default/services', { metadata: { name: 'kubernetes-hooks' }, spec });
  const service = { namespace: 'default', name: 'kubernetes-hooks', port: server.port, path: '/0' };
  const clientConfig = { service, caBundle: server.caBundle };
  await register(cluster, 'validating', 'checks', [hook(server, 0, { clientConfig })]);
  const answer = await cluster.ask('POST', CONFIG_MAPS, { body: { metadata: { name: 'a' } } });
  // The server is there, but its certificate is not for the name of the service.
  expect(at(answer.body, 'message')).toContain(
    'tls: failed to verify certificate: x509: certificate is valid for kubernetes, kubernetes.default,',
  );
  expect(at(answer.body, 'message')).toMatch(/not kubernetes-hooks\.default\.svc$/);
});

test('a service without endpoints refuses connections', async () => {
  await using server = await webhookServer([{}]);
  await using cluster = await securedCluster();
  const spec = { clusterIP: '10.96.3.4', ports: [{ port: 443 }] };
  await create(cluster, '/api/v1/namespaces/default/services', { metadata: { name: 'hooks' }, spec });
  const clientConfig = { service: { namespace: 'default', name: 'hooks' }, caBundle: server.caBundle };
  await register(cluster, 'validating', 'checks', [hook(server, 0, { clientConfig })]);
  const answer = await cluster.ask('POST', CONFIG_MAPS, { body: { metadata: { name: 'a' } } });
  expect(at(answer.body, 'message')).toBe(
    'Internal error occurred: failed calling webhook "hook0.example.com": failed to call webhook: Post ' +
      '"https://hooks.default.svc:443/?timeout=10s": dial tcp 10.96.3.4:443: connect: connection refused',
  );
});

test('a service reaches a webhook with a certificate for it', async () => {
  await using server = await webhookServer([{}]);
  await using cluster = await securedCluster();
  // The certificates of the tests are those of an API server: they are for `kubernetes.default.svc`.
  const path = '/api/v1/namespaces/default/services';
  await cluster.ask('DELETE', `${path}/kubernetes`);
  const spec = { type: 'ExternalName', externalName: 'localhost' };
  await create(cluster, path, { metadata: { name: 'kubernetes' }, spec });
  const service = { namespace: 'default', name: 'kubernetes', port: server.port, path: '/0' };
  await register(cluster, 'mutating', 'changes', [
    hook(server, 0, { clientConfig: { service, caBundle: server.caBundle } }),
  ]);
  await create(cluster, CONFIG_MAPS, { metadata: { name: 'a' } });
  expect(server.received).toHaveLength(1);
  expect(server.received[0]?.headers.host).toBe(`kubernetes.default.svc:${server.port}`);
});
