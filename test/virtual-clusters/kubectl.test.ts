import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ForkedCluster } from '../../server/index.ts';
import { openShop, type Shop } from '../support/kubectl.ts';

let shop: Shop;
let fork: ForkedCluster;
beforeAll(async () => {
  shop = await openShop();
  fork = await shop.cluster.fork({ name: 'ci-7' });
  await writeFile(shop.file('kubeconfig'), fork.kubeconfig());
});
afterAll(() => shop[Symbol.asyncDispose]());

test('kubectl works in a virtual cluster with its kubeconfig alone', async () => {
  expect(await shop.kubectl('config', 'current-context')).toBe('ci-7\n');
  expect(await shop.kubectl('create', 'deployment', 'web', '--image=nginx')).toBe('deployment.apps/web created\n');
  expect(await shop.kubectl('rollout', 'status', 'deployment/web', '--timeout=15s')).toContain(
    'successfully rolled out',
  );
  expect(await shop.kubectl('explain', 'deployment.spec.paused')).toContain('FIELD: paused <boolean>');
});

test('exec, logs and a forwarded port lead into its pods', async () => {
  expect(await shop.kubectl('exec', 'deployment/web', '--', 'hostname')).toMatch(/^web-/);
  expect(await shop.kubectl('logs', 'deployment/web')).toContain('start worker processes');
  const following = shop.follow('port-forward', '--address=127.0.0.1', 'deployment/web', ':80');
  try {
    const port = /127\.0\.0\.1:(\d+)/.exec(await following.next())?.[1];
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
  } finally {
    following.end();
  }
});

test('a pod finds the API server of its own cluster', async () => {
  await fork.apply(`
apiVersion: v1
kind: ConfigMap
metadata: {name: inside}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: view}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{kind: ServiceAccount, name: default, namespace: default}]
---
apiVersion: v1
kind: Pod
metadata: {name: client}
spec: {containers: [{name: c, image: 'curlimages/curl', command: [sleep, '3600']}]}
`);
  await fork.settle();
  const folder = '/var/run/secrets/kubernetes.io/serviceaccount';
  const url = 'https://kubernetes.default.svc/api/v1/namespaces/default/configmaps/inside';
  const command = `curl -s --cacert ${folder}/ca.crt -H "Authorization: Bearer $(cat ${folder}/token)" ${url}`;
  expect(JSON.parse(await shop.kubectl('exec', 'client', '--', 'sh', '-c', command))).toMatchObject({
    kind: 'ConfigMap',
    metadata: { name: 'inside' },
  });
});
