import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openShop, rows, type Shop } from '../support/kubectl.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await shop.kubectl('create', 'deploy', 'web', '--image=nginx:1', '--replicas=2');
});
afterAll(() => shop[Symbol.asyncDispose]());

const image = (): Promise<string> =>
  shop.kubectl('get', 'deploy', 'web', '-ojsonpath={.spec.template.spec.containers[0].image}');

describe('kubectl rollout and scale', () => {
  it('waits for a rollout to end', async () => {
    expect(await shop.kubectl('rollout', 'status', 'deploy/web')).toContain('deployment "web" successfully rolled out');
    expect(await shop.kubectl('set', 'image', 'deploy/web', 'nginx=nginx:2')).toBe(
      'deployment.apps/web image updated\n',
    );
    expect(await shop.kubectl('rollout', 'status', 'deploy/web')).toContain('deployment "web" successfully rolled out');
  });

  it('lists revisions, and one in detail', async () => {
    await shop.kubectl('annotate', 'deploy/web', 'kubernetes.io/change-cause=a newer image');
    await shop.cluster.settle();
    const history = await shop.kubectl('rollout', 'history', 'deploy/web');
    expect(history).toMatch(/^1 +<none>$/m);
    expect(history).toMatch(/^2 +a newer image$/m);
    expect(await shop.kubectl('rollout', 'history', 'deploy/web', '--revision=1')).toMatch(/Image:\s+nginx:1$/m);
  });

  it('goes back to the revision before, or to any', async () => {
    expect(await shop.kubectl('rollout', 'undo', 'deploy/web')).toBe('deployment.apps/web rolled back\n');
    await shop.cluster.settle();
    expect(await image()).toBe('nginx:1');
    await shop.kubectl('rollout', 'undo', 'deploy/web', '--to-revision=2');
    expect(await image()).toBe('nginx:2');
  });

  it('pauses, resumes and restarts', async () => {
    await shop.kubectl('rollout', 'pause', 'deploy/web');
    expect((await shop.fails('rollout', 'undo', 'deploy/web')).stderr).toContain('cannot rollback a paused deployment');
    await shop.kubectl('rollout', 'resume', 'deploy/web');
    expect(await shop.kubectl('rollout', 'restart', 'deploy/web')).toBe('deployment.apps/web restarted\n');
    expect(await shop.kubectl('rollout', 'status', 'deploy/web')).toContain('successfully rolled out');
  });

  it('scales, under a condition if wanted', async () => {
    expect(await shop.kubectl('scale', 'deploy/web', '--replicas=4')).toBe('deployment.apps/web scaled\n');
    await shop.cluster.settle();
    const [deployment] = rows(await shop.kubectl('get', 'deploy', 'web'));
    expect(deployment).toMatchObject({ NAME: 'web', READY: '4/4', 'UP-TO-DATE': '4', AVAILABLE: '4' });
    const { stderr } = await shop.fails('scale', 'deploy/web', '--replicas=1', '--current-replicas=3');
    expect(stderr).toBe('error: Expected replicas to be 3, was 4\n');
  });
});
