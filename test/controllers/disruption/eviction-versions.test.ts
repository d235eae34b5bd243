import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PODS, type Workloads } from '../../support/workloads.ts';
import { barePod, disruptions, evict } from './support.ts';

describe('versions of an eviction', () => {
  let cluster: Workloads;

  beforeEach(async () => {
    cluster = await disruptions();
    await cluster.client.create(PODS, barePod('p', 'web'));
    await cluster.settle();
  });

  afterEach(() => cluster.stop());

  test.each(['policy/v1', 'policy/v1beta1'])('%s evicts, as clients of all ages send it', async (apiVersion) => {
    expect(await evict(cluster, 'p', { apiVersion })).toBeUndefined();
    await cluster.settle();
    expect(await cluster.pods()).toEqual([]);
  });

  test('another version is refused and evicts nothing', async () => {
    expect(await evict(cluster, 'p', { apiVersion: 'policy/v2' })).toMatchObject({
      code: 400,
      message:
        'Eviction in version "v2" cannot be handled as a Eviction: ' +
        'no kind "Eviction" is registered for version "policy/v2" in scheme "pkg/runtime/scheme.go:111"',
    });
    expect(await cluster.pods()).toHaveLength(1);
  });
});
