import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPki, type KeyAndCertificate } from '../../server/auth/certificates.ts';
import { systemClock } from '../../server/base/clock.ts';
import { systemRandom } from '../../server/base/random.ts';
import { ask, readKubeconfig } from '../support/ask.ts';
import { client, PodShells, server, service } from './pod-shells.ts';

const pki = createPki({ clock: systemClock(), random: systemRandom() });
const AGNHOST = 'registry.k8s.io/e2e-test-images/agnhost:2.53';
let shells: PodShells;

function secret(name: string, { cert, key }: KeyAndCertificate): string {
  const stringData = JSON.stringify({ 'tls.crt': cert, 'tls.key': key, 'ca.crt': pki.ca.cert });
  return `{apiVersion: v1, kind: Secret, metadata: {name: ${name}}, stringData: ${stringData}}`;
}

/** A pod that serves HTTPS at port 443 and has what is needed to check it. */
function secretServer(name: string, secretName: string, more = ''): string {
  const files = '--tls-cert-file=/tls/tls.crt, --tls-private-key-file=/tls/tls.key';
  return `{apiVersion: v1, kind: Pod, metadata: {name: ${name}, labels: {app: ${name}}}, spec: {
    volumes: [{name: tls, secret: {secretName: ${secretName}}}],
    containers: [{name: c, image: "${AGNHOST}", volumeMounts: [{name: tls, mountPath: /tls}],
      args: [netexec, --http-port=443, ${files}]${more}}]}}`;
}

beforeAll(async () => {
  const serving = pki.servingCertificate(['web.default.svc']);
  shells = await PodShells.open([
    secret('web', serving),
    service('web', 'web', 'ports: [{port: 443}]'),
    secretServer('web', 'web', ', readinessProbe: {httpGet: {port: 443, scheme: HTTPS, path: /healthz}}'),
    server('plain', { spec: '' }),
    secretServer('bad', 'web').replace('/tls/tls.key', '/no.key'),
    `{apiVersion: v1, kind: Pod, metadata: {name: hasty}, spec: {containers: [{name: c, image: "${AGNHOST}",
      args: [netexec], readinessProbe: {httpGet: {port: 8080, scheme: HTTPS}}}]}}`,
    client('me', { spec: 'volumes: [{name: tls, secret: {secretName: web}}]' }).replace(
      'command:',
      'volumeMounts: [{name: tls, mountPath: /tls}], command:',
    ),
  ]);
}, 60_000);
afterAll(() => shells.cluster.stop());

const curl = (options: string): ReturnType<PodShells['run']> => shells.run('me', `curl -sS ${options}`);

test('a program serves HTTPS with a certificate and key from files', async () => {
  expect(await curl('--cacert /tls/ca.crt https://web.default.svc/hostname')).toMatchObject({ stdout: 'web', code: 0 });
  expect(await curl('-k https://web/hostname')).toMatchObject({ stdout: 'web', code: 0 });
});

test('curl trusts nobody unless it is told to, and wants the right name', async () => {
  const untrusted = await curl('https://web.default.svc/');
  expect(untrusted.code).toBe(60);
  expect(untrusted.stderr).toMatch(/^curl: \(60\) SSL certificate problem: unable to get local issuer certificate\n/);
  const misnamed = await curl('--cacert /tls/ca.crt https://web/');
  expect(misnamed.code).toBe(60);
  expect(misnamed.stderr).toMatch(/no alternative certificate subject name matches target host name 'web'/);
  expect(await curl('--cacert /no.crt https://web/')).toMatchObject({
    code: 77,
    stderr: 'curl: (77) error setting certificate verify locations:  CAfile: /no.crt CApath: none\n',
  });
});

test('whoever trusts an authority in a file of the container need not tell it', async () => {
  const trusting = 'SSL_CERT_FILE=/tls/ca.crt curl -s https://web.default.svc/hostname';
  expect(await shells.run('me', trusting)).toMatchObject({ stdout: 'web', code: 0 });
});

test('wget of busybox looks at no certificate, and says so', async () => {
  const note = 'wget: note: TLS certificate validation not implemented\n';
  expect(await shells.run('me', 'wget -qO- https://web/hostname')).toMatchObject({ stdout: 'web', stderr: note });
  const quiet = await shells.run('me', 'wget -qO- --no-check-certificate https://web/hostname');
  expect(quiet).toMatchObject({ stdout: 'web', stderr: '', code: 0 });
});

