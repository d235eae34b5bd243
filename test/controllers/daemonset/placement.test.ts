import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  DAEMON_SETS,
  type DaemonCluster,
  daemonCluster,
  daemonSet,
  inTemplate,
  NODES,
} from '../../support/daemon-sets.ts';

const DEDICATED = { key: 'dedicated', value: 'db', effect: 'NoSchedule' };

describe('a daemon set runs on a node', () => {
  let cluster: DaemonCluster;

  beforeEach(async () => {
    cluster = await daemonCluster(['one', 'two']);
    await cluster.client.create(DAEMON_SETS, daemonSet('web'));
    await cluster.settle();
  });
  afterEach(() => cluster.stop());

  const label = async (name: string, labels: Readonly<Record<string, string | null>>): Promise<void> => {
    await cluster.client.patch(NODES, { namespace: '', name }, 'merge', { metadata: { labels } });
    await cluster.settle();
  };

  test('that its node selector matches, from when it does and as long as it does', async () => {
    await cluster.change(inTemplate({ nodeSelector: { disk: 'ssd' } }));
    expect(await cluster.placed()).toEqual([]);
    await label('two', { disk: 'ssd' });
    expect(await cluster.placed()).toEqual(['two nginx:1']);
    await label('two', { disk: null });
    expect(await cluster.placed()).toEqual([]);
    expect((await cluster.set()).status).toMatchObject({ desiredNumberScheduled: 0, currentNumberScheduled: 0 });
  });

  test('that its required affinity matches, which the pods exchange for one to the node', async () => {
    const nodeSelectorTerms = [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] }];
    const preference = { matchExpressions: [{ key: 'fast', operator: 'Exists' }] };
    const nodeAffinity = {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms },
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference }],
    };
    await label('one', { zone: 'a' });
    await cluster.change(inTemplate({ affinity: { nodeAffinity } }));
    expect(await cluster.placed()).toEqual(['one nginx:1']);
    const [pod] = await cluster.podsOn('one');
    expect(pod?.spec.affinity?.nodeAffinity).toEqual({
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['one'] }] }],
      },
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference }],
    });
  });

  test('with a NoSchedule taint only if it is there already, and then counts as misplaced', async () => {
    await cluster.taint('one', [DEDICATED]);
    expect(await cluster.placed()).toEqual(['one nginx:1', 'two nginx:1']);
    await cluster.change({ metadata: { labels: { looked: 'again' } } });
    expect((await cluster.set()).status).toMatchObject({ desiredNumberScheduled: 1, numberMisscheduled: 1 });
    await cluster.change(inTemplate({ containers: [{ name: 'c', image: 'nginx:2' }] }));
    expect(await cluster.placed()).toEqual(['two nginx:2']);
    await cluster.taint('one', []);
    expect(await cluster.placed()).toEqual(['one nginx:2', 'two nginx:2']);
    expect((await cluster.set()).status).toMatchObject({ desiredNumberScheduled: 2, numberMisscheduled: 0 });
  });

  test('that lost its taint is counted as well placed again', async () => {
    await cluster.taint('one', [DEDICATED]);
    await cluster.change({ metadata: { labels: { looked: 'again' } } });
    await cluster.taint('one', []);
    expect((await cluster.set()).status).toMatchObject({ desiredNumberScheduled: 2, numberMisscheduled: 0 });
  });

  test('not any more when a NoExecute taint is put on it', async () => {
    await cluster.taint('one', [{ ...DEDICATED, effect: 'NoExecute' }]);
    expect(await cluster.placed()).toEqual(['two nginx:1']);
  });

  test('with taints that its template tolerates', async () => {
    await cluster.taint('one', [{ ...DEDICATED, effect: 'NoExecute' }]);
    await cluster.change(inTemplate({ tolerations: [{ key: 'dedicated', operator: 'Exists' }] }));
    expect(await cluster.placed()).toEqual(['one nginx:1', 'two nginx:1']);
  });
});
