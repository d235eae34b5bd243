import { describe } from 'vitest';
import { clusterTest, expect } from '../../server/testing/vitest.ts';

const test = clusterTest({ nodes: 1 });
const CONFIG_MAP = '{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}';

describe('the tests of a file', () => {
  const names = new Set<string>();

  test('have a cluster each', async ({ cluster, mainCluster }) => {
    await cluster.apply(CONFIG_MAP);
    await expect(cluster).toHaveObject('configmap/a');
    await expect(mainCluster).not.toHaveObject('configmap/a');
    expect(cluster.url).toBe(`${mainCluster.url}/clusters/${cluster.name}`);
    names.add(cluster.name);
  });

  test('which begins anew', async ({ cluster }) => {
    await expect(cluster).not.toHaveObject('configmap/a');
    names.add(cluster.name);
  });

  test('and has ended, while that of the file has not', async ({ mainCluster, cluster }) => {
    expect(names.size).toBe(2);
    expect(names).not.toContain(cluster.name);
    const left = await mainCluster.list('namespaces');
    expect(left.length).toBeGreaterThan(0);
  });
});
