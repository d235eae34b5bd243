import type { IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:http2';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Asked, open, readKubeconfig } from '../support/ask.ts';
import { type Traffic, traffic } from './support.ts';

const AGNHOST = 'registry.k8s.io/e2e-test-images/agnhost:2.63.0';
function agnhost(name: string, args: string, more = ''): string {
  const container = `{name: c, image: "${AGNHOST}", args: [${args}]${more}}`;
  return `{apiVersion: v1, kind: Pod, metadata: {name: ${name}}, spec: {containers: [${container}]}}`;
}

let shop: Traffic;
beforeAll(async () => {
  const page = '{name: SERVE_PORT_80, value: "<a href=\\"/rewriteme\\">test</a>"}';
  shop = await traffic(
    agnhost('porter', 'porter', `, env: [${page}]`),
    agnhost('netexec', 'netexec'),
    agnhost('files', 'test-webserver'),
    `
apiVersion: v1
kind: Pod
metadata: {name: zipped}
spec:
  containers:
  - name: c
    image: busybox
    command: [sh, -c]
    args:
    - |
      echo '<a href="/x">x</a>' | gzip > /page
      printf 'HTTP/1.0 200 OK\\r\\nContent-Type: text/html\\r\\nContent-Encoding: gzip\\r\\n\\r\\n' > /answer
      cat /page >> /answer
      while true; do nc -l -p 80 < /answer > /dev/null; done
`,
  );
});
afterAll(() => shop[Symbol.asyncDispose]());

const PODS = '/api/v1/namespaces/default/pods';

interface Got {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

async function api(path: string, asked: Asked = {}): Promise<Got> {
  const credentials = readKubeconfig(shop.cluster.kubeconfig());
  const response = await open(`${shop.cluster.url}${PODS}/${path}`, { credentials, ...asked });
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return { status: response.statusCode, headers: response.headers, bytes: Buffer.concat(chunks) };
}

it('links of pages stay below the path of the proxy', async () => {
  const { bytes, headers } = await api('porter:80/proxy/');
  expect(bytes.toString()).toBe(`<a href="${PODS}/porter:80/proxy/rewriteme">test</a>`);
  expect(headers['content-length']).toBe(String(bytes.length));
});

it('so do those of pages that come packed', async () => {
  const { bytes, headers } = await api('zipped:80/proxy/');
  expect(headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(bytes).toString()).toBe(`<a href="${PODS}/zipped:80/proxy/x">x</a>\n`);
});

it('so do redirects', async () => {
  const location = async (to: string): Promise<unknown> =>
    (await api(`netexec:8080/proxy/redirect?location=${encodeURIComponent(to)}`)).headers.location;
  expect(await location('/hostname')).toBe(`${PODS}/netexec:8080/proxy/hostname`);
  expect(await location('https://example.com/')).toBe('https://example.com/');
});

it('pods are told where their pages are found, and by whom', async () => {
  const { bytes } = await api('netexec:8080/proxy/header', { headers: { 'x-forwarded-for': '192.0.2.1' } });
  expect(JSON.parse(bytes.toString())).toMatchObject({
    'X-Forwarded-For': ['192.0.2.1, 127.0.0.1'],
    'X-Forwarded-Uri': [`${PODS}/netexec:8080/proxy/header`],
  });
});

it('pods do not say who may read the API server', async () => {
  const { status, headers } = await api('files:80/proxy/etc/hostname');
  expect([status, headers['access-control-allow-origin']]).toEqual([200, undefined]);
});

it('a scheme is http or https, and https needs a pod that speaks it', async () => {
  const told = async (path: string): Promise<unknown> => {
    const { status, bytes } = await api(path);
    return [status, (JSON.parse(bytes.toString()) as { message: string }).message];
  };
  expect(await told('foo:porter:80/proxy/')).toEqual([400, 'invalid pod request "foo:porter:80"']);
  expect(await told('http::80/proxy/')).toEqual([400, 'invalid pod request "http::80"']);
  const failed = 'error trying to reach service:';
  expect(await told('https:porter:80/proxy/')).toEqual([
    503,
    `${failed} http: server gave HTTP response to HTTPS client`,
  ]);
  expect(await told('porter:99999/proxy/')).toEqual([503, `${failed} dial tcp: address 99999: invalid port`]);
  const podIP = await shop.field('v1/pods', 'default', 'porter', 'status.podIP');
  expect(await told('porter:9/proxy/')).toEqual([503, `${failed} dial tcp ${podIP}:9: connect: connection refused`]);
});

it('bodies may be larger than those of objects', async () => {
  const body = 'x'.repeat(4 * 1024 * 1024);
  expect((await api('porter:80/proxy/', { method: 'POST', body })).status).toBe(200);
});

it('HEAD is answered over HTTP/2', async () => {
  const { server, ca, cert, key } = readKubeconfig(shop.cluster.kubeconfig());
  const session = connect(server, { ca, cert, key });
  const stream = session.request({ ':method': 'HEAD', ':path': `${PODS}/porter:80/proxy/` });
  const status = await new Promise((resolve, reject) => {
    stream.once('response', (headers) => resolve(headers[':status'])).once('error', reject);
  });
  session.destroy();
  expect(status).toBe(200);
});
