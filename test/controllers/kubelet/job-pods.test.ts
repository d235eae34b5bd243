import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Client } from '../../../controllers/lib/client.ts';
import type { Frozen } from '../../../server/base/freeze.ts';
import { type RunningCluster, startCluster } from '../../../server/index.ts';
import type { Job, Pod } from '../../../server/kube/types.gen.ts';
import { conditionsOf } from '../../support/jobs.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

describe('the pods of a job', () => {
  let cluster: RunningCluster;
  let clock: SimulatedClock;

  beforeEach(async () => {
    clock = new SimulatedClock();
    cluster = await startCluster({ logLevel: 'error', clock });
  });
  afterEach(() => cluster.stop());

  const run = async (command: string, more = '', restartPolicy = 'Never', image = 'busybox'): Promise<void> => {
    const template = `{spec: {restartPolicy: ${restartPolicy}, containers: [{name: c, image: "${image}"${command}}]}}`;
    await cluster.apply(`{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {${more}template: ${template}}}`);
    await cluster.settle();
  };
  const job = (): Promise<Frozen<Job>> =>
    new Client(cluster.transport()).get<Job>('batch/v1/jobs', { namespace: 'default', name: 'j' });
  const pods = (): Promise<readonly Frozen<Pod>[]> => new Client(cluster.transport()).list<Pod>('v1/pods', 'default');
  const pass = async (seconds: number): Promise<void> => {
    await clock.advance(seconds * 1000);
    await cluster.settle();
  };

  test('have done their work at once, whatever it is', async () => {
    await run(', command: [make, everything]', 'completions: 2, ', 'Never', 'shop');
    expect(conditionsOf((await job()).status)).toContain('Complete=True: CompletionsReached');
    expect((await pods()).map(({ status }) => status.phase)).toEqual(['Succeeded', 'Succeeded']);
  });

  test.each(['registry.k8s.io/pause:3.10', 'nginx', 'httpd:2.4-alpine'])('of the image %s go on', async (image) => {
    await run('', '', 'Never', image);
    await pass(3600);
    expect((await job()).status).toMatchObject({ active: 1, ready: 1 });
  });

  test('sleep for as long as they say', async () => {
    await run(', command: [sleep, "60"]');
    await pass(59);
    expect((await job()).status).toMatchObject({ active: 1, ready: 1 });
    await pass(1);
    expect((await job()).status).toMatchObject({ succeeded: 1, completionTime: '2026-01-01T00:01:00Z' });
  });

  test('fail with their exit code, until the job has enough of it', async () => {
    await run(', command: [sh, -c, echo no; exit 3]', 'backoffLimit: 1, ');
    expect((await job()).status).toMatchObject({ failed: 1 });
    await pass(10);
    const { status } = await job();
    expect(status).toMatchObject({ failed: 2 });
    expect(conditionsOf(status)).toContain('Failed=True: BackoffLimitExceeded');
    expect((await pods()).map((pod) => pod.status.containerStatuses?.[0]?.state.terminated?.exitCode)).toEqual([3, 3]);
  });

  test('that restart their container are given up after so many restarts', async () => {
    await run(', command: ["false"]', 'backoffLimit: 2, ', 'OnFailure');
    expect(conditionsOf((await job()).status)).toEqual([]);
    await pass(10);
    await pass(1);
    expect(conditionsOf((await job()).status)).toContain('Failed=True: BackoffLimitExceeded');
    expect(await pods()).toEqual([]);
  });

  test('have failed when they are deleted while they run, and are replaced', async () => {
    await run(', command: [sleep, "600"]', 'podReplacementPolicy: Failed, ');
    const [pod] = await pods();
    await new Client(cluster.transport()).delete('v1/pods', { namespace: 'default', name: pod?.metadata.name ?? '' });
    await pass(1);
    expect((await job()).status).toMatchObject({ failed: 1 });
    await pass(10);
    expect((await pods()).map(({ status }) => status.phase)).toEqual(['Running']);
  });
});
