// The same as a module: npm run test:modules
import { connect } from 'fauxkube/client';
import { useCluster } from 'fauxkube/jest';

const cluster = useCluster();

test('a module has the same', async () => {
  const client = connect(await cluster.current.kubeconfig());
  await client.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } });
  await expect(client).toHaveObject('configmap/a');
  await expect(client).toBeReady('node/node01');
  client.close();
});
