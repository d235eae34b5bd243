import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ApiError } from '../../../server/kube/api-error.ts';
import { type SchedulingCluster, schedulingCluster } from '../../support/scheduling.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

describe('when the server refuses a binding', () => {
  let cluster: SchedulingCluster;
  let clock: SimulatedClock;
  let refusal: ApiError | undefined;

  beforeEach(async () => {
    clock = new SimulatedClock();
    refusal = new ApiError(500, 'InternalError', 'no');
    cluster = await schedulingCluster({
      clock,
      request: ({ subresource }) => {
        if (subresource === 'binding' && refusal) throw refusal;
      },
    });
    await cluster.addNode('one', { allocatable: { cpu: '1' } });
  });
  afterEach(() => cluster.stop());

  test('the pod says so, is tried again after a second, and keeps no room meanwhile', async () => {
    await cluster.addPod('p', { requests: { cpu: '1' } });
    expect(await cluster.messageOf('p')).toBe('running Bind plugin "DefaultBinder": no');
    expect(await cluster.events('p')).toEqual(['FailedScheduling: running Bind plugin "DefaultBinder": no']);
    refusal = undefined;
    await cluster.addPod('other', { requests: { cpu: '1' } });
    expect(await cluster.nodeOf('other')).toBe('one');
    await cluster.end('other');
    await clock.advance(1000);
    await cluster.settle();
    expect(await cluster.nodeOf('p')).toBe('one');
  });
});
