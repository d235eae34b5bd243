import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { conditionsOf, JOBS, type JobCluster, jobCluster } from '../../support/jobs.ts';
import { key, podSpec } from '../../support/workloads.ts';

const INDEX = 'batch.kubernetes.io/job-completion-index';

describe('an indexed job', () => {
  let cluster: JobCluster;

  beforeEach(async () => {
    cluster = await jobCluster();
  });
  afterEach(() => cluster.stop());

  test('makes a pod for each index, which knows it by name, labels, hostname and environment', async () => {
    await cluster.create('work', { completions: 3, parallelism: 3, completionMode: 'Indexed' });
    const pods = await cluster.running();
    expect(pods.map(({ metadata }) => metadata.generateName)).toEqual(['work-0-', 'work-1-', 'work-2-']);
    const [, pod] = pods;
    expect(pod?.metadata.labels).toHaveProperty([INDEX], '1');
    expect(pod?.metadata.annotations).toEqual({ [INDEX]: '1' });
    expect(pod?.spec.hostname).toBe('work-1');
    const fieldRef = { apiVersion: 'v1', fieldPath: `metadata.labels['${INDEX}']` };
    expect(pod?.spec.containers?.[0]?.env).toEqual([{ name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef } }]);
  });

  test('tells which indexes have succeeded', async () => {
    await cluster.create('work', { completions: 7, parallelism: 7, completionMode: 'Indexed' });
    const pods = await cluster.running();
    for (const index of [6, 0, 2, 3, 4]) await cluster.end(pods[index], 0);
    expect(await cluster.status('work')).toMatchObject({ active: 2, succeeded: 5, completedIndexes: '0,2-4,6' });
    await cluster.end(pods[1], 0);
    await cluster.end(pods[5], 0);
    const status = await cluster.status('work');
    expect(status).toMatchObject({ succeeded: 7, completedIndexes: '0-6' });
    expect(conditionsOf(status)).toContain('Complete=True: CompletionsReached');
  });

  test('begins with the lowest indexes', async () => {
    await cluster.create('work', { completions: 4, parallelism: 2, completionMode: 'Indexed' });
    const [first] = await cluster.running();
    await cluster.end(first, 0);
    expect((await cluster.running()).map(({ spec }) => spec.hostname)).toEqual(['work-1', 'work-2']);
  });

  test('keeps one pod of an index that has two, and none without an index', async () => {
    await cluster.create('work', { completions: 2, parallelism: 2, completionMode: 'Indexed' });
    const [first] = await cluster.running();
    for (const annotations of [{ [INDEX]: '0' }, {}]) {
      const metadata = {
        ...key(`more-${Object.keys(annotations).length}`),
        labels: first?.metadata.labels,
        annotations,
      };
      await cluster.client.create('v1/pods', { metadata, spec: podSpec() } as never);
    }
    await cluster.settle();
    const indexes = (await cluster.running()).map(({ metadata }) => metadata.annotations?.[INDEX]);
    expect(new Set(indexes)).toEqual(new Set(['0', '1']));
    expect(indexes).toHaveLength(2);
    expect(await cluster.status('work')).toMatchObject({ active: 2 });
  });

  test('shrinks and grows: indexes beyond its completions do not count', async () => {
    await cluster.create('work', { completions: 3, parallelism: 3, completionMode: 'Indexed' });
    const [, , last] = await cluster.running();
    await cluster.end(last, 0);
    const resize = async (size: number): Promise<void> => {
      await cluster.client.patch(JOBS, key('work'), 'merge', { spec: { completions: size, parallelism: size } });
      await cluster.settle();
    };
    await resize(2);
    const smaller = await cluster.status('work');
    expect(smaller).toMatchObject({ active: 2 });
    expect(smaller).not.toHaveProperty('completedIndexes');
    await resize(4);
    expect((await cluster.running()).map(({ spec }) => spec.hostname)).toEqual([
      'work-0',
      'work-1',
      'work-2',
      'work-3',
    ]);
  });

  test('succeeds early when its policy says so, and ends the pods that still run', async () => {
    await cluster.create('work', {
      completions: 4,
      parallelism: 4,
      completionMode: 'Indexed',
      successPolicy: { rules: [{ succeededIndexes: '0-2', succeededCount: 2 }] },
    });
    const pods = await cluster.running();
    await cluster.end(pods[3], 0);
    await cluster.end(pods[0], 0);
    expect(conditionsOf(await cluster.status('work'))).toEqual([]);
    await cluster.end(pods[2], 0);
    const status = await cluster.status('work');
    expect(conditionsOf(status)).toEqual(['SuccessCriteriaMet=True: SuccessPolicy', 'Complete=True: SuccessPolicy']);
    expect(status).toMatchObject({ completedIndexes: '0,2,3', succeeded: 3 });
    expect(status.conditions?.[0]?.message).toBe('Matched rules at index 0');
    expect(await cluster.running()).toEqual([]);
  });
});
