import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startCluster } from 'fauxkube';

const DEPLOYMENT = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx}]}
`;

let main;
before(async () => {
  main = await startCluster();
});
after(() => main.stop());

/** A cluster that ends with the test. */
async function fork(t) {
  const cluster = await main.fork({ from: 'fixtures' });
  t.after(() => cluster.stop());
  return cluster;
}

test('a Deployment becomes ready', async (t) => {
  const cluster = await fork(t);
  await cluster.apply(DEPLOYMENT);
  await cluster.settle();
  const { status } = await cluster.get('deployment/web');
  assert.equal(status.readyReplicas, 3);
  const pods = await cluster.list('pods', { labelSelector: 'app=web' });
  assert.equal(pods.length, 3);
});

test('without its controller it does not', async (t) => {
  const cluster = await fork(t);
  await cluster.setController('deployment', false);
  await cluster.apply(DEPLOYMENT);
  await cluster.settle();
  const { status } = await cluster.get('deployment/web');
  assert.equal(status.readyReplicas, undefined);
});
