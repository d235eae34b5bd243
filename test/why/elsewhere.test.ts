import { expect, it } from 'vitest';
import type { AdminCluster } from '../admin/support.ts';
import { adminCluster } from '../admin/support.ts';

async function refusal(shop: AdminCluster, path: string): Promise<[status: number, message: string]> {
  const { status, text } = await shop.admin('GET', `/-/why/${path}`);
  return [status, (JSON.parse(text) as { message: string }).message];
}

it('says of what another server keeps whose it is, and how to ask it', async () => {
  await using shop = await adminCluster({ simulatedMetrics: true });
  const kept = (resource: string, service: string, name: string): string =>
    `${resource} are kept by the server behind the APIService ${service}: what happened to them, and who wrote them, ` +
    `only that knows; kubectl get ${resource} ${name} -o yaml asks it, kubectl get apiservice ${service} tells ` +
    'whether it answers';
  const metrics = kept('nodes.metrics.k8s.io', 'v1beta1.metrics.k8s.io', 'node01');
  for (const word of ['nodes.metrics.k8s.io', 'nodemetrics', 'NodeMetrics.metrics.k8s.io'])
    expect(await refusal(shop, `${word}/node01`)).toEqual([501, metrics]);
  await expect(shop.cluster.why('nodemetrics/node01')).rejects.toThrow(metrics);
  await shop.cluster.apply(`
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1.kitchen.example.com}
spec:
  group: kitchen.example.com
  version: v1
  groupPriorityMinimum: 2000
  versionPriority: 10
  insecureSkipTLSVerify: true
  service: {namespace: default, name: kitchen}
`);
  await shop.cluster.settle();
  const silent = kept('recipes.kitchen.example.com', 'v1.kitchen.example.com', 'soup');
  expect(await refusal(shop, 'recipes.kitchen.example.com/default/soup')).toEqual([501, silent]);
  expect(await refusal(shop, 'recipes/default/soup')).toEqual([404, 'there is no resource "recipes"']);
});
