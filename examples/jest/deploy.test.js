const { useCluster } = require('fauxkube/jest');
const { deploy } = require('./deploy.js');

const cluster = useCluster({ flags: { nodes: 3 } });

test('everything is rolled out', async () => {
  const { current } = cluster;
  const applied = deploy('manifests', await current.kubeconfig());
  expect(applied).toEqual(['deployment.apps/shop', 'service/shop']);
  await expect(current).toBeReady('deployment/shop');
  await expect(current).toHaveReadyReplicas('deployment/shop', 2);
  await expect(current).toHaveObject('service/shop');
});

test('a second time changes nothing', async () => {
  const { current } = cluster;
  const kubeconfig = await current.kubeconfig();
  deploy('manifests', kubeconfig);
  const before = await current.get('deployment/shop');
  deploy('manifests', kubeconfig);
  const after = await current.get('deployment/shop');
  expect(after.metadata.generation).toBe(before.metadata.generation);
});

test('each test begins anew', async () => {
  await expect(cluster.current).not.toHaveObject('deployment/shop');
});
