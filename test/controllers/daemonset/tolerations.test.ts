import { expect, test } from 'vitest';
import { daemonTolerations } from '../../../controllers/daemonset/placement.ts';
import type { PodSpec, Toleration } from '../../../server/kube/types.gen.ts';
import { DAEMON_SETS, daemonCluster, daemonSet } from '../../support/daemon-sets.ts';
import { podSpec } from '../../support/workloads.ts';

const shown = ({ key = '', operator = '', effect = '', tolerationSeconds }: Toleration): string =>
  `${key.replace('node.kubernetes.io/', '')} ${operator} ${effect}${tolerationSeconds ? ` ${tolerationSeconds}` : ''}`;

const tolerations = (spec: Partial<PodSpec>): string[] =>
  daemonTolerations({ ...podSpec(), ...spec } as PodSpec).map((each) => shown(each as Toleration));

const ALWAYS = [
  'not-ready Exists NoExecute',
  'unreachable Exists NoExecute',
  'disk-pressure Exists NoSchedule',
  'memory-pressure Exists NoSchedule',
  'pid-pressure Exists NoSchedule',
  'unschedulable Exists NoSchedule',
];

test('daemon pods tolerate what befalls nodes', () => {
  expect(tolerations({})).toEqual(ALWAYS);
});

test('those of the host network tolerate that there is no other', () => {
  expect(tolerations({ hostNetwork: true })).toEqual([...ALWAYS, 'network-unavailable Exists NoSchedule']);
});

test('tolerations of the template come first, and are not repeated', () => {
  const own = { key: 'mine', operator: 'Exists' };
  const known = { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' };
  const others = ALWAYS.filter((each) => !each.startsWith('pid-'));
  expect(tolerations({ tolerations: [known, own] })).toEqual([shown(known), shown(own), ...others]);
});

test('a toleration for a time becomes one for ever, in its place', () => {
  const brief = { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 };
  expect(tolerations({ tolerations: [brief] })).toEqual(ALWAYS);
});

test('pods come to nodes that are not ready, cordoned or short of something', async () => {
  const cluster = await daemonCluster(['one']);
  try {
    const keys = ['disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable'];
    await cluster.taint('one', [
      ...keys.map((key) => ({ key: `node.kubernetes.io/${key}`, effect: 'NoSchedule' })),
      { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' },
    ]);
    await cluster.client.create(DAEMON_SETS, daemonSet('web'));
    await cluster.settle();
    expect(await cluster.placed()).toEqual(['one nginx:1']);
  } finally {
    await cluster.stop();
  }
});
