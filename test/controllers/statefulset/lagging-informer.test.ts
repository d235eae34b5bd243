import { afterEach, describe, expect, test } from 'vitest';
import { controller as statefulSets } from '../../../controllers/statefulset/index.ts';
import { readyPods } from '../../support/ready-pods.ts';
import { CLAIMS, dataClaim, podNames, REVISIONS, STATEFUL_SETS, statefulSet } from '../../support/stateful-sets.ts';
import { key, newImage, PODS, type Workloads, workloads } from '../../support/workloads.ts';

describe('an informer that lags', () => {
  let cluster: Workloads;
  let held: (() => void)[] | undefined;

  afterEach(() => cluster.stop());

  async function start(lagging: string): Promise<void> {
    held = undefined;
    const event = (resource: string, pass: () => void): void => {
      if (held && resource === lagging) held.push(pass);
      else pass();
    };
    cluster = await workloads([statefulSets, readyPods()], { event });
    const claims = { volumeClaimTemplates: [dataClaim()] };
    await cluster.client.create(STATEFUL_SETS, statefulSet('web', { podManagementPolicy: 'Parallel', ...claims }));
    await cluster.settle();
    cluster.writes.length = 0;
    held = [];
  }

  /** Lets the informer know one thing after the other, and the controller act on each. */
  async function catchUp(): Promise<void> {
    while (held && held.length > 0) {
      held.shift()?.();
      await cluster.settle();
    }
    held = undefined;
    await cluster.settle();
  }

  async function change(patch: object): Promise<void> {
    await cluster.client.patch(STATEFUL_SETS, key('web'), 'strategic', patch);
    await cluster.settle();
  }

  async function poke(): Promise<void> {
    for (const poke of ['a', 'b', 'c']) await change({ metadata: { annotations: { poke } } });
  }

  const count = (write: string): number => cluster.writes.filter((made) => made === write).length;

  test.each([PODS, CLAIMS, STATEFUL_SETS])('of %s makes nothing happen twice', async (lagging) => {
    await start(lagging);
    await change({ spec: { replicas: 5 } });
    await poke();
    await catchUp();
    expect(count(`create ${PODS}`)).toBe(2);
    expect(count(`create ${CLAIMS}`)).toBe(2);
    expect(await podNames(cluster)).toHaveLength(5);
    await change({ spec: { replicas: 2 } });
    expect(count(`delete ${PODS}`)).toBeGreaterThanOrEqual(3);
    expect(await podNames(cluster)).toEqual(['web-0', 'web-1']);
  });

  test('of revisions makes no revision twice', async () => {
    await start(REVISIONS);
    await change(newImage('nginx:2'));
    await poke();
    await catchUp();
    expect(count(`create ${REVISIONS}`)).toBe(1);
    expect(await cluster.client.list(REVISIONS, 'default')).toHaveLength(2);
    expect((await cluster.get(STATEFUL_SETS, 'web')).status).toMatchObject({ updatedReplicas: 3, readyReplicas: 3 });
  });
});
