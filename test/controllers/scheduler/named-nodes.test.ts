import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createScheduler } from '../../../controllers/scheduler/index.ts';
import type { Pod, PodSpec } from '../../../server/kube/types.gen.ts';
import { NODES, node } from '../../support/daemon-sets.ts';
import { key, PODS, podSpec, type Workloads, workloads } from '../../support/workloads.ts';

const named = (...values: string[]): object => ({ matchFields: [{ key: 'metadata.name', operator: 'In', values }] });

describe('a pod that names its nodes', () => {
  let cluster: Workloads;

  beforeEach(async () => {
    cluster = await workloads([createScheduler()]);
    for (const name of ['one', 'two', 'three']) await cluster.client.create(NODES, node(name));
  });
  afterEach(() => cluster.stop());

  async function schedule(nodeSelectorTerms: readonly object[], cpu = '1', spec: Partial<PodSpec> = {}): Promise<Pod> {
    const requiredDuringSchedulingIgnoredDuringExecution = { nodeSelectorTerms };
    const containers = [{ ...podSpec().containers?.[0], resources: { requests: { cpu } } }];
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution } };
    const pod = { metadata: key('pod'), spec: { ...podSpec(), ...spec, containers, affinity } };
    await cluster.client.create(PODS, pod as never);
    await cluster.settle();
    return (await cluster.client.get<Pod>(PODS, key('pod'))) as Pod;
  }

  const message = ({ status }: Pod): string | undefined => status.conditions?.[0]?.message;

  test('is put on it', async () => {
    expect((await schedule([named('two')])).spec.nodeName).toBe('two');
  });

  test('is put on one that any of its terms names', async () => {
    expect((await schedule([named('nowhere'), named('three')])).spec.nodeName).toBe('three');
  });

  test('is put elsewhere when another term lets it', async () => {
    await cluster.client.patch(NODES, { namespace: '', name: 'three' }, 'merge', { metadata: { labels: { a: 'b' } } });
    const other = { matchExpressions: [{ key: 'a', operator: 'Exists' }] };
    expect((await schedule([named('nowhere'), other])).spec.nodeName).toBe('three');
  });

  test('waits when there is no room on it, and is told of the others what they are', async () => {
    expect(message(await schedule([named('two')], '9'))).toBe(
      "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]. " +
        'preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
    );
  });

  test('waits for a node that does not exist, until it comes', async () => {
    expect(message(await schedule([named('four')]))).toBe(
      "0/3 nodes are available: 3 node(s) didn't satisfy plugin(s) [NodeAffinity]. " +
        'preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
    );
    await cluster.client.create(NODES, node('four'));
    await cluster.settle();
    expect((await cluster.client.get<Pod>(PODS, key('pod'))).spec.nodeName).toBe('four');
  });

  test('waits when one term names two, which no node can be', async () => {
    const fields = [named('one'), named('two')].flatMap((term) => (term as { matchFields: object[] }).matchFields);
    expect(message(await schedule([{ matchFields: fields }]))).toBe(
      '0/3 nodes are available: pod affinity terms conflict. not found',
    );
  });

  test('does not find room by preemption when it is larger than the node', async () => {
    const used = {
      ...podSpec(),
      nodeName: 'two',
      containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '6' } } }],
    };
    await cluster.client.create(PODS, { metadata: key('used'), spec: used } as never);
    expect(message(await schedule([named('two')], '4'))).toContain('1 No preemption victims found for incoming pod');
  });
});
