import { expect, test } from 'vitest';
import { gizmo, gizmos } from '../support/custom-server.ts';
import { create, type SecuredCluster, securedCluster } from '../support/secured-cluster.ts';
import { openWatch } from '../support/watch-stream.ts';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const GIZMOS = '/apis/example.com/v1/namespaces/default/gizmos';

async function served(): Promise<SecuredCluster> {
  const cluster = await securedCluster();
  await create(cluster, DEFINITIONS, gizmos());
  return cluster;
}

const change = (cluster: SecuredCluster, body: object, subresource = ''): Promise<unknown> =>
  cluster.ask('PATCH', `${DEFINITIONS}/gizmos.example.com${subresource}`, {
    body,
    headers: [['content-type', 'application/merge-patch+json']],
  });

test('a change of the spec of a definition ends the watches of its objects', async () => {
  await using cluster = await served();
  using stream = await openWatch(cluster.port, `${GIZMOS}?watch=true`);
  await create(cluster, GIZMOS, gizmo('a', {}));
  await stream.until(1);
  await change(cluster, { spec: { preserveUnknownFields: false, names: { categories: ['some'] } } });
  expect((await stream.ended).map(({ type }) => type)).toEqual(['ADDED']);
});

test('a watch goes on from where the last one was ended', async () => {
  await using cluster = await served();
  await create(cluster, GIZMOS, gizmo('a', {}));
  const { body } = await cluster.ask('GET', GIZMOS);
  const { resourceVersion } = (body as { metadata: { resourceVersion: string } }).metadata;
  await create(cluster, GIZMOS, gizmo('b', {}));
  await change(cluster, { spec: { names: { categories: ['some'] } } });
  using stream = await openWatch(cluster.port, `${GIZMOS}?watch=true&resourceVersion=${resourceVersion}`);
  expect((await stream.until(1)).map(({ object }) => object.metadata.name)).toEqual(['b']);
});

test('a change of anything but the spec and the names of a definition leaves watches alone', async () => {
  await using cluster = await served();
  using stream = await openWatch(cluster.port, `${GIZMOS}?watch=true`);
  await change(cluster, { metadata: { labels: { a: 'b' } } });
  await change(cluster, { status: { observedGeneration: 5 } }, '/status');
  await create(cluster, GIZMOS, gizmo('a', {}));
  expect((await stream.until(1)).map(({ type }) => type)).toEqual(['ADDED']);
});

test('watches see objects go with their definition, and end with it', async () => {
  await using cluster = await served();
  await create(cluster, GIZMOS, gizmo('a', {}));
  using stream = await openWatch(cluster.port, `${GIZMOS}?watch=true`);
  await stream.until(1);
  await cluster.ask('DELETE', `${DEFINITIONS}/gizmos.example.com`);
  expect((await stream.ended).map(({ type }) => type)).toEqual(['ADDED', 'DELETED']);
});
