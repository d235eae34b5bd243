import { describe, expect, test } from 'vitest';
import { maxSurge, maxUnavailable } from '../../../controllers/deployment/bounds.ts';
import type { Deployment } from '../../../server/kube/types.gen.ts';

type Bound = number | string;

function deployment(
  replicas: number,
  type: string,
  rollingUpdate: { maxSurge: Bound; maxUnavailable: Bound },
): Deployment {
  const template = { metadata: {}, spec: { containers: [] } };
  return { metadata: {}, spec: { replicas, selector: {}, template, strategy: { type, rollingUpdate } }, status: {} };
}

describe('the bounds of a rollout', () => {
  test.each([
    [10, '25%', '25%', 3, 2],
    [2, 0, '1%', 0, 1],
    [1, 0, '1%', 0, 1],
    [2, '1%', '25%', 1, 0],
    [1, '1%', '25%', 1, 0],
    [2, '1%', 0, 1, 0],
    [4, 3, 9, 3, 4],
    [0, '25%', '25%', 0, 0],
    [3, '100%', '100%', 3, 3],
  ])('%i replicas with maxSurge %s and maxUnavailable %s', (replicas, surge, unavailable, above, below) => {
    const rolling = deployment(replicas, 'RollingUpdate', { maxSurge: surge, maxUnavailable: unavailable });
    expect([maxSurge(rolling), maxUnavailable(rolling)]).toEqual([above, below]);
  });

  test('do not hold for a recreation', () => {
    const recreate = deployment(4, 'Recreate', { maxSurge: 2, maxUnavailable: 2 });
    expect([maxSurge(recreate), maxUnavailable(recreate)]).toEqual([0, 0]);
  });
});
