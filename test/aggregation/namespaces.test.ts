import { expect, test } from 'vitest';
import { startCluster } from '../../server/index.ts';
import { type ExtensionServer, extensionServer } from '../support/aggregation/extension-server.ts';
import { apiService, localService } from '../support/aggregation/registration.ts';

const GONE = '/apis/kitchen.example.com/v1/namespaces/gone/recipes';
const NAMESPACE = { verb: 'get', resource: 'v1/namespaces', key: { namespace: '', name: 'gone' } } as const;

async function started(server: ExtensionServer): Promise<Awaited<ReturnType<typeof startCluster>>> {
  const cluster = await startCluster({ nodes: 0, logLevel: 'error' });
  const service = { apiVersion: 'v1', kind: 'Service', ...localService };
  await cluster.apply(service, apiService(server), { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'gone' } });
  await cluster.settle();
  return cluster;
}

test('objects of other servers go with their namespace', async () => {
  let items = [{ metadata: { name: 'soup', namespace: 'gone' } }];
  await using server = await extensionServer({
    handler: ({ method, url }, answer) => {
      if (!url.startsWith(GONE)) return false;
      if (method === 'DELETE') items = [];
      const list = { kind: 'RecipeList', apiVersion: 'kitchen.example.com/v1', metadata: {}, items };
      answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(list));
      return true;
    },
  });
  await using cluster = await started(server);
  await cluster.transport().send({ ...NAMESPACE, verb: 'delete' });
  await cluster.settle();
  await expect(cluster.transport().send(NAMESPACE)).rejects.toThrow('namespaces "gone" not found');
  const deletions = server.asked().filter(({ method }) => method === 'DELETE');
  expect(deletions.map(({ url }) => url.split('?')[0])).toEqual([`${GONE}/soup`]);
  expect(deletions[0]?.headers['x-remote-user']).toBe('system:serviceaccount:kube-system:namespace-controller');
});

test('a namespace stays as long as a server does not tell what it has there', async () => {
  const server = await extensionServer();
  await using cluster = await started(server);
  await server[Symbol.asyncDispose]();
  const name = 'v1.kitchen.example.com';
  const key = { namespace: '', name };
  const resource = 'apiregistration.k8s.io/v1/apiservices';
  await cluster
    .transport()
    .send({ verb: 'patch', resource, key, patchType: 'merge', body: { metadata: { labels: { look: 'again' } } } });
  const holds = async (object: object, text: string): Promise<boolean> =>
    JSON.stringify(await cluster.transport().send(object as typeof NAMESPACE)).includes(text);
  while (!(await holds({ verb: 'get', resource, key }, 'FailedDiscoveryCheck'))) await cluster.settle();
  await cluster.transport().send({ ...NAMESPACE, verb: 'delete' });
  const message =
    'Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: ' +
    'kitchen.example.com/v1: stale GroupVersion discovery: kitchen.example.com/v1';
  while (!(await holds(NAMESPACE, message))) await cluster.settle();
  await cluster.transport().send({ verb: 'delete', resource, key });
  await expect
    .poll(() => cluster.transport().send(NAMESPACE).catch(String), { timeout: 10_000 })
    .toContain('not found');
});
