import { CoreV1Api, KubeConfig, makeInformer } from '@kubernetes/client-node';
import { expect, it } from 'vitest';
import { startCluster } from '../../server/index.ts';
import { openShop } from '../support/kubectl.ts';
import { configMap } from './support.ts';

it('kubectl comes again after it was throttled', async () => {
  await using shop = await openShop({ nodes: 0 });
  await shop.apply(JSON.stringify(configMap('a')));
  const { faults } = shop.cluster;
  faults.add({ match: { resource: 'configmaps', userAgent: 'kubectl*' }, throttle: { as: 'text' }, times: 1 });
  faults.add({ match: { resource: 'configmaps', userAgent: 'kubectl*' }, throttle: true, times: 1 });
  expect(await shop.kubectl('get', 'configmap', 'a', '-o', 'name')).toBe('configmap/a\n');
  expect(faults.list().map(({ fired }) => fired)).toEqual([1, 1]);
});

it('an informer of the client library outlives 410', async () => {
  await using cluster = await startCluster({ nodes: 0 });
  const config = new KubeConfig();
  config.loadFromString(cluster.kubeconfig());
  const core = config.makeApiClient(CoreV1Api);
  const path = '/api/v1/namespaces/default/configmaps';
  const informer = makeInformer(config, path, () => core.listNamespacedConfigMap({ namespace: 'default' }));
  const heard = (name: string): Promise<void> =>
    new Promise((resolve) => informer.on('add', ({ metadata }) => (metadata?.name === name ? resolve() : undefined)));
  const failures: unknown[] = [];
  informer.on('error', (error) => failures.push(error));
  const [first, second] = [heard('first'), heard('second')];
  await informer.start();
  await cluster.apply(configMap('first'));
  await first;
  const match = { resource: 'configmaps' };
  cluster.faults.add({ match, watch: { expire: 'event' }, times: 1 });
  cluster.faults.add({ match, watch: { drop: true, name: 'first' } });
  await cluster.apply(configMap('second'));
  await second;
  expect(informer.list().map(({ metadata }) => metadata?.name)).toContain('second');
  expect(cluster.faults.list()[0]).toMatchObject({ fired: 1, state: 'spent' });
  await informer.stop();
  expect(failures).toEqual([]);
});
