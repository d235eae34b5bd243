import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FLAG, FRAME, frame, windowUpdateFrame } from '../bench/load/frames.ts';
import { block, GET, type Http2Server, http2Server, RawClient } from './support.ts';

const GO_AWAY = 7;
const PRIORITY_FRAME = 2;
const CODES = { protocol: 1, flowControl: 3, streamClosed: 5 } as const;
const HEADERS = FLAG.endHeaders | FLAG.endStream;
const PRIORITY = 32;

/** Requests for /never that the client has given up, or lost. */
const gone: string[] = [];
let server: Http2Server;
beforeAll(async () => {
  server = await http2Server(({ method, body }, response, url) => {
    if (url === '/never') body.once('close', () => gone.push(method));
    else response.direct?.answer(200, {}, Buffer.from('ok'));
  });
});
afterAll(() => server[Symbol.asyncDispose]());

const bytes = (...values: readonly number[]): Buffer => Buffer.from(values);
const request = (method: string, path: string, ...more: readonly (readonly [string, string])[]): Buffer =>
  block([[':method', method], [':scheme', 'https'], [':path', path], [':authority', 'localhost'], ...more]);
/** Half open: the client has said everything, and waits. */
const NEVER = frame(FRAME.headers, HEADERS, 1, request('GET', '/never'));
const UPLOAD = frame(FRAME.headers, FLAG.endHeaders, 1, request('POST', '/never'));
const trailers = (flags: number, ...fields: readonly (readonly [string, string])[]): Buffer =>
  frame(FRAME.headers, flags, 1, block(fields));
const windowOf = (stream: number, size: number): Buffer => {
  const update = windowUpdateFrame(size);
  update.writeUInt32BE(stream, 5);
  return update;
};

/** A client that has an answer to its request of stream 1. */
async function answered(method: string, flags: number): Promise<RawClient> {
  const client = new RawClient(server).begin().frame(FRAME.headers, flags, 1, request(method, '/'));
  await client.next(({ type, stream }) => type === FRAME.data && stream === 1);
  return client;
}

/** What a stream is reset with, the connection going on: another request is answered. */
async function resetOf(client: RawClient, id = 1): Promise<number> {
  const { payload } = await client.next(({ type, stream }) => type === FRAME.reset && stream === id);
  client.frame(FRAME.headers, HEADERS, 9, block(GET));
  await client.next(({ type, stream }) => type === FRAME.data && stream === 9);
  return payload.readUInt32BE();
}

describe('an open stream is reset for', () => {
  it.each<readonly [what: string, frames: readonly Buffer[], code: number]>([
    ['data behind its end', [NEVER, frame(FRAME.data, 0, 1, bytes(1))], CODES.streamClosed],
    ['headers behind its end', [NEVER, trailers(HEADERS, ['a', 'b'])], CODES.streamClosed],
    ['headers in the middle of its body', [UPLOAD, trailers(FLAG.endHeaders, ['a', 'b'])], CODES.protocol],
    ['trailers with a path', [UPLOAD, trailers(HEADERS, [':path', '/'])], CODES.protocol],
    ['a priority behind itself', [NEVER, frame(PRIORITY_FRAME, 0, 1, bytes(0, 0, 0, 1, 9))], CODES.protocol],
    ['a window that does not grow', [NEVER, windowOf(1, 0)], CODES.protocol],
    ['a window that is too large', [NEVER, windowOf(1, 2 ** 31 - 1)], CODES.flowControl],
  ])('%s, and whoever answers it hears of it', async (_what, frames, code) => {
    gone.length = 0;
    using client = new RawClient(server).begin().send(...frames);
    expect(await resetOf(client)).toBe(code);
    expect(gone).toHaveLength(1);
  });
});

describe('a request that has its answer and is not complete is reset for', () => {
  it.each<readonly [what: string, bytes: Buffer, code: number]>([
    ['headers in the middle of its body', trailers(FLAG.endHeaders, ['a', 'b']), CODES.protocol],
    ['trailers with a path', trailers(HEADERS, [':path', '/']), CODES.protocol],
    ['a window that is too large', windowOf(1, 2 ** 31 - 1), CODES.flowControl],
  ])('%s', async (_what, sent, code) => {
    using client = await answered('POST', FLAG.endHeaders);
    expect(await resetOf(client.send(sent))).toBe(code);
  });

  it('nothing, when its rest comes', async () => {
    using client = await answered('POST', FLAG.endHeaders);
    client.frame(FRAME.data, 0, 1, bytes(1)).send(windowOf(1, 1), trailers(HEADERS, ['a', 'b']));
    await client.answeredPing();
    expect(client.received.some(({ type }) => type === FRAME.reset || type === GO_AWAY)).toBe(false);
  });
});

