import { afterAll, beforeAll, expect, test } from 'vitest';
import { client, PodShells, policy } from './pod-shells.ts';

const FILES = '/var/run/secrets/kubernetes.io/serviceaccount';
let shells: PodShells;

beforeAll(async () => {
  shells = await PodShells.open([
    client('me'),
    client('caged', { labels: 'app: caged' }),
    policy('cage', 'podSelector: {matchLabels: {app: caged}}, policyTypes: [Egress]'),
  ]);
}, 60_000);
afterAll(() => shells.cluster.stop());

/** Asks as the pod's account. */
const ask = (path: string, options = ''): ReturnType<PodShells['run']> =>
  shells.run(
    'me',
    `curl -sS ${options} --cacert ${FILES}/ca.crt -H "Authorization: Bearer $(cat ${FILES}/token)" ${path}`,
  );

test.each([
  ['kubernetes.default.svc'],
  ['kubernetes'],
  ['kubernetes.default.svc.cluster.local'],
  ['$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT'],
])('pods find the API server as %s, with the certificate that their CA has signed', async (host) => {
  const { stdout, stderr } = await ask(`https://${host}/api`);
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
});

test('the endpoint of the service leads there too', async () => {
  const address = await shells.field('v1/endpoints', 'kubernetes', 'subsets.0.addresses.0.ip');
  const port = await shells.field('v1/endpoints', 'kubernetes', 'subsets.0.ports.0.port');
  expect(JSON.parse((await ask(`https://${address}:${port}/version`)).stdout)).toMatchObject({ major: '1' });
});

test('RBAC decides what the account of a pod may do', async () => {
  const pods = 'https://kubernetes/api/v1/namespaces/default/pods';
  const refused = JSON.parse((await ask(pods)).stdout) as { message: string };
  expect(refused.message).toBe(
    'pods is forbidden: User "system:serviceaccount:default:default" cannot list resource "pods" in API group "" ' +
      'in the namespace "default"',
  );
  await shells.apply(`{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding,
    metadata: {name: view, namespace: default}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole,
    name: view}, subjects: [{kind: ServiceAccount, name: default, namespace: default}]}`);
  expect(JSON.parse((await ask(pods)).stdout)).toMatchObject({ kind: 'PodList' });
});

test('who comes without credentials is anonymous', async () => {
  const { stdout } = await shells.run('me', 'curl -sSk https://kubernetes/api/v1/nodes');
  expect(JSON.parse(stdout)).toMatchObject({
    code: 403,
    message: expect.stringContaining('system:anonymous') as string,
  });
});

test('NetworkPolicies keep pods from it', async () => {
  const { stdout, stderr } = await shells.run('caged', 'curl -sSk -m 0.2 https://$KUBERNETES_SERVICE_HOST/version');
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^curl: \(28\) /);
});

test('other ports of its address stay closed', async () => {
  const { code, stderr } = await ask('https://127.0.0.1:1/');
  expect([code, stderr]).toEqual([7, expect.stringMatching(/^curl: \(7\) Failed to connect to 127.0.0.1 port 1 /)]);
});
