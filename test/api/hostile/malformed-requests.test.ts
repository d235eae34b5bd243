import { expect, test } from 'vitest';
import { ADMIN_TOKEN, securedCluster } from '../../support/secured-cluster.ts';
import { dial, parseAnswer, requestBytes, sendBytes } from '../../support/wire.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const head = (lines: readonly string[]): Buffer => Buffer.from([...lines, '', ''].join('\r\n'), 'latin1');
const AUTHORIZATION = `Authorization: Bearer ${ADMIN_TOKEN}`;

/** A second request that hides behind the first: it must never be answered. */
const HIDDEN = `DELETE ${MAPS} HTTP/1.1\r\nHost: x\r\n${AUTHORIZATION}\r\n\r\n`;

const SMUGGLING: Readonly<Record<string, readonly string[]>> = {
  'a length and an encoding': ['Content-Length: 5', 'Transfer-Encoding: chunked'],
  'two lengths': ['Content-Length: 0', `Content-Length: ${HIDDEN.length}`],
  'an unknown encoding': ['Transfer-Encoding: xchunked'],
  'a blank before the colon': ['Transfer-Encoding : chunked'],
  'an encoding that is not the last': ['Transfer-Encoding: chunked, identity'],
  'a negative length': ['Content-Length: -1'],
  'a length that is no number': ['Content-Length: 0x10'],
};

test.each(Object.entries(SMUGGLING))('a request with %s hides no other', async (_what, lines) => {
  await using cluster = await securedCluster();
  await cluster.ask('POST', MAPS, { body: { metadata: { name: 'a' } } });
  const first = head([`POST ${MAPS} HTTP/1.1`, 'Host: x', AUTHORIZATION, 'Content-Type: application/json', ...lines]);
  const sent = Buffer.concat([first, Buffer.from(`0\r\n\r\n${HIDDEN}`)]);
  const bytes = await sendBytes({ host: '127.0.0.1', port: cluster.port }, sent);
  expect(bytes.toString().match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400']);
  expect((await cluster.ask('GET', `${MAPS}/a`)).status).toBe(200);
});

test('what is no HTTP, and headers without end, are refused in the words of a Go server', async () => {
  await using cluster = await securedCluster();
  const endpoint = { host: '127.0.0.1', port: cluster.port };
  const answers: Record<string, Buffer> = {
    '400 Bad Request': Buffer.from('\x16\x03\x01\x02\x00 hello\r\n\r\n', 'latin1'),
    '431 Request Header Fields Too Large': requestBytes({
      method: 'GET',
      path: '/version',
      headers: { 'X-Long': 'x'.repeat(2 << 20) },
    }),
  };
  for (const [text, bytes] of Object.entries(answers)) {
    const answer = parseAnswer(await sendBytes(endpoint, bytes));
    expect([`${answer.status}`, answer.body.toString()]).toEqual([text.slice(0, 3), text]);
  }
  expect((await cluster.ask('GET', '/version')).status).toBe(200);
});

test('long headers and URLs are read up to one MiB', async () => {
  await using cluster = await securedCluster();
  const selector = Array.from({ length: 4000 }, (_, i) => `label-${i}`).join(',');
  const { status } = await cluster.ask('GET', `${MAPS}?labelSelector=a+in+(${selector})`, {
    headers: [['x-long', 'x'.repeat(100_000)]],
  });
  expect(status).toBe(200);
});

test('a body that ends too early changes nothing', async () => {
  await using cluster = await securedCluster();
  const text = '{"metadata":{"name":"half"}}';
  const request = head([
    `POST ${MAPS} HTTP/1.1`,
    'Host: x',
    AUTHORIZATION,
    'Content-Type: application/json',
    `Content-Length: ${text.length + 10}`,
  ]);
  const socket = await dial({ host: '127.0.0.1', port: cluster.port });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.end(Buffer.concat([request, Buffer.from(text)]));
  socket.resume();
  await closed;
  expect((await cluster.ask('GET', `${MAPS}/half`)).status).toBe(404);
});
