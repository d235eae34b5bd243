import { expect, test } from 'vitest';
import { at, create, securedCluster } from '../../support/secured-cluster.ts';
import { openWatch, told } from '../../support/watch-stream.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const PODS = '/api/v1/namespaces/default/pods';

test('an object that begins to match appears, and one that stops matching goes as it last matched', async () => {
  await using cluster = await securedCluster();
  const labelled = (l: string): object => ({ metadata: { name: 'a', labels: { l } } });
  using watch = await openWatch(cluster.port, `${MAPS}?watch=true&labelSelector=l%3Din`);
  await create(cluster, MAPS, labelled('out'));
  await cluster.ask('PUT', `${MAPS}/a`, { body: labelled('in') });
  await cluster.ask('PUT', `${MAPS}/a`, { body: { ...labelled('in'), data: { a: '1' } } });
  const { body: left } = await cluster.ask('PUT', `${MAPS}/a`, { body: { ...labelled('out'), data: { a: '2' } } });
  await cluster.ask('DELETE', `${MAPS}/a`);
  await create(cluster, MAPS, { metadata: { name: 'last', labels: { l: 'in' } } });
  const frames = await watch.until(4);
  expect(told(frames)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a', 'ADDED last']);
  expect(frames[2]?.object).toMatchObject({ metadata: { labels: { l: 'in' } }, data: { a: '1' } });
  expect(frames[2]?.object.metadata.resourceVersion).toBe(at(left, 'metadata.resourceVersion'));
});

test('fields select as labels do', async () => {
  await using cluster = await securedCluster();
  await create(cluster, '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
  const spec = { containers: [{ name: 'c', image: 'i' }] };
  using unbound = await openWatch(cluster.port, `${PODS}?watch=true&fieldSelector=spec.nodeName%3D`);
  using bound = await openWatch(cluster.port, `/api/v1/pods?watch=true&fieldSelector=spec.nodeName%3Dnode01`);
  await create(cluster, PODS, { metadata: { name: 'a' }, spec });
  const target = { kind: 'Node', name: 'node01' };
  await cluster.ask('POST', `${PODS}/a/binding`, { body: { metadata: { name: 'a' }, target } });
  expect(told(await unbound.until(2))).toEqual(['ADDED a', 'DELETED a']);
  expect(told(await bound.until(1))).toEqual(['ADDED a']);
});

test('one name is watched in one namespace, through each of the three paths', async () => {
  await using cluster = await securedCluster();
  const paths = [
    `${MAPS}?watch=true&fieldSelector=metadata.name%3Da`,
    '/api/v1/watch/namespaces/default/configmaps/a',
    `/api/v1/configmaps?watch=true&fieldSelector=metadata.name%3Da,metadata.namespace%3Ddefault`,
  ];
  const watches = await Promise.all(paths.map((path) => openWatch(cluster.port, path)));
  for (const namespace of ['kube-system', 'default'])
    for (const name of ['b', 'a'])
      await create(cluster, `/api/v1/namespaces/${namespace}/configmaps`, { metadata: { name } });
  await cluster.ask('DELETE', `${MAPS}/b`);
  await cluster.ask('DELETE', `${MAPS}/a`);
  for (const watch of watches) {
    using _closed = watch;
    expect(told(await watch.until(2))).toEqual(['ADDED a', 'DELETED a']);
  }
});

test('a write that changes nothing is no event, and a deleted collection is one for each object', async () => {
  await using cluster = await securedCluster();
  const body = { metadata: { name: 'a' }, data: { a: '1' } };
  for (const name of ['a', 'b', 'c']) await create(cluster, MAPS, { ...body, metadata: { name } });
  using watch = await openWatch(
    cluster.port,
    `${MAPS}?watch=true&resourceVersion=${cluster.cluster.storage.revision()}`,
  );
  await cluster.ask('PUT', `${MAPS}/a`, { body });
  await cluster.ask('PATCH', `${MAPS}/a`, { body, headers: [['content-type', 'application/merge-patch+json']] });
  await cluster.ask('PUT', `${MAPS}/a?dryRun=All`, { body: { ...body, data: {} } });
  await cluster.ask('DELETE', MAPS);
  expect(told(await watch.until(3))).toEqual(['DELETED a', 'DELETED b', 'DELETED c']);
});
