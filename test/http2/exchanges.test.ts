import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type ClientHttp2Session, connect, constants, type OutgoingHttpHeaders } from 'node:http2';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RawRequest, RawResponse } from '../../server/http/exchange.ts';
import { startCluster } from '../../server/index.ts';
import { readKubeconfig } from '../support/ask.ts';
import { type Http2Server, http2Server } from './support.ts';

const sum = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const LARGE = randomBytes(5 << 20);

/** What happened on the server's side. */
const seen: string[] = [];

async function answer(request: RawRequest, response: RawResponse, url: string): Promise<void> {
  if (url === '/echo') {
    const bytes = request.bytes ?? (await buffer(request.body));
    response.direct?.answer(200, { 'x-sum': sum(bytes), 'x-whole': String(request.bytes !== undefined) }, bytes);
  } else if (url === '/headers') {
    const { ':authority': _, ...headers } = request.headers;
    response.direct?.answer(200, {}, Buffer.from(JSON.stringify(headers)));
  } else if (url === '/large') response.direct?.answer(200, { 'content-length': LARGE.length }, LARGE);
  else if (url === '/pieces') {
    response.writeHead(200, {});
    for (let at = 0; at < LARGE.length; at += 100_000) {
      if (!response.channel.write(LARGE.subarray(at, at + 100_000))) await once(response.channel, 'drain');
    }
    response.channel.end();
  } else if (url === '/early') response.direct?.answer(413, {}, Buffer.from('too much'));
  else if (url === '/watch') {
    response.writeHead(200, {});
    request.body.once('close', () => seen.push('gone'));
    response.direct?.sink().write(Buffer.from('first'));
  } else response.direct?.answer(404, {}, undefined);
}

let server: Http2Server;
let session: ClientHttp2Session;
beforeAll(async () => {
  server = await http2Server((request, response, url) => void answer(request, response, url));
  session = connect(server.url, { ca: server.ca });
});
afterAll(async () => {
  session.destroy();
  await server[Symbol.asyncDispose]();
});

interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly bytes: Buffer;
}

async function ask(headers: OutgoingHttpHeaders, body?: Buffer): Promise<Answer> {
  const stream = session.request(headers, { endStream: body === undefined });
  if (body) stream.end(body);
  const [given] = (await once(stream, 'response')) as [Record<string, unknown>];
  return { status: Number(given[':status']), headers: given, bytes: await buffer(stream) };
}

const post = (body: Buffer, headers: OutgoingHttpHeaders = {}): Promise<Answer> =>
  ask({ ':method': 'POST', ':path': '/echo', ...headers }, body);

describe('bodies of requests', () => {
  it.each([0, 1, 16_384, 16_385, 3 << 20])('of %i bytes, announced, are there as a whole', async (length) => {
    const body = randomBytes(length);
    const { headers, bytes } = await post(body, { 'content-length': length });
    expect([headers['x-sum'], headers['x-whole'], bytes.equals(body)]).toEqual([sum(body), 'true', true]);
  });

  it('that nobody announces are read as they come', async () => {
    const { headers } = await post(LARGE);
    expect([headers['x-sum'], headers['x-whole']]).toEqual([sum(LARGE), 'false']);
  });

  it.each([0, 2 << 20, 6 << 20])('of %i bytes may be answered before they have come', async (length) => {
    const { status, bytes } = await ask({ ':method': 'POST', ':path': '/early' }, Buffer.alloc(length));
    expect([status, bytes.toString()]).toEqual([413, 'too much']);
  });

  it('are asked for where the client waits for that', async () => {
    const headers = { ':method': 'POST', ':path': '/echo', expect: '100-continue', 'content-length': 3 };
    const stream = session.request(headers, { endStream: false });
    await once(stream, 'continue');
    stream.end('now');
    expect((await buffer(stream)).toString()).toBe('now');
  });

  it('may have trailers', async () => {
    const stream = session.request({ ':method': 'POST', ':path': '/echo' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-checked': 'yes' }));
    stream.end('text');
    expect((await buffer(stream)).toString()).toBe('text');
  });
});

describe('answers', () => {
  it.each(['/large', '/pieces'])('of megabytes arrive whole: %s', async (path) => {
    expect(sum((await ask({ ':path': path })).bytes)).toBe(sum(LARGE));
  });

  it('of many streams at once do not get into each other', async () => {
    const asked = Array.from({ length: 600 }, async (_, i) => {
      const body = Buffer.from(`body ${i} `.repeat(i));
      return (await post(body, { 'content-length': body.length })).bytes.equals(body);
    });
    expect((await Promise.all(asked)).filter((isEqual) => !isEqual)).toEqual([]);
  });

  it('of HEAD have no body', async () => {
    const { status, headers, bytes } = await ask({ ':method': 'HEAD', ':path': '/none' });
    expect([status, bytes.length, typeof headers.date]).toEqual([404, 0, 'string']);
  });
});

describe('headers of requests', () => {
  const sent = async (headers: OutgoingHttpHeaders): Promise<Record<string, string>> =>
    JSON.parse((await ask({ ':path': '/headers', ...headers })).bytes.toString()) as Record<string, string>;

  it('are the same for each character that there may be', async () => {
    const characters = Array.from({ length: 256 - 32 }, (_, i) => String.fromCharCode(32 + i));
    const text = characters.filter((character) => character !== '\x7f').join('');
    expect(await sent({ 'x-all': `a${text}a` })).toMatchObject({ 'x-all': `a${text}a` });
  });

  it('are put together as Node does it', async () => {
    const given = await sent({ accept: ['a', 'b'], cookie: ['c=1', 'd=2'], authorization: 'x', 'x-more': ['1', '2'] });
    expect(given).toMatchObject({ accept: 'a, b', cookie: 'c=1; d=2', authorization: 'x', 'x-more': '1, 2' });
  });

  it('are known again when they come often', async () => {
    for (let i = 0; i < 200; i++)
      expect(await sent({ 'x-number': `${i % 7}` })).toMatchObject({ 'x-number': `${i % 7}` });
  });
});

it('tells who answers that a client does not wait any more', async () => {
  const stream = session.request({ ':path': '/watch' });
  expect(String((await once(stream, 'data'))[0])).toBe('first');
  seen.length = 0;
  stream.close(constants.NGHTTP2_CANCEL);
  while (seen.length === 0) await ask({ ':path': '/none' });
  expect(seen).toEqual(['gone']);
});

it('says at its end which requests it has not seen', async () => {
  await using cluster = await startCluster({ nodes: 0 });
  const { ca, cert, key } = readKubeconfig(cluster.kubeconfig());
  const client = connect(cluster.url, { ca, cert, key });
  client.on('error', () => undefined); // it may end before it has been told
  await buffer(client.request({ ':path': '/version' }));
  const goneAway = once(client, 'goaway');
  await cluster.stop();
  expect((await goneAway).slice(0, 2)).toEqual([constants.NGHTTP2_NO_ERROR, 1]);
});

it('has no headers but those that were sent, whatever their names', async () => {
  const { bytes } = await ask({ ':path': '/headers', ['__proto__']: 'a', constructor: 'b' });
  const given = Object.entries(JSON.parse(bytes.toString()) as object).filter(([name]) => !name.startsWith(':'));
  expect(given).toEqual([
    ['__proto__', 'a'],
    ['constructor', 'b'],
  ]);
});
