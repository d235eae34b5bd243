import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../server/base/clock.ts';
import type { Job, Node, Pod } from '../../server/kube/types.gen.ts';
import { type FrozenCluster, frozenCluster, START } from './support.ts';

let shop: FrozenCluster;
beforeAll(async () => {
  shop = await frozenCluster();
});
afterAll(() => shop[Symbol.asyncDispose]());
beforeEach(async () => {
  await shop.cluster.reset();
  await shop.move({ freeze: true, set: START });
});

const SLEEPER = `
apiVersion: v1
kind: Pod
metadata: {name: sleeper}
spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, '60']}]}
`;
const phase = async (): Promise<string | undefined> => (await shop.get<Pod>('v1/pods', 'sleeper'))?.status.phase;
const readyNodes = async (): Promise<unknown[]> =>
  (await shop.list<Node>('v1/nodes', '')).map(
    ({ status }) => status.conditions?.find(({ type }) => type === 'Ready')?.status,
  );

describe('a clock that is set back', () => {
  it('leaves those who wait as much time as they had', async () => {
    await shop.apply(SLEEPER);
    await shop.move({ advance: '30s' });
    await shop.move({ set: '2020-06-01T00:00:00Z' });
    await shop.move({ advance: '29s' });
    expect(await phase()).toBe('Running');
    await shop.move({ advance: '2s' });
    expect(await phase()).toBe('Succeeded');
  });

  it('makes no node silent', async () => {
    await shop.move({ advance: '30s' });
    await shop.move({ set: '2020-06-01T00:00:00Z' });
    for (let minute = 0; minute < 5; minute++) await shop.move({ advance: '1m' });
    expect(await readyNodes()).toEqual(['True']);
  });
});

describe('a clock that is set to now', () => {
  it('goes on in real time, with objects from the future', async () => {
    await shop.apply(SLEEPER);
    await shop.move({ set: '2056-01-01T00:00:00Z', freeze: false });
    await shop.cluster.settle();
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'of-2056' } };
    await shop.apply(map);
    const { offset, frozen } = await shop.move({ set: 'now' });
    expect([offset, frozen]).toEqual(['0s', false]);
    await shop.apply({ ...map, metadata: { name: 'of-now' } });
    const year = async (name: string): Promise<number> =>
      new Date((await shop.get('v1/configmaps', name))?.metadata.creationTimestamp ?? '').getUTCFullYear();
    expect([await year('of-2056'), await year('of-now')]).toEqual([
      2056,
      new Date(systemClock().now()).getUTCFullYear(),
    ]);
    expect(await readyNodes()).toEqual(['True']);
  });

  it('goes on from a time that stands still in the past, and stands still if it did', async () => {
    await shop.move({ advance: '1h' });
    expect(await shop.move({ set: 'now' })).toMatchObject({ frozen: true });
    expect(await shop.move({ set: 'now', speed: 1, freeze: false })).toMatchObject({ frozen: false });
    expect(await shop.move({ set: 'now' })).toMatchObject({ offset: '0s' });
  });

  it('counts what advances from it', async () => {
    await shop.move({ set: '9998-01-01T00:00:00Z' });
    const { offset } = await shop.move({ set: 'now', advance: '87600h', freeze: false });
    expect(offset).toMatch(/^(87600h0m|87599h59m)/);
  });
});

describe('a clock that is set on', () => {
  it('has happen at once what would have been due', async () => {
    await shop.apply(SLEEPER);
    await shop.move({ set: '2036-01-01T00:00:00Z' });
    await shop.cluster.settle();
    const pod = await shop.get<Pod>('v1/pods', 'sleeper');
    expect(pod?.status.containerStatuses?.[0]?.state?.terminated?.finishedAt).toBe('2036-01-01T00:00:00Z');
    expect(await readyNodes()).toEqual(['True']);
  });

  it('makes one Job for all times that were missed', async () => {
    await shop.apply(`
apiVersion: batch/v1
kind: CronJob
metadata: {name: hourly}
spec:
  schedule: '0 * * * *'
  jobTemplate: 
    spec:
      template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: ['true']}]}}
`);
    await shop.move({ set: '2026-01-02T12:30:00Z' });
    await shop.cluster.settle();
    const jobs = await shop.list<Job>('batch/v1/jobs');
    expect(jobs.map(({ status }) => status.startTime)).toEqual(['2026-01-02T12:30:00Z']);
    expect(jobs[0]?.metadata.annotations).toEqual({
      'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-02T12:00:00Z',
    });
  });
});

describe('a reset', () => {
  it('brings real time back', async () => {
    await shop.move({ speed: 5, set: '2036-01-01T00:00:00Z' });
    await shop.cluster.reset();
    const { frozen, speed, offset } = shop.cluster.clock.state();
    expect([frozen, speed, Math.abs(offset) < 1000]).toEqual([false, 1, true]);
    expect(await readyNodes()).toEqual(['True']);
  });
});

it('with more than real time, a minute passes at once', async () => {
  await shop.apply(SLEEPER);
  await shop.move({ speed: 10_000, freeze: false });
  await expect.poll(phase, { timeout: 5000 }).toBe('Succeeded');
});

it('goes to the next timer that somebody waits for', async () => {
  await shop.apply(SLEEPER);
  expect(await shop.move({ next: true })).toMatchObject({
    now: '2026-01-01T00:01:00.000Z',
    timers: 0,
    nextTimer: null,
  });
  expect(await phase()).toBe('Succeeded');
  expect(await shop.move({ next: true })).toMatchObject({ now: '2026-01-01T00:01:00.000Z' });
});
