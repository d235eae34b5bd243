import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { backend, ingress, path, rule } from '../ingress/support.ts';
import { client, PodShells, policy, service } from '../pods-network/pod-shells.ts';
import { ask, readKubeconfig } from '../support/ask.ts';
import { throughProxy } from '../support/proxied.ts';
import { bound, type Outside, outside } from './support.ts';

let real: Outside;
let shells: PodShells;
beforeAll(async () => {
  real = await outside();
  const sockets = new WebSocketServer({ server: real.server });
  sockets.on('connection', (socket, { url }) =>
    socket.on('message', (text: Buffer) => socket.send(`${url} ${text.toString()}`)),
  );
  shells = await PodShells.open(
    [
      bound('web', `http://${real.address}`),
      service('web', 'web', 'ports: [{port: 80}]'),
      client('client'),
      client('stranger', { labels: 'app: stranger' }),
      ingress('web', `rules: [${rule('web.example.com', path('/', backend('web')))}]`),
    ],
    { proxyPort: 0, ingressPort: 0, upstreams: [real.address] },
  );
});
afterAll(async () => {
  await shells[Symbol.asyncDispose]();
  await real.close();
});

describe('a real server behind a pod is reached', () => {
  it('through the proxy for services', async () => {
    expect((await throughProxy(shells.cluster.proxyUrl, 'http://web/a')).text).toBe('real GET /a for web\n');
  });

  it('through an Ingress', async () => {
    const { text } = await ask(`${shells.cluster.ingressUrl}/b`, { headers: { host: 'web.example.com' } });
    expect(text).toBe('real GET /b for web.example.com\n');
  });

  it("through the API's proxy, to the pod and to the service", async () => {
    const credentials = readKubeconfig(shells.cluster.kubeconfig());
    for (const name of ['pods/web:80', 'services/web:80']) {
      const url = `${shells.cluster.url}/api/v1/namespaces/default/${name}/proxy/c`;
      expect((await ask(url, { credentials })).text).toContain('real GET /c for ');
    }
  });

  it('by programs in other pods, and in its own', async () => {
    expect((await shells.run('client', 'curl -s http://web/d')).stdout).toBe('real GET /d for web\n');
    expect((await shells.run('web', 'curl -s http://localhost/e')).stdout).toBe('real GET /e for localhost\n');
  });
});

test('a WebSocket through an Ingress speaks with it', async () => {
  const url = `${shells.cluster.ingressUrl?.replace('http:', 'ws:')}/chat`;
  const socket = new WebSocket(url, { headers: { host: 'web.example.com' } });
  await once(socket, 'open');
  socket.send('hello');
  expect(String((await once(socket, 'message'))[0])).toBe('/chat hello');
  socket.close();
  await once(socket, 'close');
});

test('an upgrade that nobody wants is answered as an ordinary request', async () => {
  const url = `${shells.cluster.ingressUrl?.replace('http:', 'ws:')}/chat`;
  const socket = new WebSocket(url, { headers: { host: 'nobody.example.com' } });
  const [error] = (await once(socket, 'error')) as [Error];
  expect(error.message).toBe('Unexpected server response: 404');
});

test('a NetworkPolicy keeps others from it', async () => {
  await shells.apply(
    policy(
      'web',
      'podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {matchLabels: {app: client}}}]}]',
    ),
  );
  const ip = await shells.podIP('web');
  expect((await shells.run('client', `curl -s http://${ip}/f`)).stdout).toBe(`real GET /f for ${ip}\n`);
  expect((await shells.run('stranger', `curl -s -m 1 http://${ip}/g`)).code).toBe(28);
  expect(real.requests).not.toContain('GET /g');
});
