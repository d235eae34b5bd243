import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask } from '../support/ask.ts';
import { pod, service } from '../traffic/support.ts';
import { backend, type Edge, echoed, edge, ingress, path, rule } from './support.ts';

let front: Edge;
beforeAll(async () => {
  front = await edge([
    pod('app', 'example/app', { http: 8080 }),
    service('app', 'app', 'ports: [{port: 80, targetPort: http}]'),
    service('empty', 'nobody', 'ports: [{port: 80}]'),
    // A server that refuses: nothing listens in an image whose own program only waits.
    pod('deaf', 'registry.k8s.io/pause', { http: 80 }),
    service('deaf', 'deaf', 'ports: [{port: 80, targetPort: http}]'),
    ingress(
      'shop',
      `rules: [${rule(
        'shop.example.com',
        path('/', backend('app')),
        path('/empty', backend('empty')),
        path('/gone', backend('no-such')),
        path('/deaf', backend('deaf')),
      )}]`,
    ),
  ]);
});
afterAll(() => front[Symbol.asyncDispose]());

const page = (title: string): string =>
  [
    '<html>',
    `<head><title>${title}</title></head>`,
    '<body>',
    `<center><h1>${title}</h1></center>`,
    '<hr><center>nginx</center>',
    '</body>',
    '</html>',
    '',
  ].join('\r\n');

test.each([
  ['http://other.example.com/', 404, '404 Not Found'],
  ['http://shop.example.com/empty', 503, '503 Service Temporarily Unavailable'],
  ['http://shop.example.com/gone', 503, '503 Service Temporarily Unavailable'],
  ['http://shop.example.com/deaf', 502, '502 Bad Gateway'],
])('%s is answered with the page of %i', async (url, status, title) => {
  expect(await front.get(url)).toMatchObject({ status, text: page(title) });
});

test('method, headers and body are passed on, with those that say who asked', async () => {
  const headers = { 'x-mine': 'yes', 'x-forwarded-for': '1.2.3.4', authorization: 'Bearer mine' };
  const asked = { method: 'POST', headers, body: 'hello' };
  const { request } = echoed(await front.get('http://shop.example.com/a', asked));
  const port = new URL(front.cluster.ingressUrl ?? '').port;
  expect(request).toMatchObject({
    method: 'POST',
    body: 'hello',
    headers: {
      host: 'shop.example.com',
      authorization: 'Bearer mine',
      'content-length': '5',
      'x-mine': 'yes',
      'x-real-ip': '127.0.0.1',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': 'shop.example.com',
      'x-forwarded-port': port,
      'x-forwarded-proto': 'http',
      'x-scheme': 'http',
    },
  });
  expect(request.headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
});

/** Sends bytes and returns everything that is answered until the connection ends. */
async function raw(...parts: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(front.cluster.ingressUrl ?? '');
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.setEncoding('latin1').on('data', (part: string) => {
    answer += part;
  });
  for (const part of parts) socket.write(part);
  await once(socket, 'close');
  return answer;
}

test('a body of unknown length arrives as one body, whatever the method', async () => {
  for (const method of ['POST', 'GET']) {
    const head = `${method} /x HTTP/1.1\r\nHost: shop.example.com\r\nConnection: close\r\n`;
    const smuggled = 'DELETE /y HTTP/1.1\r\nHost: shop.example.com\r\n\r\n';
    const chunk = `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`;
    const answer = await raw(`${head}Transfer-Encoding: chunked\r\n\r\n${chunk}`);
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200']);
    expect(JSON.parse(/\{.*\}/s.exec(answer)?.[0] ?? '')).toMatchObject({ request: { method, body: smuggled } });
  }
});

test('a whole URL in the request line says which host is meant', async () => {
  const head = 'Host: elsewhere.example.com\r\nConnection: close\r\n\r\n';
  expect(await raw(`GET http://shop.example.com/p?q HTTP/1.1\r\n${head}`)).toContain('"url": "/p?q"');
});

test('a client that goes away in the middle of its request does no harm', async () => {
  const { hostname, port } = new URL(front.cluster.ingressUrl ?? '');
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write('POST / HTTP/1.1\r\nHost: shop.example.com\r\nContent-Length: 9\r\n\r\nhalf');
  await once(socket, 'connect');
  socket.resetAndDestroy();
  await once(socket, 'close');
  expect((await front.get('http://shop.example.com/')).status).toBe(200);
});

test.each(['*', 'shop.example.com:443', '/%zz', '/%ff'])('no path is %s', async (target) => {
  expect(await raw(`OPTIONS ${target} HTTP/1.1\r\nHost: shop.example.com\r\nConnection: close\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 400 Bad Request\r\n/,
  );
});

test('CONNECT leads nowhere', async () => {
  expect(await raw('CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: shop.example.com\r\n\r\n')).toBe('');
});

test('a large body goes through bit by bit', async () => {
  const body = 'x'.repeat(5_000_000);
  const answered = await ask(`${front.cluster.ingressUrl}/`, {
    method: 'PUT',
    headers: { host: 'shop.example.com', 'content-md5': createHash('md5').update(body).digest('hex') },
    body,
  });
  expect(echoed(answered).request.headers['content-length']).toBe('5000000');
});
