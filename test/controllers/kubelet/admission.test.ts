import { expect, test } from 'vitest';
import type { Frozen } from '../../../server/base/freeze.ts';
import type { Pod } from '../../../server/kube/types.gen.ts';
import { PodStory } from '../../support/pod-story.ts';

const NODE = 'node01';

/** A pod that names its node itself: no scheduler is asked. */
const bound = (name: string, spec: string, metadata = ''): string =>
  `{apiVersion: v1, kind: Pod, metadata: {name: ${name}${metadata}}, ` +
  `spec: {nodeName: ${NODE}, restartPolicy: Never, ${spec}}}`;

const withPort = (port: string): string => `containers: [{name: c, image: shop, ports: [{${port}}]}]`;
const asking = (requests: string): string => `containers: [{name: c, image: shop, resources: {requests: ${requests}}}]`;

async function statusOf(story: PodStory, name: string): Promise<Frozen<Pod>['status']> {
  return (await story.client.get<Pod>('v1/pods', { namespace: 'default', name })).status;
}

test('a pod whose host port is taken on its node fails before it begins, and says so', async () => {
  await using story = await PodStory.begin();
  await story.apply(bound('first', withPort('containerPort: 80, hostPort: 8080')));
  await story.apply(bound('p', withPort('containerPort: 81, hostPort: 8080, hostIP: 127.0.0.1')));
  expect((await statusOf(story, 'first')).phase).toBe('Running');
  const { startTime, ...status } = await statusOf(story, 'p');
  expect(startTime).toBeDefined();
  const what = "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports";
  expect(status).toEqual({
    phase: 'Failed',
    qosClass: 'BestEffort',
    reason: 'NodePorts',
    message: `Pod was rejected: ${what}`,
  });
  expect(await story.events()).toContain(`Warning NodePorts pod: ${what}`);
  await story.delete();
  await story.client.delete('v1/pods', { namespace: 'default', name: 'first' }, { gracePeriodSeconds: 0 });
  await story.apply(bound('p', withPort('containerPort: 81, hostPort: 8080')));
  expect((await statusOf(story, 'p')).phase).toBe('Running');
});

test('a pod that is over leaves its ports and resources to others', async () => {
  await using story = await PodStory.begin();
  await story.apply(
    bound(
      'done',
      `${withPort('containerPort: 80, hostPort: 8080')}`,
      ', annotations: {fauxkube.dev/behaviour: "exit"}',
    ),
  );
  expect((await statusOf(story, 'done')).phase).toBe('Succeeded');
  await story.apply(bound('p', withPort('containerPort: 80, hostPort: 8080')));
  expect((await statusOf(story, 'p')).phase).toBe('Running');
});

test('a pod that is larger than what is left of its node is out of it, in the numbers of the kubelet', async () => {
  await using story = await PodStory.begin();
  const { status } = await story.client.get<{ metadata: object; status: { allocatable: Record<string, string> } }>(
    'v1/nodes',
    { namespace: '', name: NODE },
  );
  const cpu = Number(status.allocatable.cpu) * 1000;
  await story.apply(bound('first', asking('{cpu: 1500m}')));
  await story.apply(bound('p', asking(`{cpu: ${cpu - 1000}m}`)));
  expect(await statusOf(story, 'p')).toMatchObject({
    reason: 'OutOfcpu',
    message:
      "Pod was rejected: Node didn't have enough resource: cpu, " +
      `requested: ${cpu - 1000}, used: 1500, capacity: ${cpu}`,
  });
  // Nobody knows whether a resource that the node does not name is the cluster's.
  await story.apply(
    bound('other', asking('{example.com/thing: 1}').replace('}}}', '}, limits: {example.com/thing: 1}}}')),
  );
  expect((await statusOf(story, 'other')).phase).toBe('Running');
});

test.each([
  [
    'NodeAffinity',
    "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
    'nodeSelector: {a: b}',
  ],
  ['PodOSNotSupported', "Failed to admit pod as the OS field doesn't match node OS", 'os: {name: windows}'],
])('a node takes no pod that does not belong there: %s', async (reason, message, spec) => {
  await using story = await PodStory.begin();
  await story.apply(bound('p', `${spec}, containers: [{name: c, image: shop}]`));
  expect(await statusOf(story, 'p')).toMatchObject({
    phase: 'Failed',
    reason,
    message: `Pod was rejected: ${message}`,
  });
});
