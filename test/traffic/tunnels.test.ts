import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pod, service, type Traffic, traffic } from './support.ts';

let shop: Traffic;
beforeAll(async () => {
  shop = await traffic(
    pod('web', 'nginx', { http: 80 }),
    service('my-service', 'web', 'ports: [{port: 80}]'),
    pod('app', 'example/app', { http: 80 }),
    service('app', 'app', 'ports: [{port: 80}]'),
  );
});
afterAll(() => shop[Symbol.asyncDispose]());

/** Sends bytes to the proxy and returns everything that it answers until it ends the connection. */
async function raw(text: string): Promise<string> {
  const { hostname, port } = new URL(shop.cluster.proxyUrl ?? '');
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.setEncoding('latin1').on('data', (part: string) => {
    answer += part;
  });
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

describe('CONNECT', () => {
  it('leads to a service or pod of the cluster, whatever is spoken there', async () => {
    const podIP = await shop.field('v1/pods', 'default', 'web', 'status.podIP');
    for (const to of ['my-service:80', `${podIP}:80`]) {
      const asked = 'GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n';
      const answer = await raw(`CONNECT ${to} HTTP/1.1\r\nHost: ${to}\r\n\r\n${asked}`);
      expect(answer).toMatch(/^HTTP\/1\.1 200 Connection Established\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
      expect(answer).toContain('Welcome to nginx!');
    }
  });

  it.each([
    ['my-service:81', 503, 'no service port "81" found'],
    ['kubernetes:443', 503, 'is no pod of this cluster'],
    ['my-service', 400, 'only leads to services and pods'],
  ])('says why it does not lead to %s', async (to, status, why) => {
    const answer = await raw(`CONNECT ${to} HTTP/1.1\r\nHost: ${to}\r\n\r\n`);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toContain(why);
  });

  it.each(['example.com:443', '127.0.0.1:22', '[::1]:22', '169.254.169.254:80'])('is refused for %s', async (to) => {
    const answer = await raw(`CONNECT ${to} HTTP/1.1\r\nHost: ${to}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
    expect(answer).toContain('only leads to services and pods of the cluster');
  });

  it('may be reset by its client without harm', async () => {
    const { hostname, port } = new URL(shop.cluster.proxyUrl ?? '');
    // As curl: it leaves what it does not want to read, and does not say goodbye.
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
    socket.on('error', () => undefined);
    socket.write('CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n');
    await once(socket, 'readable');
    socket.resetAndDestroy();
    await once(socket, 'close');
    expect((await shop.get('http://my-service/')).status).toBe(200);
  });
});

it('clients that go away in the middle of a request or an answer do no harm', async () => {
  const { hostname, port } = new URL(shop.cluster.proxyUrl ?? '');
  for (const text of [
    'POST http://my-service/ HTTP/1.1\r\nHost: my-service\r\nContent-Length: 9\r\n\r\nhalf',
    'GET ht',
  ]) {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.write(text);
    await once(socket, 'connect');
    socket.resetAndDestroy();
    await once(socket, 'close');
  }
  expect((await shop.get('http://my-service/')).status).toBe(200);
});

it('what is no HTTP is answered with 400', async () => {
  expect(await raw('hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
});

it('a body of unknown length is one body, also of a GET', async () => {
  const smuggled = 'DELETE http://my-service/ HTTP/1.1\r\nHost: my-service\r\n\r\n';
  const chunk = `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`;
  const head = 'Host: my-service\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n';
  const answer = await raw(`GET http://app/ HTTP/1.1\r\n${head}${chunk}`);
  expect(JSON.parse(/\{.*\}/s.exec(answer)?.[0] ?? '')).toMatchObject({ request: { method: 'GET', body: smuggled } });
});
