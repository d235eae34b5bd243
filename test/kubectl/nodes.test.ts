import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openShop, rows, type Shop } from '../support/kubectl.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await shop.kubectl('create', 'deploy', 'web', '--image=nginx', '--replicas=4');
  await shop.cluster.settle();
});
afterAll(() => shop[Symbol.asyncDispose]());

async function nodesOfPods(): Promise<string[]> {
  const table = rows(await shop.kubectl('get', 'pods', '-owide', '-l', 'app=web'));
  return table.map(({ NODE = '' }) => NODE).sort();
}

describe('maintenance of a node', () => {
  it('spreads pods over nodes', async () => {
    expect(await nodesOfPods()).toEqual(['node01', 'node01', 'node02', 'node02']);
  });

  it('cordons a node and drains it: pods move to the other', async () => {
    expect(await shop.kubectl('cordon', 'node01')).toBe('node/node01 cordoned\n');
    expect(rows(await shop.kubectl('get', 'node', 'node01'))).toMatchObject([{ STATUS: 'Ready,SchedulingDisabled' }]);
    expect(await shop.kubectl('drain', 'node01', '--ignore-daemonsets')).toContain('node/node01 drained');
    await shop.cluster.settle();
    expect(await nodesOfPods()).toEqual(['node02', 'node02', 'node02', 'node02']);
    expect(await shop.kubectl('uncordon', 'node01')).toBe('node/node01 uncordoned\n');
  });

  it('keeps new pods off a tainted node', async () => {
    expect(await shop.kubectl('taint', 'node', 'node02', 'full=yes:NoSchedule')).toBe('node/node02 tainted\n');
    await shop.kubectl('scale', 'deploy', 'web', '--replicas=6');
    await shop.cluster.settle();
    expect((await nodesOfPods()).filter((node) => node === 'node01')).toHaveLength(2);
    expect(await shop.kubectl('taint', 'node', 'node02', 'full-')).toBe('node/node02 untainted\n');
  });

  it('describes a node with its pods and what they ask for', async () => {
    const text = await shop.kubectl('describe', 'node', 'node02');
    expect(text).toMatch(/^ {2}Ready +True .* KubeletReady/m);
    expect(text).toMatch(/^PodCIDR: +10\.244\.2\.0\/24$/m);
    expect(text).toMatch(/^Non-terminated Pods: +\(4 in total\)$/m);
  });
});
