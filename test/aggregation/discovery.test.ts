import { expect, test } from 'vitest';
import { type ExtensionServer, extensionServer } from '../support/aggregation/extension-server.ts';
import { API_SERVICE, API_SERVICES, apiService, register, settled } from '../support/aggregation/registration.ts';
import { at, create, type SecuredCluster, securedCluster } from '../support/secured-cluster.ts';

const GROUP = 'kitchen.example.com';
const V2 = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

interface Group {
  readonly metadata: { readonly name: string };
  readonly versions: readonly { readonly version: string; readonly freshness: string; readonly resources?: object[] }[];
}

async function aggregated(cluster: SecuredCluster): Promise<readonly Group[]> {
  const { body } = await cluster.ask('GET', '/apis', { headers: [['accept', V2]] });
  return (body as { items: Group[] }).items;
}

const namesOf = async (cluster: SecuredCluster): Promise<string[]> => {
  const { body } = await cluster.ask('GET', '/apis');
  return (at(body, 'groups') as { name: string }[]).map(({ name }) => name);
};

const own = (groups: readonly Group[]): Group | undefined => groups.find(({ metadata }) => metadata.name === GROUP);

async function started(server: ExtensionServer, spec: object = {}): Promise<SecuredCluster> {
  const cluster = await securedCluster();
  await register(cluster, server, spec);
  return cluster;
}

test('aggregated discovery has what the other server says of its group version', async () => {
  await using server = await extensionServer();
  await using cluster = await started(server);
  const verbs = ['create', 'delete', 'get', 'list', 'watch'];
  expect(own(await aggregated(cluster))).toEqual({
    metadata: { name: GROUP },
    versions: [
      {
        version: 'v1',
        resources: [
          {
            resource: 'recipes',
            responseKind: { group: GROUP, version: 'v1', kind: 'Recipe' },
            scope: 'Namespaced',
            singularResource: 'recipe',
            verbs,
            shortNames: ['rcp'],
            categories: ['all'],
            subresources: [
              { subresource: 'status', responseKind: { group: '', version: '', kind: '' }, verbs: ['get'] },
            ],
          },
        ],
        freshness: 'Current',
      },
    ],
  });
});

test('of a server without aggregated discovery, its page of resources is read', async () => {
  await using server = await extensionServer({ isOld: true });
  await using cluster = await started(server);
  const [version] = own(await aggregated(cluster))?.versions ?? [];
  expect(version).toMatchObject({ version: 'v1', freshness: 'Current' });
  expect(version?.resources).toMatchObject([
    {
      resource: 'recipes',
      scope: 'Namespaced',
      responseKind: { group: '', version: '', kind: 'Recipe' },
      subresources: [{ subresource: 'status', responseKind: { kind: 'Recipe' }, verbs: ['get'] }],
    },
  ]);
});

test('of a server that cannot be asked, nothing but its version is known', async () => {
  const server = await extensionServer();
  await using cluster = await started(server);
  await server[Symbol.asyncDispose]();
  await cluster.ask('PATCH', API_SERVICE, {
    headers: [['content-type', 'application/merge-patch+json']],
    body: { metadata: { labels: { look: 'again' } } },
  });
  await settled(cluster);
  expect(own(await aggregated(cluster))?.versions).toEqual([{ version: 'v1', freshness: 'Stale' }]);
  expect(await namesOf(cluster)).toContain(GROUP);
  await cluster.ask('DELETE', API_SERVICE);
  await settled(cluster);
  expect(own(await aggregated(cluster))).toBeUndefined();
  expect(await namesOf(cluster)).not.toContain(GROUP);
});

test('groups and versions are in the order of their priorities', async () => {
  await using server = await extensionServer();
  await using cluster = await started(server, { groupPriorityMinimum: 17_800 });
  for (const [group, version, versionPriority] of [
    [GROUP, 'v2', 10],
    [GROUP, 'v3alpha1', 20],
    ['aa.example.com', 'v1', 10],
  ]) {
    const spec = { group, version, versionPriority, groupPriorityMinimum: 100 };
    const { metadata: _, ...rest } = apiService(server, spec) as { metadata: object };
    await create(cluster, API_SERVICES, { ...rest, metadata: { name: `${version}.${group}` } });
  }
  await settled(cluster);
  const groups = await aggregated(cluster);
  const names = groups.map(({ metadata }) => metadata.name);
  expect(names.slice(0, 4)).toEqual(['apiregistration.k8s.io', 'apps', GROUP, 'events.k8s.io']);
  expect(names.at(-1)).toBe('aa.example.com');
  expect(await namesOf(cluster)).toEqual(names);
  expect(own(groups)?.versions.map(({ version }) => version)).toEqual(['v3alpha1', 'v2', 'v1']);
  const { body } = await cluster.ask('GET', `/apis/${GROUP}`);
  expect(at(body, 'preferredVersion.version')).toBe('v3alpha1');
});

test('an APIService may take a version of this server, and gives it back', async () => {
  await using server = await extensionServer();
  await using cluster = await securedCluster();
  const name = 'v1.batch';
  const local = (await cluster.ask('GET', `${API_SERVICES}/${name}`)).body as { spec: object };
  const services = '/api/v1/namespaces/default/services';
  await create(cluster, services, {
    metadata: { name: 'kitchen' },
    spec: { type: 'ExternalName', externalName: 'localhost' },
  });
  const change = async (spec: object): Promise<void> => {
    const headers = [['content-type', 'application/merge-patch+json']] as const;
    await cluster.ask('PATCH', `${API_SERVICES}/${name}`, { headers, body: { spec } });
    await settled(cluster);
  };
  await change({ service: { namespace: 'default', name: 'kitchen', port: server.port }, caBundle: server.caBundle });
  // The server does not know it, and says so.
  expect((await cluster.ask('GET', '/apis/batch/v1/jobs')).body).toEqual('service unavailable\n');
  await change({ service: null, caBundle: null });
  expect((await cluster.ask('GET', `${API_SERVICES}/${name}`)).body).toMatchObject({ spec: local.spec });
  expect((await cluster.ask('GET', '/apis/batch/v1/jobs')).status).toBe(200);
});
