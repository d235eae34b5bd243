import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { ADMIN_TOKEN, securedCluster } from '../../support/secured-cluster.ts';
import { dial, exchangeBytes, parseAnswer, requestBytes } from '../../support/wire.ts';

const WATCH = '/api/v1/namespaces/default/configmaps?watch=true';

function handshake(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    Authorization: `Bearer ${ADMIN_TOKEN}`,
    ...extra,
  };
}

/** The head that a handshake is answered with. */
async function answerTo(port: number, path: string, headers: Record<string, string>): Promise<string> {
  const socket = await dial({ host: '127.0.0.1', port });
  const part = new Promise<Buffer>((resolve) => socket.once('data', resolve));
  socket.write(requestBytes({ method: 'GET', path, headers }));
  const head = (await part).toString('latin1').split('\r\n\r\n', 1)[0] ?? '';
  socket.destroy();
  return head;
}

test('a handshake that is none is refused, and the server goes on', async () => {
  await using cluster = await securedCluster();
  const bad: Record<string, string>[] = [
    { 'Sec-WebSocket-Version': '3' },
    { 'Sec-WebSocket-Key': 'short' },
    { 'Sec-WebSocket-Key': '' },
    { 'Sec-WebSocket-Protocol': ',,' },
  ];
  for (const extra of bad) {
    const head = await answerTo(cluster.port, WATCH, handshake(extra));
    expect(head, JSON.stringify(extra)).toMatch(/^HTTP\/1\.1 4\d\d /);
  }
  expect((await cluster.ask('GET', '/version')).status).toBe(200);
});

test('who may not ask is told so before the upgrade', async () => {
  await using cluster = await securedCluster();
  const endpoint = { host: '127.0.0.1', port: cluster.port };
  for (const [headers, status] of [
    [{ Authorization: 'Bearer nobody' }, 401],
    [{ 'Impersonate-User': 'eve' }, 403],
  ] as const) {
    const request = { method: 'GET', path: WATCH, headers: handshake(headers) };
    const socket = await dial(endpoint);
    const part = new Promise<Buffer>((resolve) => socket.once('data', resolve));
    socket.write(requestBytes(request));
    expect(parseAnswer(await part).status).toBe(status);
    socket.destroy();
  }
});

test('an upgrade of what is no watch is answered as an ordinary request', async () => {
  await using cluster = await securedCluster();
  const head = await answerTo(cluster.port, '/version', handshake());
  expect(head).toMatch(/^HTTP\/1\.1 200 /);
  const unknown = { ...handshake(), Connection: 'close', Upgrade: 'nonsense' };
  const plain = { method: 'GET', path: '/version', headers: unknown };
  expect((await exchangeBytes({ host: '127.0.0.1', port: cluster.port }, plain)).status).toBe(200);
});
