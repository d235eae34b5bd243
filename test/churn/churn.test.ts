import { describe, expect, it } from 'vitest';
import { violations } from './invariants/index.ts';
import { readState, State } from './invariants/state.ts';
import { churn } from './run.ts';
import { openWorld } from './world.ts';

/** The quota wants to know. */
const CONTAINER = { name: 'c', image: 'i', resources: { requests: { cpu: '10m' } } };

// `npm run churn` has thousands of operations and a seed that is new each time.
describe('random operations while controllers restart', () => {
  it('leave a cluster in which everything is as it has to be', async () => {
    const { violations: found, codes } = await churn({ seed: 1, operations: 120 });
    expect(found).toEqual([]);
    // Most of them are done, or nothing would be tried.
    expect(codes.get(200)).toBeGreaterThan(60);
  });

  it('are the same ones, with the same end, for the same seed', async () => {
    const first = await churn({ seed: 2, operations: 25 });
    const second = await churn({ seed: 2, operations: 25 });
    expect(second.digest).toBe(first.digest);
  });

  it('would be found to leave an orphan, a wrong status, a dead endpoint or a leaked address', async () => {
    const world = await openWorld(1);
    const labels = { own: 'replicasets-a' };
    const template = { metadata: { labels }, spec: { containers: [CONTAINER] } };
    await world.cluster.apply(
      {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        metadata: { name: 'a', namespace: 'alpha' },
        spec: { replicas: 1, selector: { matchLabels: labels }, template },
      },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 's', namespace: 'alpha' },
        spec: { selector: labels, ports: [{ port: 80 }] },
      },
    );
    await world.cluster.settle();
    const state = await readState(world.transport);
    expect(state.of('Pod', 'alpha')).toHaveLength(1);
    expect(await violations(state, world)).toEqual([]);
    const without = async (kind: string): Promise<string[]> =>
      violations(new State(state.objects.filter((object) => object.kind !== kind)), world);
    expect(await without('ReplicaSet')).toContainEqual(expect.stringMatching(/^Pod alpha\/a-.* is an orphan of Rep/));
    expect(await without('Pod')).toEqual(
      expect.arrayContaining([
        'ReplicaSet alpha/a has 0 pods of 1',
        'ReplicaSet alpha/a: ready is 0, and its status says 1',
        expect.stringMatching(/^Service alpha\/s: endpoints 10\.\S+, ready $/),
        'ResourceQuota alpha/all: pods is 0, and it says 1',
      ]),
    );
    world.addresses.add('10.96.0.1');
    expect(await violations(state, world)).toEqual([]);
    world.addresses.add('10.96.7.7');
    await world.cluster.apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'late', namespace: 'default' },
      spec: { clusterIP: '10.96.7.7', ports: [{ port: 80 }] },
    });
    expect(await violations(state, world)).toEqual(['the address 10.96.7.7 is taken']);
    await world.cluster.stop();
  });
});
