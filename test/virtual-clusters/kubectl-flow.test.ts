import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ForkedCluster } from '../../server/index.ts';
import { openShop, rows, type Shop } from '../support/kubectl.ts';

const NAMES = ['one', 'two', 'three', 'four', 'five'];

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop[Symbol.asyncDispose]());

/** What a user of one of them found. */
interface Found {
  readonly first: string;
  readonly second: string;
  readonly pods: readonly string[];
  readonly page: string;
}

/** The first steps of a user, with nothing but the kubeconfig of a cluster. */
async function firstSteps(cluster: ForkedCluster): Promise<Found> {
  const KUBECONFIG = shop.file(`${cluster.name}.kubeconfig`);
  await writeFile(KUBECONFIG, cluster.kubeconfig(), { mode: 0o600 });
  const kubectl = async (...args: string[]): Promise<string> => {
    const { stdout, stderr, code } = await shop.run(args, { env: { KUBECONFIG } });
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')} in ${cluster.name} ended with ${code}: ${stderr}`);
    return stdout;
  };
  const pods = async (app: string): Promise<Record<string, string>[]> =>
    rows(await kubectl('get', 'pods', '-owide', '-l', `app=${app}`));

  expect(await kubectl('create', 'deploy', 'test', '--image=nginx')).toBe('deployment.apps/test created\n');
  await cluster.settle();
  const [first = {}] = await pods('test');
  expect(first).toMatchObject({ READY: '1/1', STATUS: 'Running' });
  expect(await kubectl('delete', 'pod', first.NAME ?? '')).toContain(`pod "${first.NAME}" deleted`);
  await cluster.settle();
  const [second = {}, ...others] = await pods('test');
  expect([others, second]).toEqual([[], expect.objectContaining({ READY: '1/1', STATUS: 'Running' })]);

  const applied = await kubectl(
    'apply',
    '--filename=fixtures/manifests/deployment.yaml',
    '--filename=fixtures/manifests/service.yaml',
  );
  expect(applied).toBe('deployment.apps/nginx-deployment created\nservice/my-service created\n');
  await cluster.settle();
  const service = await kubectl('describe', 'svc', 'my-service');
  const running = await pods('my-app');
  expect((/^Endpoints: +(.*)$/m.exec(service)?.[1] ?? '').split(',').sort()).toEqual(
    running.map(({ IP }) => `${IP}:80`).sort(),
  );
  const all = rows(await kubectl('get', 'pods', '--all-namespaces'));
  const page = await kubectl('get', '--raw', '/api/v1/namespaces/default/services/my-service:80/proxy/');
  return {
    first: first.NAME ?? '',
    second: second.NAME ?? '',
    pods: all.map(({ NAME = '' }) => NAME).sort(),
    page,
  };
}

test('five users do their first steps at the same time, each in a cluster of its own', async () => {
  const clusters = await Promise.all(NAMES.map((name) => shop.cluster.fork({ name })));
  const found = await Promise.all(clusters.map(firstSteps));
  for (const { first, second, pods, page } of found) {
    expect(pods).toHaveLength(4);
    expect(pods).toContain(second);
    expect(pods).not.toContain(first);
    expect(page).toContain('<title>Welcome to nginx!</title>');
  }
  // No pod is seen in two of them, and none in the cluster beside which they are.
  expect(new Set(found.flatMap(({ pods }) => pods)).size).toBe(4 * NAMES.length);
  expect(await shop.kubectl('get', 'pods', '--all-namespaces', '--output=name')).toBe('');
}, 60_000);
