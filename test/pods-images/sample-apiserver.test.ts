import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createPki } from '../../server/auth/certificates.ts';
import { systemClock } from '../../server/base/clock.ts';
import { systemRandom } from '../../server/base/random.ts';
import type { RunningCluster } from '../../server/index.ts';
import type { KubeObject } from '../../server/kube/object.ts';
import { client, PodShells } from '../pods-network/pod-shells.ts';
import { type Answered, ask, readKubeconfig } from '../support/ask.ts';

const pki = createPki({ clock: systemClock(), random: systemRandom() });
const FLUNDERS = '/apis/wardle.example.com/v1alpha1/namespaces/default/flunders';
let shells: PodShells;
let cluster: RunningCluster;

function manifests(): string {
  const { cert, key } = pki.servingCertificate(['sample-api.default.svc']);
  const stringData = JSON.stringify({ 'tls.crt': cert, 'tls.key': key });
  const account = 'subjects: [{kind: ServiceAccount, name: default, namespace: default}]';
  const role = (kind: string, name: string): string =>
    `roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ${kind}, name: ${name}}`;
  const service = 'service: {namespace: default, name: sample-api, port: 7443}';
  const caBundle = Buffer.from(pki.ca.cert).toString('base64');
  const apiService = (version: string): string => `
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: ${version}.wardle.example.com}
spec: {group: wardle.example.com, version: ${version}, groupPriorityMinimum: 2000, versionPriority: 200, ${service},
  caBundle: ${caBundle}}
`;
  return `
{apiVersion: v1, kind: Secret, metadata: {name: certs}, stringData: ${stringData}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: delegator}
${role('ClusterRole', 'system:auth-delegator')}
${account}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: namespaces}
${role('ClusterRole', 'view')}
${account}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: authentication, namespace: kube-system}
${role('Role', 'extension-apiserver-authentication-reader')}
${account}
---
{apiVersion: v1, kind: Service, metadata: {name: sample-api},
  spec: {selector: {app: sample}, ports: [{port: 7443, targetPort: 443}]}}
---
apiVersion: v1
kind: Pod
metadata: {name: sample, labels: {app: sample}}
spec:
  volumes: [{name: certs, secret: {secretName: certs}}]
  containers:
  - name: sample-apiserver
    image: registry.k8s.io/e2e-test-images/sample-apiserver:1.29.2
    args: ['--etcd-servers=http://127.0.0.1:2379', --tls-cert-file=/certs/tls.crt,
      --tls-private-key-file=/certs/tls.key, --audit-log-path=-]
    volumeMounts: [{name: certs, mountPath: /certs}]
    readinessProbe: {httpGet: {scheme: HTTPS, port: 443, path: /readyz}, periodSeconds: 1}
  - name: etcd
    image: registry.k8s.io/etcd:3.7.0-0
    command: [/usr/local/bin/etcd, --listen-client-urls, 'http://127.0.0.1:2379']
---${apiService('v1alpha1')}---${apiService('v1beta1')}`;
}

const flunder = (name: string, spec: object = {}, version = 'v1alpha1'): object => ({
  apiVersion: `wardle.example.com/${version}`,
  kind: 'Flunder',
  metadata: { name },
  spec,
});

function request(path: string, method = 'GET', body?: object): Promise<Answered> {
  const credentials = readKubeconfig(cluster.kubeconfig());
  const sent = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  return ask(cluster.url + path, { credentials, method, ...sent });
}

async function json(path: string, method?: string, body?: object): Promise<unknown> {
  return JSON.parse((await request(path, method, body)).text);
}

/** As its condition says. */
async function availability(version: string): Promise<string> {
  const key = { namespace: '', name: `${version}.wardle.example.com` };
  const resource = 'apiregistration.k8s.io/v1/apiservices';
  const object = (await cluster.transport().send({ verb: 'get', resource, key })) as KubeObject & {
    status?: { conditions?: { type: string; status: string; message: string }[] };
  };
  return object.status?.conditions?.find(({ type }) => type === 'Available')?.message ?? '';
}

