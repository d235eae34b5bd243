import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { duplexPair } from '../../../server/base/duplex-pair.ts';
import { type ScriptedPods, scriptedPods } from '../../support/scripted-pods.ts';
import { upgrade } from '../../support/streams/upgrade.ts';

let pods: ScriptedPods;
const http = createServer((_request, response) => response.writeHead(404).end('no page'));
const sockets = new WebSocketServer({ noServer: true });

beforeAll(async () => {
  // Whoever asks for /echo is told what it was called, and then what it says.
  http.on('upgrade', (request, socket, head) => {
    if (request.url !== '/echo?as=jane')
      return void socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nno!\n');
    sockets.handleUpgrade(request, socket, head, (client) => {
      client.send(String(request.headers.authorization));
      client.on('message', (data: Buffer) => client.send(data.toString().toUpperCase()));
    });
  });
  pods = await scriptedPods();
  await pods.run('web', {
    async dial() {
      const [near, far] = duplexPair();
      http.emit('connection', far);
      return near;
    },
  });
});
afterAll(async () => {
  sockets.close();
  await pods[Symbol.asyncDispose]();
});

const PATH = '/api/v1/namespaces/default/pods/web:80/proxy/echo';

it('a WebSocket to a pod goes through its proxy, without the credentials of the client', async () => {
  const url = new URL(`${PATH}?as=jane`, pods.url.replace('https', 'wss'));
  const credentials = pods.credentials('admin', ['system:masters']);
  const socket = new WebSocket(url, { ...credentials, rejectUnauthorized: false });
  expect(String((await once(socket, 'message'))[0])).toBe('undefined');
  socket.send('hello');
  expect(String((await once(socket, 'message'))[0])).toBe('HELLO');
  socket.close();
  await once(socket, 'close');
});

it('a pod that does not want to is heard', async () => {
  const target = { url: pods.url, ...pods.credentials('admin', ['system:masters']) };
  const headers = { upgrade: 'websocket', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' };
  const answer = await upgrade(target, PATH, headers, 'GET');
  expect(answer).toMatchObject({ status: 403, body: 'no!\n' });
});