test('HTTP at a port of TLS and TLS at one of HTTP are told apart', async () => {
  expect((await curl('http://web:443/')).stdout).toBe('Client sent an HTTP request to an HTTPS server.\n');
  const plain = await curl(`-k https://${await shells.podIP('plain')}:8080/`);
  expect(plain).toMatchObject({ code: 35, stdout: '' });
  expect(plain.stderr).toMatch(/wrong version number\n$/);
});

test('probes of scheme HTTPS want TLS, whoever signed', async () => {
  expect(await shells.field('v1/pods', 'web', 'status.containerStatuses.0.ready')).toBe('true');
  expect(await shells.field('v1/pods', 'hasty', 'status.containerStatuses.0.ready')).toBe('false');
  const { items } = await shells.cluster.transport().list({ resource: 'v1/events', namespace: 'default' });
  expect(JSON.stringify(items)).toMatch(
    /Readiness probe failed: Get \\"https:\/\/[\d.]+:8080\/\\": http: server gave HTTP response to HTTPS client/,
  );
});

test('the proxy of the API speaks TLS where it is told to', async () => {
  const credentials = readKubeconfig(shells.cluster.kubeconfig());
  const page = async (name: string): Promise<[number, string]> => {
    const url = `${shells.cluster.url}/api/v1/namespaces/default/${name}/proxy/hostname`;
    const { status, text } = await ask(url, { credentials });
    return [status, text];
  };
  expect(await page('pods/https:web:443')).toEqual([200, 'web']);
  expect(await page('services/https:web:443')).toEqual([200, 'web']);
  expect((await page('pods/https:plain:8080'))[0]).toBe(503);
  const [status, text] = await page('pods/ftp:web:443');
  expect([status, JSON.parse(text)]).toMatchObject([400, { message: 'invalid pod request "ftp:web:443"' }]);
});

test('a server without its key says why it ends', async () => {
  expect(await shells.field('v1/pods', 'bad', 'status.containerStatuses.0.lastState.terminated.exitCode')).toBe('1');
});

test('nginx speaks TLS where its configuration says so, with the certificate of the host that is asked', async () => {
  const other = pki.servingCertificate(['other.test']);
  await shells.apply(
    secret('other', other),
    `
apiVersion: v1
kind: ConfigMap
metadata: {name: site}
data:
  default.conf: |
    ssl_certificate /tls/tls.crt;
    ssl_certificate_key /tls/tls.key;
    server { listen 443 ssl default_server; location / { return 200 "$scheme of web"; }
      location /old { return 301 /new; } }
    server { listen 443 ssl; server_name other.test; ssl_certificate /other/tls.crt;
      ssl_certificate_key /other/tls.key; location / { proxy_pass https://web.default.svc/hostname; } }
`,
    `
apiVersion: v1
kind: Pod
metadata: {name: nginx}
spec:
  volumes: [{name: site, configMap: {name: site}}, {name: tls, secret: {secretName: web}},
    {name: other, secret: {secretName: other}}]
  containers: [{name: c, image: nginx, volumeMounts: [{name: site, mountPath: /etc/nginx/conf.d},
    {name: tls, mountPath: /tls}, {name: other, mountPath: /other}]}]
`,
  );
  const address = await shells.podIP('nginx');
  const at = (host: string): string => `--cacert /tls/ca.crt --resolve ${host}:443:${address} https://${host}`;
  expect(await curl(`${at('web.default.svc')}/`)).toMatchObject({ stdout: 'https of web', stderr: '' });
  expect(await curl(`${at('other.test')}/`)).toMatchObject({ stdout: 'web', stderr: '' });
  expect((await curl(`-i ${at('web.default.svc')}/old`)).stdout).toContain('location: https://web.default.svc/new\r\n');
  expect((await curl(`http://${address}:443/`)).stdout).toContain('The plain HTTP request was sent to HTTPS port');
});

test('servers see the address of the pod that asks', async () => {
  expect((await curl('-k https://web/clientip')).stdout).toMatch(`${await shells.podIP('me')}:`);
});
