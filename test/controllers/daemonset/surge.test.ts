import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Frozen } from '../../../server/base/freeze.ts';
import type { Pod } from '../../../server/kube/types.gen.ts';
import {
  DAEMON_SETS,
  type DaemonCluster,
  daemonCluster,
  daemonSet,
  inTemplate,
  NODES,
} from '../../support/daemon-sets.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { key, newImage, PODS } from '../../support/workloads.ts';

const ALL = ['one', 'two', 'three', 'four'];
const imageOf = ({ spec }: Frozen<Pod>): string => spec.containers?.[0]?.image ?? '';

describe('a rolling update with surge', () => {
  let cluster: DaemonCluster;
  let broken: ReadonlySet<string>;

  beforeEach(async () => {
    broken = new Set(['nginx:broken']);
    const clock = new SimulatedClock();
    cluster = await daemonCluster(ALL, {
      clock,
      becomesReady: (pod) => !broken.has(imageOf(pod)) && !broken.has(`${pod.spec.nodeName} ${imageOf(pod)}`),
    });
    const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: '50%', maxUnavailable: 0 } };
    await cluster.client.create(DAEMON_SETS, daemonSet('web', { updateStrategy }));
    await cluster.settle();
    // Of pods of one node the oldest counts, by whole seconds.
    await clock.advance(1000);
  });
  afterEach(() => cluster.stop());

  const count = async (image: string): Promise<number> =>
    (await cluster.pods()).filter((pod) => imageOf(pod) === image).length;

  /** Lets the kubelet look at all pods again. */
  async function breakDown(...what: string[]): Promise<void> {
    broken = new Set([...what, 'nginx:broken']);
    for (const { metadata } of await cluster.pods())
      await cluster.client.patch(PODS, key(metadata.name ?? ''), 'merge', { metadata: { labels: { look: 'again' } } });
    await cluster.settle();
  }

  test('ends with new pods only', async () => {
    await cluster.change(newImage('nginx:2'));
    expect(await cluster.placed()).toEqual(ALL.map((node) => `${node} nginx:2`).sort());
  });

  test('creates each new pod before it deletes the old one', async () => {
    cluster.writes.length = 0;
    await cluster.change(newImage('nginx:2'));
    const steps = cluster.writes.filter((write) => write === 'create v1/pods' || write === 'delete v1/pods');
    let more = 0;
    for (const step of steps) {
      more += step.startsWith('create') ? 1 : -1;
      if (step.startsWith('create')) expect(more).toBeLessThanOrEqual(2);
    }
    expect(steps[0]).toBe('create v1/pods');
  });

  test('keeps all old pods as long as the new ones are not available, and makes no more of them', async () => {
    await cluster.change(newImage('nginx:broken'));
    expect([await count('nginx:1'), await count('nginx:broken')]).toEqual([4, 2]);
    expect((await cluster.set()).status).toMatchObject({ numberAvailable: 4, desiredNumberScheduled: 4 });
    expect((await cluster.set()).status).not.toHaveProperty('updatedNumberScheduled');
  });

  test('replaces pods of a template between at once', async () => {
    await cluster.change(newImage('nginx:broken'));
    await cluster.change(newImage('nginx:2'));
    expect(await cluster.placed()).toEqual(ALL.map((node) => `${node} nginx:2`).sort());
  });

  test('gives up an old pod that is not ready any more when there is a new one', async () => {
    await cluster.change(newImage('nginx:broken'));
    await breakDown('nginx:1');
    expect([await count('nginx:1'), await count('nginx:broken')]).toEqual([0, 4]);
  });

  test('replaces old pods that are not available at once, whatever the bound', async () => {
    await breakDown('one nginx:1', 'two nginx:1', 'three nginx:1');
    cluster.writes.length = 0;
    await cluster.change(newImage('nginx:broken'));
    const first = cluster.writes.slice(0, cluster.writes.indexOf('delete v1/pods'));
    expect(first.filter((write) => write === 'create v1/pods')).toHaveLength(4);
  });

  test('leaves a node that is not wanted any more, but not before there are enough pods elsewhere', async () => {
    await breakDown('two nginx:1');
    await cluster.taint('one', [{ key: 'keep', effect: 'NoSchedule' }]);
    await cluster.change(newImage('nginx:broken'));
    expect(await cluster.placed()).toContain('one nginx:1');
    await cluster.change(newImage('nginx:2'));
    expect(await cluster.placed()).toEqual(
      ALL.slice(1)
        .map((node) => `${node} nginx:2`)
        .sort(),
    );
  });

  test('leaves nodes that the template does not select at once', async () => {
    await cluster.client.patch(NODES, { namespace: '', name: 'two' }, 'merge', {
      metadata: { labels: { disk: 'ssd' } },
    });
    await cluster.change(inTemplate({ nodeSelector: { disk: 'ssd' } }));
    expect(await cluster.placed()).toEqual(['two nginx:1']);
    expect((await cluster.set()).status).toMatchObject({ updatedNumberScheduled: 1, desiredNumberScheduled: 1 });
  });
});
