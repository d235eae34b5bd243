import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openShop, type Shop } from '../../support/kubectl.ts';

/** As kwok's own pod-ready, shortened. */
const STAGE = `
apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata: {name: pod-ready}
spec:
  resourceRef: {apiGroup: v1, kind: Pod}
  selector: {matchExpressions: [{key: .status.phase, operator: In, values: [Pending]}]}
  next:
    statusTemplate: |
      {{ $now := Now }}
      phase: Running
      startTime: {{ $now | Quote }}
      podIP: {{ PodIPWith .spec.nodeName false ( or .metadata.uid "" ) | Quote }}
      conditions:
      - {type: Ready, status: "True", lastTransitionTime: {{ $now | Quote }}}
      containerStatuses:
      {{ range .spec.containers }}
      - name: {{ .name | Quote }}
        image: {{ .image | Quote }}
        imageID: ""
        ready: true
        restartCount: 0
        state: {running: {startedAt: {{ $now | Quote }}}}
      {{ end }}
`;

const OBJECTS = `apiVersion: kwok.x-k8s.io/v1alpha1
kind: ClusterLogs
metadata: {name: all}
spec: {logs: [{containers: [files], logsFile: /log/app}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: log}
data: {app: "2026-01-02T03:04:05Z stdout F from a file\\n"}
---
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  volumes: [{name: log, configMap: {name: log}}]
  containers:
  - {name: c, image: busybox, command: [sh, -c, exit 1]}
  - {name: files, image: busybox, volumeMounts: [{name: log, mountPath: /log}]}
`;

describe('containers of pods that Stages describe', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop({ fixtures: ['fixtures/kwok/stages.yaml', 'fixtures/kwok/behaviours.yaml'] });
    await shop.apply(STAGE);
    await shop.cluster.settle();
    await shop.apply(OBJECTS);
    await shop.kubectl('wait', '--for=condition=Ready', 'pod/p');
  });
  afterAll(() => shop[Symbol.asyncDispose]());

  it('take commands, and keep running whatever their own command does', async () => {
    expect(await shop.kubectl('exec', 'p', '-c', 'c', '--', 'hostname')).toBe('p\n');
    expect(await shop.kubectl('get', 'pod', 'p', '-ojsonpath={.status.containerStatuses[0].restartCount}')).toBe('0');
  });

  it('have the logs that objects of kwok and /-/pods say', async () => {
    expect(await shop.kubectl('logs', 'p', '-c', 'files')).toBe('from a file\n');
    shop.cluster.scripts.log({ name: 'p', container: 'c' }, 'told');
    expect(await shop.kubectl('logs', 'p', '-c', 'c')).toBe('told\n');
  });

  it('end when their Stages say so, and not before', async () => {
    expect(() => shop.cluster.scripts.exit({ name: 'p', container: 'c' }, 1)).toThrow(
      'Stages say how its containers are',
    );
    const state = { running: null, terminated: { exitCode: 0 } };
    const patch = JSON.stringify({ status: { containerStatuses: [{ name: 'c', state }] } });
    await shop.kubectl('patch', 'pod', 'p', '--subresource=status', '-p', patch);
    expect((await shop.fails('exec', 'p', '-c', 'c', '--', 'true')).stderr).toContain('container not found ("c")');
  });
});
