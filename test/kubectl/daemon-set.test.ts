import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openShop, rows, type Shop } from '../support/kubectl.ts';

const MANIFEST = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'agent' },
  spec: {
    selector: { matchLabels: { app: 'agent' } },
    template: { metadata: { labels: { app: 'agent' } }, spec: { containers: [{ name: 'c', image: 'agent:1' }] } },
  },
};

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await writeFile(shop.file('agent.json'), JSON.stringify(MANIFEST));
  await shop.kubectl('apply', '-f', shop.file('agent.json'));
});
afterAll(() => shop[Symbol.asyncDispose]());

const image = (): Promise<string> =>
  shop.kubectl('get', 'ds', 'agent', '-ojsonpath={.spec.template.spec.containers[0].image}');
const finished = 'daemon set "agent" successfully rolled out';

describe('kubectl and a daemon set', () => {
  it('shows a pod on every node', async () => {
    expect(await shop.kubectl('rollout', 'status', 'ds/agent')).toContain(finished);
    const nodes = rows(await shop.kubectl('get', 'nodes')).map(({ NAME }) => NAME);
    const pods = rows(await shop.kubectl('get', 'pods', '-lapp=agent', '-owide'));
    expect(pods).toHaveLength(nodes.length);
    expect(new Set(pods.map(({ NODE }) => NODE))).toEqual(new Set(nodes));
    const count = String(nodes.length);
    const [set] = rows(await shop.kubectl('get', 'ds', 'agent'));
    expect(set).toMatchObject({ DESIRED: count, CURRENT: count, READY: count, 'UP-TO-DATE': count, AVAILABLE: count });
  });

  it('waits for a rollout to end', async () => {
    await shop.kubectl('set', 'image', 'ds/agent', 'c=agent:2');
    expect(await shop.kubectl('rollout', 'status', 'ds/agent')).toContain(finished);
    const images = await shop.kubectl('get', 'pods', '-lapp=agent', '-ojsonpath={..containers[*].image}');
    expect(new Set(images.split(' '))).toEqual(new Set(['agent:2']));
  });

  it('lists revisions, and one in detail', async () => {
    expect(await shop.kubectl('rollout', 'history', 'ds/agent')).toMatch(/^1 +<none>\n2 +<none>$/m);
    expect(await shop.kubectl('rollout', 'history', 'ds/agent', '--revision=1')).toMatch(/Image:\s+agent:1$/m);
  });

  it('goes back to the revision before, or to any', async () => {
    expect(await shop.kubectl('rollout', 'undo', 'ds/agent')).toBe('daemonset.apps/agent rolled back\n');
    expect(await shop.kubectl('rollout', 'status', 'ds/agent')).toContain(finished);
    expect(await image()).toBe('agent:1');
    await shop.cluster.settle();
    expect(await shop.kubectl('rollout', 'history', 'ds/agent')).toMatch(/^2 +<none>\n3 +<none>$/m);
    await shop.kubectl('rollout', 'undo', 'ds/agent', '--to-revision=2');
    expect(await image()).toBe('agent:2');
  });

  it('restarts, and cordons do not keep its pods away', async () => {
    await shop.kubectl('cordon', '-lkubernetes.io/os=linux');
    expect(await shop.kubectl('rollout', 'restart', 'ds/agent')).toBe('daemonset.apps/agent restarted\n');
    expect(await shop.kubectl('rollout', 'status', 'ds/agent')).toContain(finished);
  });

  it('drains a node only when told to leave daemon pods', async () => {
    const [node = ''] = rows(await shop.kubectl('get', 'nodes')).map(({ NAME }) => NAME);
    expect((await shop.fails('drain', node)).stderr).toContain('cannot delete DaemonSet-managed Pods');
    expect(await shop.kubectl('drain', node, '--ignore-daemonsets')).toContain('drained');
  });
});
