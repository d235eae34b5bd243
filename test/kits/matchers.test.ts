import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningCluster, startCluster } from '../../server/index.ts';
import { type Client, connect } from '../../server/testing/client.ts';
import '../../server/testing/vitest.ts';

const MANIFESTS = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx}]}
---
apiVersion: v1
kind: Pod
metadata: {name: nowhere, namespace: kube-public}
spec:
  nodeSelector: {there-is: "none"}
  containers: [{name: a, image: nginx}]
---
apiVersion: batch/v1
kind: Job
metadata: {name: once}
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{name: a, image: busybox, command: ["true"]}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
`;

let cluster: RunningCluster;
let client: Client;
beforeAll(async () => {
  cluster = await startCluster({ nodes: 1 });
  client = connect(cluster.kubeconfig());
  await cluster.apply(MANIFESTS);
});
afterAll(async () => {
  client.close();
  await cluster.stop();
});

/** What a failed expectation says. */
async function saidBy(expectation: Promise<void>): Promise<string> {
  return expectation.then(
    () => 'it held',
    (error: unknown) => (error as Error).message,
  );
}

describe.each(['in the process', 'over HTTP'])('%s', (how) => {
  const subject = (): RunningCluster | Client => (how === 'over HTTP' ? client : cluster);
  const elsewhere = { namespace: 'kube-public' };

  test('what is so holds, after settling', async () => {
    await expect(subject()).toHaveReadyReplicas('deploy/web', 2);
    await expect(subject()).toBeReady('deployment/web');
    await expect(subject()).toBeReady('job/once');
    await expect(subject()).toBeReady('node/node01');
    await expect(subject()).toBeReady('namespace/default');
    await expect(subject()).toHaveObject('configmap/a');
    await expect(subject()).toHaveCondition('deployments.apps/web', 'Available', {
      reason: 'MinimumReplicasAvailable',
    });
    await expect(subject()).toHaveCondition('pod/nowhere', 'PodScheduled', { status: 'False', ...elsewhere });
    await expect(subject()).toHaveEvent({ reason: 'ScalingReplicaSet', about: 'deployment/web', type: 'Normal' });
    await expect(subject()).toHaveEvent({ about: 'pod/nowhere', message: /^0\/1 nodes are available/, ...elsewhere });
  });

  test('what is not so holds when it is negated', async () => {
    await expect(subject()).not.toHaveReadyReplicas('deployment/web', 3);
    await expect(subject()).not.toBeReady('pod/nowhere', elsewhere);
    await expect(subject()).not.toHaveObject('configmap/a', elsewhere);
    await expect(subject()).not.toHaveCondition('deployment/web', 'Progressing', { status: 'False' });
    await expect(subject()).not.toHaveEvent({ reason: 'FailedScheduling' });
  });

  test('a failure shows the status and the Events', async () => {
    const said = await saidBy(expect(subject()).toBeReady('pod/nowhere', elsewhere));
    expect(said).toContain('expected the cluster to have pod/nowhere ready\n');
    expect(said).toContain('Not ready: it has no condition Ready.');
    expect(said).toContain('"phase": "Pending"');
    expect(said).toMatch(/^ {2}Warning FailedScheduling pod\/nowhere: 0\/1 nodes are available/m);
  });

  test('a failure tells what there is instead', async () => {
    expect(await saidBy(expect(subject()).toHaveReadyReplicas('deployment/web', 3))).toMatch(
      /^expected the cluster to have 3 ready replicas of deployment\/web\n2 are ready\.\nIts status: \{/,
    );
    expect(await saidBy(expect(subject()).toHaveObject('deployment/wep'))).toBe(
      'expected the cluster to have deployment/wep\nThere is no such Deployment in namespace default; there are: web',
    );
    expect(await saidBy(expect(subject()).toHaveObject('job/once', elsewhere))).toContain(
      'There is no Job at all in namespace kube-public.',
    );
    expect(await saidBy(expect(subject()).toHaveEvent({ reason: 'Nothing', about: 'deployment/web' }))).toMatch(
      /^expected the cluster to have an Event Nothing about deployment\/web\n.*\n {2}Normal \w+ \w+\/\S+: /,
    );
    expect(await saidBy(expect(subject()).not.toHaveObject('configmap/a'))).toMatch(
      /^expected the cluster not to have configmap\/a\n/,
    );
  });

  test('what cannot be told is an error, also when it is negated', async () => {
    const unclear = 'nothing says whether a ConfigMap is ready';
    expect(await saidBy(expect(subject()).toBeReady('configmap/a'))).toContain(unclear);
    expect(await saidBy(expect(subject()).not.toBeReady('configmap/a'))).toContain(unclear);
    expect(await saidBy(expect(subject()).toBeReady('thing/a'))).toContain('serves no resource "thing"');
  });
});

test('only clusters can be expected of', async () => {
  expect(await saidBy(expect('cluster').toBeReady('pod/a'))).toContain('expect() has to be given a cluster');
});
