import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RawResponse } from '../../server/http/exchange.ts';
import type { FrameSink } from '../../server/http/watch-writer.ts';
import { FLAG, FRAME, SETTING, windowUpdateFrame } from '../bench/load/frames.ts';
import { block, GET, type Http2Server, http2Server, RawClient, type Received } from './support.ts';

const BODY = Buffer.alloc(100_000, 'b');
let sink: FrameSink | undefined;

function serve(_request: unknown, response: RawResponse, url: string): void {
  if (url === '/') response.direct?.answer(200, {}, BODY);
  else {
    response.writeHead(200, {});
    sink = response.direct?.sink();
  }
}

let server: Http2Server;
beforeAll(async () => {
  server = await http2Server(serve);
});
afterAll(() => server[Symbol.asyncDispose]());

const HEADERS = FLAG.endHeaders | FLAG.endStream;
const isData = ({ type }: Received): boolean => type === FRAME.data;
const bytesOf = (client: RawClient): number =>
  client.received.filter(isData).reduce((sum, { payload }) => sum + payload.length, 0);

/** A window for one stream. */
function windowOf(stream: number, bytes: number): Buffer {
  const frame = windowUpdateFrame(bytes);
  frame.writeUInt32BE(stream, 5);
  return frame;
}

async function untilBytes(client: RawClient, bytes: number): Promise<void> {
  await client.next(() => bytesOf(client) >= bytes);
}

it('sends no more than the window of a stream', async () => {
  using client = new RawClient(server).begin([[SETTING.initialWindowSize, 10]]);
  client.frame(FRAME.headers, HEADERS, 1, block(GET));
  await untilBytes(client, 10);
  await client.answeredPing();
  expect(bytesOf(client)).toBe(10);
  client.send(windowUpdateFrame(1 << 20), windowOf(1, 5));
  await untilBytes(client, 15);
  client.send(windowOf(1, BODY.length));
  await client.next((received) => isData(received) && received.flags === FLAG.endStream);
  expect(bytesOf(client)).toBe(BODY.length);
});

it('sends no more than the window of the connection, and then goes on with every stream', async () => {
  using client = new RawClient(server).begin([[SETTING.initialWindowSize, 1 << 20]]);
  client.frame(FRAME.headers, HEADERS, 1, block(GET)).frame(FRAME.headers, HEADERS, 3, block(GET));
  await untilBytes(client, 65_535);
  await client.answeredPing();
  expect(bytesOf(client)).toBe(65_535);
  client.send(windowUpdateFrame(1 << 20));
  await untilBytes(client, 2 * BODY.length);
  await client.answeredPing();
  expect(client.received.filter((received) => isData(received) && received.flags === FLAG.endStream).length).toBe(2);
});

it('lets a setting open the windows of streams that are there already, and close them', async () => {
  using client = new RawClient(server).begin([[SETTING.initialWindowSize, 0]]);
  client.frame(FRAME.headers, HEADERS, 1, block(GET));
  await client.next(({ type }) => type === FRAME.headers);
  await client.answeredPing();
  expect(bytesOf(client)).toBe(0);
  client.frame(FRAME.settings, 0, 0, Buffer.from([0, SETTING.initialWindowSize, 0, 0, 0, 100]));
  await untilBytes(client, 100);
  // 100 bytes of it are used: a window of 40 owes 60.
  client.frame(FRAME.settings, 0, 0, Buffer.from([0, SETTING.initialWindowSize, 0, 0, 0, 40]));
  client.send(windowOf(1, 70));
  await untilBytes(client, 110);
  await client.answeredPing();
  expect(bytesOf(client)).toBe(110);
});

it('says how much of a watch a client has not taken', async () => {
  using client = new RawClient(server).begin([[SETTING.initialWindowSize, 1000]]);
  const watch = block([
    [':method', 'GET'],
    [':scheme', 'https'],
    [':path', '/watch'],
  ]);
  client.frame(FRAME.headers, HEADERS, 1, watch);
  await client.next(({ type }) => type === FRAME.headers);
  sink?.write(Buffer.alloc(1500, 'w'));
  await untilBytes(client, 1000);
  expect(sink?.backlog()).toBe(500);
  const drained = sink?.drained();
  client.send(windowOf(1, 1000));
  await drained;
  expect([sink?.backlog(), sink?.drained()]).toEqual([0, undefined]);
});

it('asks for more of a body only when somebody has read it', async () => {
  // One that nobody announces: it waits for who reads it, which nobody does here.
  using client = new RawClient(server).begin();
  const post = block([
    [':method', 'POST'],
    [':scheme', 'https'],
    [':path', '/watch'],
  ]);
  client.frame(FRAME.headers, FLAG.endHeaders, 1, post);
  for (let i = 0; i < 64; i++) client.frame(FRAME.data, 0, 1, Buffer.alloc(16_384));
  await client.answeredPing();
  expect(client.received.some(({ type, stream }) => type === FRAME.windowUpdate && stream === 1)).toBe(false);
  client.frame(FRAME.data, 0, 1, Buffer.alloc(16_384));
  const { payload } = await client.next(({ type }) => type === 7);
  expect(payload.readUInt32BE(4)).toBe(3);
});

it('lets the rest of a request come behind its answer, but not without end', async () => {
  using client = new RawClient(server).begin([[SETTING.initialWindowSize, 1 << 20]]).send(windowUpdateFrame(1 << 20));
  client.frame(FRAME.headers, FLAG.endHeaders, 1, block([[':method', 'POST'], ...GET.slice(1)]));
  await client.next((received) => isData(received) && received.flags === FLAG.endStream);
  const isReset = ({ type }: Received): boolean => type === FRAME.reset;
  for (let i = 0; i < 100; i++) client.frame(FRAME.data, 0, 1, Buffer.alloc(16_384));
  await client.answeredPing();
  const credited = client.received.filter(({ type, stream }) => type === FRAME.windowUpdate && stream === 1);
  expect(credited.reduce((sum, { payload }) => sum + payload.readUInt32BE(), 0)).toBe(100 * 16_384);
  expect(client.received.some(isReset)).toBe(false);
  for (let i = 0; i < 100; i++) client.frame(FRAME.data, 0, 1, Buffer.alloc(16_384));
  expect((await client.next(isReset)).payload.readUInt32BE()).toBe(0);
});
