import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIMITS } from '../../server/kube/limits.ts';
import { FLAG, FRAME, frame, PREFACE, SETTING, settingsFrame } from '../bench/load/frames.ts';
import { block, GET, type Http2Server, http2Server, RawClient } from './support.ts';

const GO_AWAY = 7;
const PUSH_PROMISE = 5;
const CONTINUATION = 9;
const PADDED = 8;
const PRIORITY = 32;
const CODES = {
  protocol: 1,
  flowControl: 3,
  streamClosed: 5,
  frameSize: 6,
  refused: 7,
  compression: 9,
  calm: 11,
} as const;

const served: string[] = [];
let server: Http2Server;
beforeAll(async () => {
  server = await http2Server(({ method, rawHeaders }, response, url) => {
    served.push(`${method} ${url} ${rawHeaders.length / 2}`);
    // Requests for /never are never answered.
    if (url !== '/never') response.direct?.answer(200, {}, Buffer.from('ok'));
  });
});
afterAll(() => server[Symbol.asyncDispose]());

const HEADERS = FLAG.endHeaders | FLAG.endStream;
const bytes = (...values: readonly number[]): Buffer => Buffer.from(values);
const get = (stream = 1, fields: Parameters<typeof block>[0] = GET): Buffer =>
  frame(FRAME.headers, HEADERS, stream, block(fields));
const withFields = (...more: readonly (readonly [string, string])[]): Buffer => get(1, [...GET, ...more]);
const without = (name: string): Buffer =>
  get(
    1,
    GET.filter(([field]) => field !== name),
  );

describe('a connection ends with a code for', () => {
  it.each<readonly [what: string, frames: readonly Buffer[], code: number]>([
    ['data of no stream', [frame(FRAME.data, 0, 0, bytes(1))], CODES.protocol],
    ['data of a stream that has not begun', [frame(FRAME.data, 0, 5, bytes(1))], CODES.protocol],
    ['headers of no stream', [get(0)], CODES.protocol],
    ['a stream with an even number', [get(2)], CODES.protocol],
    ['a frame that is too large', [frame(FRAME.data, 0, 1, Buffer.alloc(16_385))], CODES.frameSize],
    ['a frame in the middle of a block', [frame(FRAME.headers, 0, 1, block(GET)), get(3)], CODES.protocol],
    [
      'a continuation of another stream',
      [frame(FRAME.headers, 0, 1, block(GET)), frame(CONTINUATION, 4, 3, bytes())],
      CODES.protocol,
    ],
    ['a continuation of nothing', [frame(CONTINUATION, 4, 1, bytes())], CODES.protocol],
    [
      'a block that is none',
      [frame(FRAME.headers, HEADERS, 1, bytes(0xff, 0xff, 0xff, 0xff, 0xff, 1))],
      CODES.compression,
    ],
    ['more padding than there is', [frame(FRAME.headers, HEADERS | PADDED, 1, bytes(9, 0x82))], CODES.protocol],
    ['a priority that is cut off', [frame(FRAME.headers, HEADERS | PRIORITY, 1, bytes(0, 0))], CODES.protocol],
    ['settings of a stream', [frame(FRAME.settings, 0, 1, bytes())], CODES.protocol],
    ['settings of the wrong size', [frame(FRAME.settings, 0, 0, bytes(1, 2, 3))], CODES.frameSize],
    ['an answer to settings with settings', [frame(FRAME.settings, 1, 0, Buffer.alloc(6))], CODES.frameSize],
    ['a window that is too large', [settingsFrame([[SETTING.initialWindowSize, 2 ** 31]])], CODES.flowControl],
    ['frames that are too small', [settingsFrame([[5, 100]])], CODES.protocol],
    ['a push that is neither on nor off', [settingsFrame([[SETTING.enablePush, 2]])], CODES.protocol],
    ['a ping of a stream', [frame(FRAME.ping, 0, 1, Buffer.alloc(8))], CODES.protocol],
    ['a ping of the wrong size', [frame(FRAME.ping, 0, 0, Buffer.alloc(7))], CODES.frameSize],
    ['a reset of no stream', [frame(FRAME.reset, 0, 0, Buffer.alloc(4))], CODES.protocol],
    ['a reset of the wrong size', [get(), frame(FRAME.reset, 0, 1, bytes(0))], CODES.frameSize],
    ['a window that does not grow', [frame(FRAME.windowUpdate, 0, 0, Buffer.alloc(4))], CODES.protocol],
    ['a window of the wrong size', [frame(FRAME.windowUpdate, 0, 0, bytes(1))], CODES.frameSize],
    ['a window that grows too far', [frame(FRAME.windowUpdate, 0, 0, bytes(0x7f, 255, 255, 255))], CODES.flowControl],
    ['a priority of no stream', [frame(2, 0, 0, Buffer.alloc(5))], CODES.protocol],
    ['a priority of the wrong size', [frame(2, 0, 1, Buffer.alloc(4))], CODES.frameSize],
    ['a goodbye of a stream', [frame(GO_AWAY, 0, 1, Buffer.alloc(8))], CODES.protocol],
    ['a push of a client', [frame(PUSH_PROMISE, 4, 1, Buffer.alloc(8))], CODES.protocol],
    ['a stream that is not behind the last one', [get(5), get(3)], CODES.protocol],
  ])('%s', async (_, frames, code) => {
    using client = new RawClient(server).begin().send(...frames);
    const { payload } = await client.next(({ type }) => type === GO_AWAY);
    await client.closed();
    expect(payload.readUInt32BE(4)).toBe(code);
  });

  it('a request in the place of settings', async () => {
    served.length = 0;
    using client = new RawClient(server).send(PREFACE, get());
    const { payload } = await client.next(({ type }) => type === GO_AWAY);
    expect([payload.readUInt32BE(4), served]).toEqual([CODES.protocol, []]);
  });

  it('what is no HTTP/2', async () => {
    using client = new RawClient(server).send(Buffer.from('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n'));
    const { payload } = await client.next(({ type }) => type === GO_AWAY);
    expect(payload.readUInt32BE(4)).toBe(CODES.protocol);
  });
});