describe('of a stream that is over', () => {
  it('data is refused, as often as it comes', async () => {
    using client = await answered('GET', HEADERS);
    client.frame(FRAME.data, 0, 1, bytes(1)).frame(FRAME.data, 0, 1, bytes(1));
    expect(await resetOf(client)).toBe(CODES.streamClosed);
    expect(client.received.filter(({ type }) => type === FRAME.reset)).toHaveLength(2);
  });

  it('data is refused when the client has reset it', async () => {
    using client = new RawClient(server).begin().send(NEVER).frame(FRAME.reset, 0, 1, Buffer.alloc(4));
    expect(await resetOf(client.frame(FRAME.data, 0, 1, bytes(1)))).toBe(CODES.streamClosed);
  });

  it.each([
    ['has its answer', async () => answered('GET', HEADERS)],
    ['was left out', async () => new RawClient(server).begin().frame(FRAME.headers, HEADERS, 3, block(GET))],
  ])('headers end the connection, when it %s', async (_what, begin) => {
    using client = await begin();
    client.send(trailers(HEADERS, ['a', 'b']));
    const { payload } = await client.next(({ type }) => type === GO_AWAY);
    await client.closed();
    expect(payload.readUInt32BE(4)).toBe(CODES.protocol);
  });

  it('windows, resets and priorities are left out', async () => {
    using client = await answered('GET', HEADERS);
    client.send(windowOf(1, 2 ** 31 - 1), windowOf(1, 1)).frame(FRAME.reset, 0, 1, Buffer.alloc(4));
    client.frame(PRIORITY_FRAME, 0, 1, bytes(0, 0, 0, 3, 9));
    await client.answeredPing();
    expect(client.received.some(({ type }) => type === FRAME.reset || type === GO_AWAY)).toBe(false);
  });
});

describe('a stream that depends on itself is reset', () => {
  it('with its headers', async () => {
    gone.length = 0;
    const priority = bytes(0x80, 0, 0, 1, 9);
    using client = new RawClient(server).begin();
    client.frame(FRAME.headers, HEADERS | PRIORITY, 1, Buffer.concat([priority, request('GET', '/never')]));
    expect([await resetOf(client), gone]).toEqual([CODES.protocol, []]);
  });

  it('with the rest of its headers', async () => {
    const [first, rest] = [request('GET', '/').subarray(0, 9), request('GET', '/').subarray(9)];
    using client = new RawClient(server).begin();
    client.frame(FRAME.headers, FLAG.endStream | PRIORITY, 1, Buffer.concat([bytes(0, 0, 0, 1, 9), first]));
    expect(await resetOf(client.frame(9, FLAG.endHeaders, 1, rest))).toBe(CODES.protocol);
  });

  it('before it has begun', async () => {
    using client = new RawClient(server).begin().frame(PRIORITY_FRAME, 0, 3, bytes(0, 0, 0, 3, 9));
    client.frame(FRAME.headers, HEADERS, 1, block(GET));
    expect(await resetOf(client, 3)).toBe(CODES.protocol);
  });

  it('and one that depends on another is answered', async () => {
    using client = new RawClient(server).begin();
    client.frame(FRAME.headers, HEADERS | PRIORITY, 3, Buffer.concat([bytes(0, 0, 0, 1, 9), block(GET)]));
    await client.next(({ type, stream }) => type === FRAME.data && stream === 3);
  });
});

describe('of requests', () => {
  it.each<readonly [what: string, fields: readonly (readonly [string, string])[]]>([
    [
      'another scheme',
      [
        [':method', 'GET'],
        [':scheme', 'ftp'],
        [':path', '/'],
      ],
    ],
    ['a protocol of their own', [...GET, [':protocol', 'websocket']]],
    ['a tunnel with a path', [[':method', 'CONNECT'], ...GET.slice(1)]],
    ['a tunnel to nowhere', [[':method', 'CONNECT']]],
  ])('%s is refused, as in x/net', async (_what, fields) => {
    using client = new RawClient(server).begin().frame(FRAME.headers, HEADERS, 1, block(fields));
    expect(await resetOf(client)).toBe(CODES.protocol);
  });

  it('a GET is answered before its body comes', async () => {
    using client = new RawClient(server).begin();
    client.frame(FRAME.headers, FLAG.endHeaders, 1, request('GET', '/', ['content-length', '5']));
    await client.next(({ type, stream }) => type === FRAME.data && stream === 1);
  });
});
