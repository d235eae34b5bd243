import { KubeConfig } from '@kubernetes/client-node';
import { clusterTest, expect } from 'fauxkube/vitest';
import { reconcile } from './website-operator.ts';

const SHOP = `
apiVersion: example.com/v1
kind: Website
metadata: {name: shop}
spec: {image: nginx, replicas: 3}
`;

const test = clusterTest({ nodes: 3, fixtures: ['website-crd.yaml'] });

function configOf(cluster: { kubeconfig(): string }): KubeConfig {
  const config = new KubeConfig();
  config.loadFromString(cluster.kubeconfig());
  return config;
}

test('a Website gets a Deployment that becomes ready', async ({ cluster }) => {
  await cluster.apply(SHOP);
  await reconcile(configOf(cluster), 'default', 'shop');
  await expect(cluster).toHaveReadyReplicas('deployment/shop', 3);
  await expect(cluster).toHaveEvent({ reason: 'ScalingReplicaSet', about: 'deployment/shop' });
});

test('its status says how many replicas are ready', async ({ cluster }) => {
  await cluster.apply(SHOP);
  await reconcile(configOf(cluster), 'default', 'shop');
  await cluster.settle();
  await reconcile(configOf(cluster), 'default', 'shop');
  expect(await cluster.get('website/shop')).toMatchObject({ status: { readyReplicas: 3 } });
});

test('the Deployment goes with its Website', async ({ cluster }) => {
  await cluster.apply(SHOP);
  await reconcile(configOf(cluster), 'default', 'shop');
  const key = { namespace: 'default', name: 'shop' };
  await cluster.transport().send({ verb: 'delete', resource: 'example.com/v1/websites', key });
  await expect(cluster).not.toHaveObject('deployment/shop');
});

test('each test begins with the fixtures', async ({ cluster }) => {
  await expect(cluster).toHaveCondition('crd/websites.example.com', 'Established');
  expect(await cluster.list('websites')).toEqual([]);
});
