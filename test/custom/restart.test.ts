import { expect, test } from 'vitest';
import { startCluster } from '../../server/index.ts';
import { gizmo, gizmos } from '../support/custom-server.ts';
import { temporaryDirectory } from '../support/data-directory.ts';

const key = { namespace: 'default', name: 'a' };
const GIZMOS = 'example.com/v1/gizmos';

test('definitions and their objects are served again after a restart', async () => {
  const dataDir = await temporaryDirectory();
  const options = { nodes: 0, dataDir } as const;
  const before = await startCluster(options);
  await before.apply(gizmo('a', { size: 1 }), gizmos());
  await before.stop();
  await using after = await startCluster(options);
  expect(await after.transport().send({ verb: 'get', resource: GIZMOS, key })).toMatchObject({ spec: { size: 1 } });
});

test('a reset drops the definitions that came since the start', async () => {
  await using cluster = await startCluster({ nodes: 0 });
  await cluster.apply(gizmos(), gizmo('a', { size: 1 }));
  await cluster.reset();
  await expect(cluster.transport().send({ verb: 'get', resource: GIZMOS, key })).rejects.toThrow();
  const names = (await cluster.transport().resources()).map(({ group }) => group);
  expect(names).not.toContain('example.com');
});

test('objects go with their namespace and with their owners', async () => {
  await using cluster = await startCluster({ nodes: 0 });
  await cluster.apply('{apiVersion: v1, kind: Namespace, metadata: {name: other}}', gizmos());
  const transport = cluster.transport();
  const make = (namespace: string, name: string, more: object = {}) =>
    transport.send({
      verb: 'create',
      resource: GIZMOS,
      key: { namespace, name },
      body: { ...gizmo(name, {}), metadata: { name, ...more } },
    });
  await make('other', 'a');
  const owner = await make('default', 'owner');
  const { uid } = owner.metadata;
  await make('default', 'owned', {
    ownerReferences: [{ apiVersion: 'example.com/v1', kind: 'Gizmo', name: 'owner', uid }],
  });
  await cluster.settle();
  await transport.send({ verb: 'delete', resource: 'v1/namespaces', key: { namespace: '', name: 'other' } });
  await transport.send({ verb: 'delete', resource: GIZMOS, key: { namespace: 'default', name: 'owner' } });
  await cluster.settle();
  expect((await transport.list({ resource: GIZMOS, namespace: '' })).items).toEqual([]);
});
