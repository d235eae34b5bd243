import { afterEach, beforeEach, expect, it } from 'vitest';
import { startCluster } from '../../server/index.ts';
import type { CronJob, Lease, Pod } from '../../server/kube/types.gen.ts';
import { type FrozenCluster, frozenCluster, START } from '../clock/support.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';

const HOURLY = `
apiVersion: batch/v1
kind: CronJob
metadata: {name: hourly}
spec:
  schedule: '0 * * * *'
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers: [{name: c, image: busybox, command: [sleep, '5']}]
`;

let shop: FrozenCluster;
beforeEach(async () => {
  shop = await frozenCluster();
  await shop.apply(HOURLY);
  await shop.move({ advance: '30m' });
  await shop.cluster.savepoints.save({ name: 's' });
});
afterEach(() => shop[Symbol.asyncDispose]());

const restore = (body: object): ReturnType<FrozenCluster['admin']> =>
  shop.admin('POST', '/-/savepoints/s/restore', body);
const jobs = async (): Promise<string[]> =>
  (await shop.list('batch/v1/jobs')).map(({ metadata }) => metadata.name ?? '').sort();

it('puts the clock back, and what ran since runs again at its time', async () => {
  await shop.move({ advance: '2h' });
  const first = await jobs();
  expect(first).toHaveLength(2);
  expect((await restore({ clock: true })).status).toBe(200);
  expect(shop.cluster.clock.state()).toMatchObject({ now: Date.parse('2026-01-01T00:30:00Z'), frozen: true });
  expect(await jobs()).toEqual([]);
  await shop.move({ advance: '29m' });
  expect(await jobs()).toEqual([]);
  await shop.move({ advance: '91m' });
  expect(await jobs()).toEqual(first);
  const cron = await shop.get<CronJob>('batch/v1/cronjobs', 'hourly');
  expect(cron?.status.lastScheduleTime).toBe('2026-01-01T02:00:00Z');
});

it('keeps nodes alive, and runs what was to run from then on', async () => {
  await shop.apply(
    '{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {restartPolicy: Never, ' +
      'containers: [{name: c, image: busybox, command: [sleep, "600"]}]}}',
  );
  await shop.move({ advance: '1m' });
  await shop.cluster.savepoints.save({ name: 's', replace: true });
  await shop.move({ advance: '5h' });
  expect((await restore({ clock: true })).status).toBe(200);
  const phase = async (): Promise<unknown> => (await shop.get<Pod>('v1/pods', 'p'))?.status.phase;
  expect(await phase()).toBe('Running');
  for (const lease of await shop.list<Lease>('coordination.k8s.io/v1/leases', 'kube-node-lease'))
    expect(String(lease.spec.renewTime) <= '2026-01-01T00:31:59').toBe(true);
  await shop.move({ advance: '8m' });
  const ready = (await shop.list('v1/nodes', '')).map(
    (node) =>
      (node as { status?: { conditions?: { type: string; status: string }[] } }).status?.conditions?.find(
        ({ type }) => type === 'Ready',
      )?.status,
  );
  expect(ready).toEqual(['True']);
  await shop.move({ advance: '5m' });
  expect(await phase()).toBe('Succeeded');
});

it('leaves the clock alone unless it is asked for', async () => {
  await shop.move({ advance: '2h' });
  expect((await restore({})).status).toBe(200);
  expect(shop.cluster.clock.state().now).toBe(Date.parse(START) + 150 * 60_000);
});

it('says when it cannot be, and changes nothing', async () => {
  await shop.move({ advance: '2h' });
  const before = await jobs();
  for (const [body, code, message] of [
    [{ clock: 'yes' }, 400, 'clock'],
    [{ clock: true, watches: 'events' }, 400, '"clock" cannot be had with watches that go on'],
  ] as const) {
    const { status, text } = await restore(body);
    expect([status, text]).toEqual([code, expect.stringContaining(JSON.stringify(message).slice(1, -1))]);
  }
  await shop.move({ freeze: false });
  const { status, text } = await restore({ clock: true });
  expect([status, JSON.parse(text)]).toEqual([
    409,
    expect.objectContaining({ reason: 'Conflict', message: expect.stringContaining('time goes on by itself') }),
  ]);
  expect(await jobs()).toEqual(before);
});

it('leaves a clock of somebody else to them', async () => {
  await using cluster = await startCluster({ clock: new SimulatedClock() });
  await cluster.savepoints.save({ name: 's' });
  await expect(cluster.savepoints.restore('s', { clock: true })).rejects.toMatchObject({
    code: 409,
    message: expect.stringContaining('the clock belongs to the program'),
  });
});
