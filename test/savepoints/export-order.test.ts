import { expect, it } from 'vitest';
import { startCluster } from '../../server/index.ts';

const OBJECTS = `
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: sandboxed}
handler: runsc
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: few}
spec: {hard: {pods: '5'}}
---
apiVersion: v1
kind: Pod
metadata: {name: p}
spec: {runtimeClassName: sandboxed, containers: [{name: c, image: i}]}
`;

it('what is exported can be applied as it stands: what others need comes first, quotas last', async () => {
  await using cluster = await startCluster({ logLevel: 'error' });
  await cluster.apply(OBJECTS);
  await cluster.savepoints.save({ name: 's' });
  const manifests = await cluster.savepoints.export('s');
  expect([...manifests.matchAll(/^kind: "?(\w+)/gm)].map(([, kind]) => kind)).toEqual([
    'RuntimeClass',
    'Pod',
    'ResourceQuota',
  ]);
  await using other = await startCluster({ logLevel: 'error' });
  for (const manifest of manifests.split(/^---\n/m).slice(1)) await other.apply(manifest);
  expect(await other.get('pod/p')).toMatchObject({ spec: { runtimeClassName: 'sandboxed' } });
});
