import { request } from 'node:http';
import { expect, test } from 'vitest';
import { extensionServer, type Handler } from '../support/aggregation/extension-server.ts';
import { RECIPES, register } from '../support/aggregation/registration.ts';
import { ADMIN_TOKEN, type SecuredCluster, securedCluster } from '../support/secured-cluster.ts';

const ECHO = '/apis/kitchen.example.com/v1/echo';
const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };

const echo: Handler = ({ url }, answer, message) => {
  if (!url.startsWith(ECHO)) return false;
  answer.writeHead(200).flushHeaders();
  message.pipe(answer);
  return true;
};

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
};

const opened = (cluster: SecuredCluster, method: string, path: string): ReturnType<typeof request> =>
  request({ host: '127.0.0.1', port: cluster.port, method, path, headers, agent: false });

test('events of a watch come as soon as they are sent, and the watch ends with the client', async () => {
  await using server = await extensionServer();
  await using cluster = await securedCluster();
  await register(cluster, server);
  const outgoing = opened(cluster, 'GET', `${RECIPES}?watch=1`);
  const lines: string[] = [];
  outgoing.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    outgoing.once('response', (response) => {
      response.on('data', (chunk: Buffer) => lines.push(chunk.toString()));
      response.on('error', () => undefined);
      resolve();
    });
    outgoing.end();
  });
  await until(() => server.watchers() === 1);
  server.emit('ADDED', 'soup');
  await until(() => lines.length === 1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'soup' } } });
  server.emit('DELETED', 'soup');
  await until(() => lines.length === 2);
  outgoing.destroy();
  await until(() => server.watchers() === 0);
});

test('a body without a known length goes on while it comes', async () => {
  await using server = await extensionServer({ handler: echo });
  await using cluster = await securedCluster();
  await register(cluster, server);
  const outgoing = opened(cluster, 'POST', ECHO);
  let text = '';
  outgoing.write('first ');
  outgoing.once('response', (response) => response.on('data', (chunk: Buffer) => (text += chunk.toString())));
  await until(() => text === 'first ');
  outgoing.end('second');
  await until(() => text === 'first second');
});

test('another protocol is spoken through the server', async () => {
  await using server = await extensionServer({
    protocol: (socket, head) => void socket.end(`you said ${head.toString()}`),
  });
  await using cluster = await securedCluster();
  await register(cluster, server);
  const outgoing = request({
    host: '127.0.0.1',
    port: cluster.port,
    path: `${ECHO}/exec?command=ls`,
    headers: { ...headers, connection: 'Upgrade', upgrade: 'websocket', 'x-remote-user': 'evil' },
  });
  const text = await new Promise<string>((resolve, reject) => {
    outgoing.once('error', reject);
    outgoing.once('response', ({ statusCode }) => reject(new Error(`answered with ${statusCode}`)));
    outgoing.once('upgrade', ({ headers: sent }, socket) => {
      let said = String(sent['x-protocol']);
      socket.on('data', (chunk: Buffer) => (said += ` ${chunk.toString()}`));
      socket.once('end', () => resolve(said));
      socket.write('hello');
    });
    outgoing.end();
  });
  expect(text).toBe('kitchen you said hello');
  expect(server.upgrades[0]?.headers).toMatchObject({ 'x-remote-user': 'admin', upgrade: 'websocket' });
  expect(server.upgrades[0]?.url).toBe(`${ECHO}/exec?command=ls`);
});
