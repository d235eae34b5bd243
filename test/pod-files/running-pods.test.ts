import { expect, test } from 'vitest';
import { PodStory } from '../support/pod-story.ts';

const CLASS =
  '{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: std}, provisioner: storage.fauxkube.dev}';
const CLAIM =
  '{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}, spec: {storageClassName: std, ' +
  'accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}';

const script = (text: string, more = '', pod = ''): string =>
  `{restartPolicy: Never, ${pod} containers: [{name: c, image: busybox, command: [sh, -c, '${text}'], ${more}}]`;
const claiming = (text: string): string =>
  `${script(text, 'volumeMounts: [{name: v, mountPath: /v}]', 'nodeName: node01,')}, ` +
  'volumes: [{name: v, persistentVolumeClaim: {claimName: data}}]}';

test('a pod that no scheduler placed waits for its claim, and pods after it find what it wrote', async () => {
  await using story = await PodStory.begin();
  await story.create(claiming('echo kept > /v/f'));
  expect(await story.shown()).toBe('0/1 ContainerCreating');
  const words = 'Warning FailedMount pod: Unable to attach or mount volumes: unmounted volumes=[v], ';
  const why = 'failed to fetch PVC from API server: persistentvolumeclaims "data" not found';
  expect(await story.events()).toEqual([
    `${words}unattached volumes=[], failed to process volumes=[v]: error processing PVC default/data: ${why}`,
  ]);
  await story.apply(CLASS);
  await story.apply(CLAIM);
  expect((await story.pod()).status.phase).toBe('Succeeded');
  await story.delete(0);
  await story.create(claiming('cat /v/f'));
  expect(await story.log()).toBe('kept\n');
});

test('with the volume goes what was in it', async () => {
  await using story = await PodStory.begin();
  await story.apply(CLASS);
  for (const expected of ['', '']) {
    await story.apply(CLAIM);
    await story.create(claiming('ls /v; touch /v/left'));
    expect(await story.log()).toBe(expected);
    await story.delete(0);
    await story.client.delete('v1/persistentvolumeclaims', { namespace: 'default', name: 'data' });
    await story.cluster.settle();
    expect(await story.client.list('v1/persistentvolumes')).toEqual([]);
  }
});

test('a recycled volume is empty', async () => {
  await using story = await PodStory.begin();
  const volume =
    '{apiVersion: v1, kind: PersistentVolume, metadata: {name: pv}, spec: {storageClassName: "", nfs: {server: s, ' +
    'path: /}, accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}, persistentVolumeReclaimPolicy: Recycle}}';
  await story.apply(volume);
  for (const run of [1, 2]) {
    await story.apply(CLAIM.replace('storageClassName: std', 'storageClassName: ""'));
    await story.create(claiming('ls /v; touch /v/left'));
    expect(await story.log(), `run ${run}`).toBe('');
    expect((await story.pod()).status.phase).toBe('Succeeded');
    await story.delete(0);
    await story.client.delete('v1/persistentvolumeclaims', { namespace: 'default', name: 'data' });
    await story.cluster.settle();
  }
});

test('commands and arguments name variables, in the words of the container', async () => {
  await using story = await PodStory.begin();
  const env = 'env: [{name: API, value: "$(KUBERNETES_SERVICE_HOST)"}, {name: PRINT, value: echo}]';
  const words = 'command: [$(PRINT), api], args: [$(API), $$(API), $(NOBODY)]';
  await story.create(`{restartPolicy: Never, containers: [{name: c, image: busybox, ${words}, ${env}}]}`);
  expect(await story.log()).toBe('api 10.96.0.1 $(API) $(NOBODY)\n');
});

test('a container keeps the variables that it has begun with', async () => {
  await using story = await PodStory.begin();
  const map = (value: string): string =>
    `{apiVersion: v1, kind: ConfigMap, metadata: {name: m}, data: {KEY: ${value}}}`;
  await story.apply(map('old'));
  const more = 'envFrom: [{configMapRef: {name: m}}], volumeMounts: [{name: v, mountPath: /v}]';
  const text = 'sleep 10; cat /v/KEY; echo " $KEY"';
  await story.create(`${script(text, more)}, volumes: [{name: v, configMap: {name: m}}]}`);
  await story.apply(map('new'));
  await story.live(10);
  expect(await story.log()).toBe('new old\n');
});

test('an init container leaves files, and variables, to those after it', async () => {
  await using story = await PodStory.begin();
  const mount = 'volumeMounts: [{name: v, mountPath: /v}]';
  const writing = `command: [sh, -c, "echo A=\\\\'one\\\\' > /v/env"]`;
  const init = `initContainers: [{name: i, image: busybox, ${writing}, ${mount}}],`;
  const env = 'env: [{name: A, valueFrom: {fileKeyRef: {volumeName: v, path: env, key: A}}}]';
  await story.create(`${script('echo $A; cat /v/env', `${env}, ${mount}`, init)}, volumes: [{name: v, emptyDir: {}}]}`);
  expect(await story.log()).toBe("one\nA='one'\n");
});

test('a container whose part of a volume has no name cannot be made', async () => {
  await using story = await PodStory.begin();
  const more = 'volumeMounts: [{name: v, mountPath: /v, subPathExpr: $(NOPE)}]';
  await story.create(`${script('true', more)}, volumes: [{name: v, emptyDir: {}}]}`);
  expect(await story.shown()).toBe('0/1 CreateContainerConfigError');
  expect((await story.container()).state.waiting?.message).toBe('missing value for NOPE');
  expect(await story.events()).toContain('Warning Failed spec.containers{c}: Error: missing value for NOPE');
});

test('a pod whose whole name is too long has no sandbox', async () => {
  await using story = await PodStory.begin();
  const names = `setHostnameAsFQDN: true, subdomain: ${'s'.repeat(40)}`;
  await story.create(`{${names}, containers: [{name: c, image: busybox, command: [sleep, infinity]}]}`);
  expect(await story.shown()).toBe('0/1 ContainerCreating');
  const name = `p.${'s'.repeat(40)}.default.svc.cluster.local`;
  expect(await story.events()).toEqual([
    'Warning FailedCreatePodSandBox pod: Failed to create pod sandbox: failed to construct FQDN from pod hostname ' +
      `and cluster domain, FQDN ${name} is too long (64 characters is the max, ${name.length} characters requested)`,
  ]);
});
