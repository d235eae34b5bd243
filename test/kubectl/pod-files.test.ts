import { afterAll, beforeAll, expect, it } from 'vitest';
import { openShop, type Shop } from '../support/kubectl.ts';

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const MANIFEST = `
apiVersion: v1
kind: ConfigMap
metadata: {name: conf}
data: {app.conf: "x=1\\n", LEVEL: debug}
---
apiVersion: v1
kind: Service
metadata: {name: db}
spec: {ports: [{port: 5432}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  containers:
    - name: main
      image: busybox
      command: [sleep, infinity]
      envFrom: [{configMapRef: {name: conf}}]
      env:
        - {name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
        - {name: WHERE, value: "$(POD) at $(DB_PORT)"}
      volumeMounts: [{name: conf, mountPath: /etc/conf}]
  volumes: [{name: conf, configMap: {name: conf}}]
`;

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await shop.run(['apply', '-f', '-'], { input: MANIFEST });
  await shop.kubectl('wait', '--for=condition=Ready', 'pod/web');
});
afterAll(() => shop[Symbol.asyncDispose]());

const exec = (...command: readonly string[]): Promise<string> => shop.kubectl('exec', 'web', '--', ...command);

it('finds the variables of the container', async () => {
  const address = await shop.kubectl('get', 'service', 'db', '-ojsonpath={.spec.clusterIP}');
  const lines = (await exec('env')).split('\n');
  for (const line of ['LEVEL=debug', 'POD=web', `WHERE=web at tcp://${address}:5432`, 'HOSTNAME=web'])
    expect(lines).toContain(line);
});

it('finds its own address', async () => {
  const address = await shop.kubectl('get', 'pod', 'web', '-ojsonpath={.status.podIP}');
  expect(await exec('tail', '-1', '/etc/hosts')).toBe(`${address}\tweb\n`);
});

it('finds files, and their changes', async () => {
  expect(await exec('cat', '/etc/conf/app.conf')).toBe('x=1\n');
  await shop.kubectl('patch', 'configmap', 'conf', '-p', '{"data":{"app.conf":"x=2\\n"}}');
  expect(await exec('cat', '/etc/conf/app.conf')).toBe('x=2\n');
});

it('finds a token that the server takes, for the account of the pod', async () => {
  const token = await exec('cat', `${ACCOUNT}/token`);
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', metadata: {}, spec: { token } };
  const args = ['create', '-f', '-', '-ojsonpath={.status.user.username} {.status.user.extra}'];
  const { stdout } = await shop.run(args, { input: JSON.stringify(review) });
  expect(stdout).toMatch(/^system:serviceaccount:default:default .*"authentication.kubernetes.io\/pod-name":\["web"\]/);
  expect(await exec('ls', ACCOUNT)).toBe('ca.crt\nnamespace\ntoken\n');
  expect(await exec('cat', `${ACCOUNT}/namespace`)).toBe('default');
});
