import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openShop, type Shop } from '../support/kubectl.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await shop.kubectl('create', 'deploy', 'web', '--image=nginx', '--port=80');
  await shop.kubectl('expose', 'deploy', 'web');
  await shop.kubectl('create', 'ingress', 'door', '--rule=shop.example/*=web:80');
  await shop.cluster.settle();
});
afterAll(() => shop[Symbol.asyncDispose]());

describe('kubectl describe', () => {
  it('tells the story of a pod up to its events', async () => {
    const text = await shop.kubectl('describe', 'pods', '-l', 'app=web');
    expect(text).toMatch(/^Status: +Running$/m);
    expect(text).toMatch(/^Controlled By: +ReplicaSet\/web-\w+$/m);
    expect(text).toMatch(/^ {4}Image: +nginx$/m);
    expect(text).toMatch(
      /Normal +Scheduled +\S+ +default-scheduler +Successfully assigned default\/web-\S+ to node0[12]$/m,
    );
  });

  it('tells which replica set a deployment made', async () => {
    const text = await shop.kubectl('describe', 'deploy', 'web');
    expect(text).toMatch(/^Replicas: +1 desired \| 1 updated \| 1 total \| 1 available \| 0 unavailable$/m);
    expect(text).toMatch(/^NewReplicaSet: +web-\w+ \(1\/1 replicas created\)$/m);
    expect(text).toMatch(/ScalingReplicaSet +\S+ +deployment-controller +Scaled up replica set web-\w+ from 0 to 1$/m);
  });

  it('finds the backends of an ingress', async () => {
    expect(await shop.kubectl('describe', 'ingress', 'door')).toMatch(/web:80 \(10\.244\.\d+\.\d+:80\)/);
  });

  it('describes whatever else a new cluster has', async () => {
    const kinds =
      'ns,sa,cm,rs,endpoints,endpointslices,leases,priorityclasses,clusterroles,clusterrolebindings,apiservices';
    const { stderr, stdout, code } = await shop.run(['describe', kinds, '-n', 'kube-system']);
    expect([code, stderr.replaceAll(/^Warning: .*\n/gm, '')]).toEqual([0, '']);
    expect(stdout).toMatch(/^Name: +cluster-admin$/m);
  });
});