beforeAll(async () => {
  shells = await PodShells.open([manifests(), client('me')]);
  ({ cluster } = shells);
  for (const version of ['v1alpha1', 'v1beta1'])
    await vi.waitFor(async () => expect(await availability(version)).toBe('all checks passed'), { timeout: 20_000 });
}, 60_000);
afterAll(() => cluster.stop());

test('a pod extends the cluster by an API group', async () => {
  expect(await json(FLUNDERS, 'POST', flunder('a', { reference: 'b' }))).toMatchObject({
    spec: { reference: 'b', referenceType: 'Flunder' },
    status: {},
  });
  expect(await json(FLUNDERS)).toMatchObject({ kind: 'FlunderList', items: [{ metadata: { name: 'a' } }] });
  expect(await json('/apis/wardle.example.com/v1beta1/namespaces/default/flunders/a')).toMatchObject({
    spec: { flunderReference: 'b', referenceType: 'Flunder' },
  });
  expect(await json(`${FLUNDERS}/a`, 'DELETE')).toMatchObject({ status: 'Success' });
  expect(await json(FLUNDERS)).toMatchObject({ items: [] });
});

test('discovery and OpenAPI tell of it', async () => {
  expect(await json('/apis/wardle.example.com/v1alpha1')).toMatchObject({
    resources: [{ name: 'fischers' }, { name: 'flunders', namespaced: true }],
  });
  expect((await request('/openapi/v3/apis/wardle.example.com/v1alpha1')).text).toContain('DisallowedFlunders holds');
});

test('it serves nothing else', async () => {
  const { status, text } = await request('/apis/wardle.example.com/v1alpha1/namespaces/default/pods');
  expect([status, text]).toEqual([404, '404 page not found\n']);
});

test('it refuses what its kinds do not allow', async () => {
  expect(await json(FLUNDERS, 'POST', flunder('x', { referenceType: 'Fischer' }))).toMatchObject({
    code: 422,
    message:
      'Flunder.wardle.example.com "x" is invalid: spec.fischerReference: Invalid value: "": ' +
      'cannot be empty if referenceType is Fischer',
  });
  const fischer = { apiVersion: 'wardle.example.com/v1alpha1', kind: 'Fischer', metadata: { name: 'f' } };
  await json('/apis/wardle.example.com/v1alpha1/fischers', 'POST', { ...fischer, disallowedFlunders: ['banned'] });
  expect(await json(FLUNDERS, 'POST', flunder('banned'))).toMatchObject({
    code: 403,
    message:
      'flunders.wardle.example.com "banned" is forbidden: this name may not be used, please change the resource name',
  });
  expect(await json(FLUNDERS.replace('default', 'nowhere'), 'POST', flunder('y'))).toMatchObject({
    code: 404,
    message: 'namespaces "nowhere" not found',
  });
});

test('whom nobody has authenticated before, the cluster is asked about', async () => {
  const token = '$(cat /var/run/secrets/kubernetes.io/serviceaccount/token)';
  const curl = (options: string): Promise<string> =>
    shells.run('me', `curl -sSk ${options} https://sample-api:7443${FLUNDERS}`).then(({ stdout }) => stdout);
  const refusal = (user: string): object => ({
    code: 403,
    message:
      `flunders.wardle.example.com is forbidden: User "${user}" cannot list resource "flunders" in API group ` +
      '"wardle.example.com" in the namespace "default"',
  });
  expect(JSON.parse(await curl(''))).toMatchObject(refusal('system:anonymous'));
  const asAccount = `-H "Authorization: Bearer ${token}"`;
  expect(JSON.parse(await curl(asAccount))).toMatchObject(refusal('system:serviceaccount:default:default'));
  await shells.apply(`
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: all}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: ServiceAccount, name: default, namespace: default}]
`);
  expect(JSON.parse(await curl(asAccount))).toMatchObject({ kind: 'FlunderList' });
  expect(JSON.parse(await curl('-H "Authorization: Bearer nonsense"'))).toMatchObject({ code: 401 });
});
