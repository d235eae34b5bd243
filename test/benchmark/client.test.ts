import { once } from 'node:events';
import { createSecureServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createPki } from '../../server/auth/certificates.ts';
import { systemClock } from '../../server/base/clock.ts';
import { seededRandom } from '../../server/base/random.ts';
import { type Connection, open } from '../bench/load/connection.ts';
import { FRAME, frame, frameReader } from '../bench/load/frames.ts';

/** A connection to Node's own HTTP/2 server, which answers each path `/<status>` so, with what it was sent. */
async function connected(): Promise<Connection> {
  const pki = createPki({ clock: systemClock(), random: seededRandom(1) });
  const server = createSecureServer(pki.serving);
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    stream.respond({ ':status': Number(headers[':path']?.slice(1)) });
    stream.pipe(stream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const connection = await open({ url: `https://127.0.0.1:${port}`, ca: pki.ca.cert });
  onTestFinished(() => {
    connection.close();
    server.close();
  });
  return connection;
}

test('answers of 2xx are counted, others are errors with what the server said', async () => {
  const connection = await connected();
  const body = Buffer.from('"no"');
  for (const status of [200, 201, 204]) expect(await connection.exchange('POST', `/${status}`, body)).toBeLessThan(5);
  for (const status of [304, 400, 403, 404, 409, 422, 500])
    await expect(connection.exchange('PUT', `/${status}`, body)).rejects.toThrow(`PUT /${status} was refused`);
  await expect(connection.exchange('PUT', '/422', body)).rejects.toThrow('"no"');
});

test('more bodies than the server has a window for arrive all the same', async () => {
  const connection = await connected();
  const body = Buffer.alloc(10_000, 'x');
  const answers = await Promise.all(Array.from({ length: 90 }, () => connection.exchange('POST', '/200', body)));
  expect(answers).toEqual(answers.map(() => body.length));
});

test('what is open when the connection closes fails', async () => {
  const connection = await connected();
  const exchange = connection.exchange('GET', '/200');
  connection.close();
  await expect(exchange).rejects.toThrow('closed');
});

test('frames are found wherever the bytes are cut', () => {
  const bytes = Buffer.concat([
    frame(FRAME.headers, 4, 1, Buffer.from([0x88])),
    frame(FRAME.data, 0, 1, Buffer.from('first ')),
    frame(FRAME.data, 1, 1, Buffer.from('second')),
    frame(FRAME.data, 1, 3, Buffer.alloc(0)),
  ]);
  for (let size = 1; size <= bytes.length; size++) {
    const seen: string[] = [];
    let text = '';
    const read = frameReader({
      frame: (type, flags, stream, payload) => void seen.push(`${type} ${flags} ${stream} ${payload.toString('hex')}`),
      data: (stream, part, isEnd) => {
        text += part.toString();
        if (isEnd) seen.push(`${stream} ends`);
      },
    });
    for (let at = 0; at < bytes.length; at += size) read(bytes.subarray(at, at + size));
    expect([seen, text]).toEqual([['1 4 1 88', '1 ends', '3 ends'], 'first second']);
  }
});
