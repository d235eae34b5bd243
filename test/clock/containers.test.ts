import { afterAll, beforeAll, expect, it } from 'vitest';
import { openShop, type Shop } from '../support/kubectl.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ nodes: 1 });
  await shop.cluster.clock.freeze();
  await shop.cluster.clock.set(Date.UTC(2026, 0, 1));
  await shop.cluster.apply(
    '{apiVersion: v1, kind: Pod, metadata: {name: box}, spec: {containers: [{name: c, image: busybox, ' +
      'command: [sh, -c, "while true; do date -u +%T; sleep 20; done"]}]}}',
  );
  await shop.cluster.settle();
});
afterAll(() => shop[Symbol.asyncDispose]());

it('programs see and wait for the time of the cluster', async () => {
  await shop.cluster.clock.advance(50_000);
  expect(await shop.kubectl('logs', 'box')).toBe('00:00:00\n00:00:20\n00:00:40\n');
  expect(await shop.kubectl('exec', 'box', '--', 'date', '-u', '+%Y-%m-%d %T')).toBe('2026-01-01 00:00:50\n');
});

it('commands of kubectl exec sleep until time passes', async () => {
  const slept = shop.kubectl('exec', 'box', '--', 'sh', '-c', 'sleep 3600; date -u +%T');
  await expect.poll(() => shop.cluster.clock.state().timers).toBe(2);
  await shop.cluster.clock.advance(3_600_000);
  expect(await slept).toMatch(/^01:00:\d\d\n$/);
});
