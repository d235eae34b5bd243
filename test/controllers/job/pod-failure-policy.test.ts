import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PodFailurePolicyRule } from '../../../server/kube/types.gen.ts';
import { conditionsOf, type JobCluster, jobCluster } from '../../support/jobs.ts';
import { key, PODS } from '../../support/workloads.ts';

describe('a pod failure policy', () => {
  let cluster: JobCluster;

  beforeEach(async () => {
    cluster = await jobCluster();
  });
  afterEach(() => cluster.stop());

  const create = (...rules: PodFailurePolicyRule[]) =>
    cluster.create('work', { backoffLimit: 0, podFailurePolicy: { rules } });
  const first = async () => (await cluster.running())[0];

  test('fails the job at an exit code, with the container, the pod and the rule in the message', async () => {
    await create(
      { action: 'Ignore', onExitCodes: { operator: 'In', values: [1] } },
      { action: 'FailJob', onExitCodes: { containerName: 'c', operator: 'In', values: [42] } },
    );
    const pod = await first();
    await cluster.end(pod, 42);
    const status = await cluster.status('work');
    expect(conditionsOf(status)).toEqual(['FailureTarget=True: PodFailurePolicy', 'Failed=True: PodFailurePolicy']);
    const container = `Container c for pod default/${pod?.metadata.name}`;
    const message = `${container} failed with exit code 42 matching FailJob rule at index 1`;
    expect(status.conditions?.map((condition) => condition.message)).toEqual([message, message]);
    expect(await cluster.events('work')).toContain(`PodFailurePolicy: ${message}`);
  });

  test('ignores failures by a condition of the pod: they do not count, and the pod is made again', async () => {
    await create({ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] });
    const pod = await first();
    const conditions = [{ type: 'DisruptionTarget', status: 'True' }];
    await cluster.client.patch(PODS, key(pod?.metadata.name ?? ''), 'merge', { status: { conditions } }, 'status');
    await cluster.end(pod, 137);
    expect(conditionsOf(await cluster.status('work'))).toEqual([]);
    expect(await cluster.status('work')).not.toHaveProperty('failed');
    await cluster.clock.advance(10_000);
    await cluster.settle();
    expect(await cluster.running()).toHaveLength(1);
  });

  test('takes the first rule that matches; failures that match none count as ever', async () => {
    await create(
      { action: 'Ignore', onExitCodes: { operator: 'NotIn', values: [3] } },
      { action: 'FailJob', onExitCodes: { operator: 'In', values: [5] } },
    );
    await cluster.end(await first(), 5);
    expect(conditionsOf(await cluster.status('work'))).toEqual([]);
    await cluster.clock.advance(10_000);
    await cluster.settle();
    await cluster.end(await first(), 3);
    expect(conditionsOf(await cluster.status('work'))).toContain('Failed=True: BackoffLimitExceeded');
  });
});
