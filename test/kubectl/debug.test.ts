import { afterAll, beforeAll, expect, it } from 'vitest';
import { everyKubectl, openShop, type Shop } from '../support/kubectl.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await shop.kubectl('run', 'web', '--image=nginx');
  await shop.cluster.settle();
});
afterAll(() => shop[Symbol.asyncDispose]());

const shown = (path: string): Promise<string> => shop.kubectl('get', 'pod', 'web', `-ojsonpath={${path}}`);

it('adds a container to a running pod, which runs', async () => {
  expect(await shop.kubectl('debug', 'web', '--image=busybox', '--target=web', '-c', 'look')).toContain(
    'Targeting container "web"',
  );
  await shop.cluster.settle();
  expect(await shown('.status.ephemeralContainerStatuses[*].state.running.startedAt')).not.toBe('');
  expect(await shop.kubectl('describe', 'pod', 'web')).toMatch(/Ephemeral Containers:\n {2}look:\n/);
});

it('makes a copy of a pod with another image', async () => {
  await shop.kubectl('debug', 'web', '--copy-to=copy', '--set-image=*=busybox');
  expect(await shop.kubectl('get', 'pod', 'copy', '-ojsonpath={.spec.containers[*].image}')).toBe('busybox');
});

it('is refused for a pod that is not there', async () => {
  expect((await shop.fails('debug', 'none', '--image=busybox')).stderr).toContain('pods "none" not found');
});

it.each(everyKubectl())('%s debugs', async (command) => {
  await using other = await openShop({}, command);
  await other.kubectl('run', 'web', '--image=nginx');
  await other.cluster.settle();
  expect(await other.kubectl('debug', 'web', '--image=busybox')).toMatch(/container name to debugger-/);
  const { stdout } = await other.run(['debug', 'web', '-i', '--image=busybox', '--', 'cat'], { input: 'typed\n' });
  expect(stdout).toContain('typed\n');
  const path = '-ojsonpath={.status.ephemeralContainerStatuses[*].name}';
  expect((await other.kubectl('get', 'pod', 'web', path)).split(' ')).toHaveLength(2);
});

it('patches the resources of a running pod through its subresource', async () => {
  const patch = '{"spec":{"containers":[{"name":"web","resources":{"requests":{"cpu":"1"}}}]}}';
  const { stderr } = await shop.fails('patch', 'pod', 'web', '--subresource=resize', '-p', patch);
  expect(stderr).toContain('Pod QOS Class may not change as a result of resizing');
});