describe('a stream is refused for', () => {
  it.each<readonly [what: string, request: Buffer]>([
    ['no method', without(':method')],
    ['no path', without(':path')],
    ['no scheme', without(':scheme')],
    ['capitals in a name', withFields(['Accept', 'x'])],
    ['a space in a name', withFields(['a b', 'x'])],
    ['no name', withFields(['', 'x'])],
    ['a line in a value', withFields(['accept', 'a\r\nb'])],
    ['a pseudo-header behind others', get(1, [['accept', 'x'], ...GET])],
    ['a pseudo-header that there is not', get(1, [[':status', '200'], ...GET])],
    ['two paths', get(1, [...GET, [':path', '/two']])],
    ['a header of a connection', withFields(['connection', 'close'])],
    ['an encoding of the transfer', withFields(['transfer-encoding', 'chunked'])],
    ['a te that is no trailers', withFields(['te', 'gzip'])],
    ['a length that is none', withFields(['content-length', '-1'])],
    ['two lengths', withFields(['content-length', '0'], ['content-length', '1'])],
    ['a length of a body that does not come', withFields(['content-length', '5'])],
  ])('%s', async (_, request) => {
    served.length = 0;
    using client = new RawClient(server).begin().send(request, get(3));
    const { payload } = await client.next(({ type }) => type === FRAME.reset);
    await client.next(({ type, stream }) => type === FRAME.data && stream === 3);
    expect([payload.readUInt32BE(), served]).toEqual([CODES.protocol, ['GET / 4']]);
  });

  it('trailers with a path', async () => {
    served.length = 0;
    const fields = [[':method', 'POST'], ...GET.slice(1), ['content-length', '1']] as [string, string][];
    using client = new RawClient(server).begin();
    client.send(frame(FRAME.headers, FLAG.endHeaders, 1, block(fields)), frame(FRAME.data, 0, 1, bytes(1)));
    client.send(frame(FRAME.headers, HEADERS, 1, block([[':path', '/two']])));
    const { payload } = await client.next(({ type }) => type === FRAME.reset);
    expect([payload.readUInt32BE(), served]).toEqual([CODES.protocol, []]);
  });

  it.each([
    ['more than its length', [frame(FRAME.data, 0, 1, Buffer.alloc(6))]],
    ['less than its length', [frame(FRAME.data, FLAG.endStream, 1, Buffer.alloc(4))]],
  ])('%s', async (_, frames) => {
    served.length = 0;
    const fields = [[':method', 'POST'], ...GET.slice(1), ['content-length', '5']] as [string, string][];
    using client = new RawClient(server).begin();
    client.send(frame(FRAME.headers, FLAG.endHeaders, 1, block(fields)), ...frames);
    const { payload } = await client.next(({ type }) => type === FRAME.reset);
    expect([payload.readUInt32BE(), served]).toEqual([CODES.protocol, []]);
  });
});

