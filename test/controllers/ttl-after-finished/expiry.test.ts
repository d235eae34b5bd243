import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controller as garbageCollector } from '../../../controllers/garbage-collector/index.ts';
import { controller as jobs } from '../../../controllers/job/index.ts';
import { controller as ttlAfterFinished } from '../../../controllers/ttl-after-finished/index.ts';
import { JOBS, job } from '../../support/jobs.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { key, type Workloads, workloads } from '../../support/workloads.ts';

describe('ttlSecondsAfterFinished', () => {
  let cluster: Workloads;
  let clock: SimulatedClock;

  beforeEach(async () => {
    clock = new SimulatedClock();
    cluster = await workloads([jobs, garbageCollector, ttlAfterFinished], { clock });
  });
  afterEach(() => cluster.stop());

  const count = async (): Promise<number> => (await cluster.client.list(JOBS, 'default')).length;
  const pass = async (ms: number): Promise<void> => {
    await clock.advance(ms);
    await cluster.settle();
  };

  test('deletes a job so long after its end', async () => {
    await cluster.client.create(JOBS, job('short', { completions: 0, ttlSecondsAfterFinished: 60 }));
    await cluster.client.create(JOBS, job('stays', { completions: 0 }));
    await cluster.client.create(JOBS, job('runs', { ttlSecondsAfterFinished: 0 }));
    await cluster.settle();
    await pass(59_999);
    expect(await count()).toBe(3);
    await pass(1);
    const left = (await cluster.client.list(JOBS, 'default')).map(({ metadata }) => metadata.name);
    expect(new Set(left)).toEqual(new Set(['runs', 'stays']));
  });

  test('can be changed while it runs', async () => {
    await cluster.client.create(JOBS, job('short', { completions: 0, ttlSecondsAfterFinished: 60 }));
    await cluster.settle();
    await pass(30_000);
    await cluster.client.patch(JOBS, key('short'), 'merge', { spec: { ttlSecondsAfterFinished: 120 } });
    await cluster.settle();
    await pass(89_999);
    expect(await count()).toBe(1);
    await pass(1);
    expect(await count()).toBe(0);
  });
});
