import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keyOf } from '../../../server/kube/object.ts';
import { conditionsOf, type JobCluster, jobCluster } from '../../support/jobs.ts';
import { key, PODS, podSpec } from '../../support/workloads.ts';

describe('a pod that takes time to end', () => {
  let cluster: JobCluster;

  beforeEach(async () => {
    cluster = await jobCluster();
  });
  afterEach(() => cluster.stop());

  /** A pod on a node, which nobody stops. */
  const template = { spec: { ...podSpec(), restartPolicy: 'Never', nodeName: 'n1' } } as never;
  const deleteFirst = async (): Promise<string> => {
    const name = (await cluster.running())[0]?.metadata.name ?? '';
    await cluster.client.delete(PODS, key(name));
    await cluster.clock.advance(10_000);
    await cluster.settle();
    return name;
  };

  test('is replaced while it still runs', async () => {
    await cluster.create('work', { template });
    await deleteFirst();
    expect(await cluster.running()).toHaveLength(1);
    expect(await cluster.status('work')).toMatchObject({ active: 1, terminating: 1, failed: 1 });
  });

  test('is waited for before the job is over', async () => {
    await cluster.create('work', { template });
    await deleteFirst();
    await cluster.end((await cluster.running())[0], 0);
    expect(conditionsOf(await cluster.status('work'))).toEqual(['SuccessCriteriaMet=True: CompletionsReached']);
    for (const { metadata, status } of await cluster.pods()) {
      if (status.phase === 'Pending') await cluster.client.delete(PODS, keyOf({ metadata }), { gracePeriodSeconds: 0 });
    }
    await cluster.settle();
    expect(conditionsOf(await cluster.status('work'))).toContain('Complete=True: CompletionsReached');
  });

  test('is replaced only when it has failed, with podReplacementPolicy Failed', async () => {
    await cluster.create('work', { template, podReplacementPolicy: 'Failed' });
    const name = await deleteFirst();
    expect(await cluster.running()).toEqual([]);
    const status = await cluster.status('work');
    expect(status).toMatchObject({ terminating: 1 });
    expect(status).not.toHaveProperty('failed');
    await cluster.client.patch(PODS, key(name), 'merge', { status: { phase: 'Failed' } }, 'status');
    await cluster.settle();
    await cluster.clock.advance(10_000);
    await cluster.settle();
    expect(await cluster.running()).toHaveLength(1);
    expect(await cluster.status('work')).toMatchObject({ active: 1, failed: 1, terminating: 0 });
  });
});