describe('nobody can make it keep what it does not need', () => {
  it('by more streams than it has said', async () => {
    using client = new RawClient(server).begin();
    const never = block([...GET.filter(([name]) => name !== ':path'), [':path', '/never']]);
    for (let i = 0; i < 251; i++) client.frame(FRAME.headers, HEADERS, 2 * i + 1, never);
    const { payload, stream } = await client.next(({ type }) => type === FRAME.reset);
    expect([stream, payload.readUInt32BE()]).toEqual([501, CODES.refused]);
  });

  it('by requests that are taken back at once', async () => {
    using client = new RawClient(server).begin();
    const never = block([...GET.filter(([name]) => name !== ':path'), [':path', '/never']]);
    for (let i = 0; i < 2000 && !client.isClosed; i++)
      client.frame(FRAME.headers, HEADERS, 2 * i + 1, never).frame(FRAME.reset, 0, 2 * i + 1, Buffer.alloc(4));
    const { payload } = await client.next(({ type }) => type === GO_AWAY);
    expect(payload.readUInt32BE(4)).toBe(CODES.calm);
  });

  it('by a header block without an end', async () => {
    using client = new RawClient(server).begin().frame(FRAME.headers, 0, 1, block(GET));
    for (let i = 0; i < 200; i++) client.frame(CONTINUATION, 0, 1, bytes());
    const { payload } = await client.next(({ type }) => type === GO_AWAY);
    expect(payload.readUInt32BE(4)).toBe(CODES.calm);
  });

  it('by headers that are too large: they are refused as net/http does it, and the connection goes on', async () => {
    using client = new RawClient(server).begin();
    const name = (i: number): Buffer => Buffer.concat([bytes(0x40, 3), Buffer.from(`x-${i}`), bytes(0x7f, 0xa1, 0x1e)]);
    // One field of 4000 bytes in the table, and a thousand times a byte that stands for it.
    const large = Buffer.concat([block(GET), name(1), Buffer.alloc(4000, 'v'), Buffer.alloc(1000, 0xbe)]);
    expect(1000 * 4000).toBeGreaterThan(LIMITS.headerBytes);
    client.frame(FRAME.headers, HEADERS, 1, large).send(get(3));
    const head = await client.next(({ type, stream }) => type === FRAME.headers && stream === 1);
    expect(head.payload.subarray(0, 5).toString('latin1')).toContain('431');
    expect((await client.next(({ type, stream }) => type === FRAME.data && stream === 3)).payload.toString()).toBe(
      'ok',
    );
  });

  it('by pings whose answers it does not read', async () => {
    using client = new RawClient(server).begin();
    client.socket.pause();
    const pings = Buffer.concat(Array.from({ length: 1000 }, () => frame(FRAME.ping, 0, 0, Buffer.alloc(8))));
    for (let i = 0; i < 1500 && !client.isClosed; i++)
      await new Promise<void>((done) => void client.socket.write(pings, () => done()));
    client.socket.resume();
    await client.closed();
  });
});

it('leaves out what it does not know, and priorities', async () => {
  using client = new RawClient(server).begin().frame(0x20, 0, 0, bytes(1, 2)).frame(2, 0, 1, Buffer.alloc(5));
  client.frame(
    FRAME.headers,
    HEADERS | PADDED | PRIORITY,
    1,
    Buffer.concat([bytes(2, 0, 0, 0, 0, 16), block(GET), bytes(0, 0)]),
  );
  expect((await client.next(({ type }) => type === FRAME.data)).payload.toString()).toBe('ok');
});

it('puts a request together from pieces of any size', async () => {
  using client = new RawClient(server);
  client.socket.setNoDelay(true);
  const all = Buffer.concat([
    PREFACE,
    settingsFrame([]),
    frame(FRAME.headers, FLAG.endStream, 1, block(GET).subarray(0, 9)),
  ]);
  const rest = frame(CONTINUATION, FLAG.endHeaders, 1, block(GET).subarray(9));
  for (const byte of Buffer.concat([all, rest])) client.send(bytes(byte));
  expect((await client.next(({ type }) => type === FRAME.data)).payload.toString()).toBe('ok');
});
