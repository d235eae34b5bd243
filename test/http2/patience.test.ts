import { once } from 'node:events';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FLAG, FRAME, frame, PREFACE } from '../bench/load/frames.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';
import { block, GET, type Http2Server, http2Server, RawClient, type Received } from './support.ts';

const GO_AWAY = 7;
const HEADERS = FLAG.endHeaders | FLAG.endStream;
const MINUTE_MS = 60_000;

const clock = new SimulatedClock();
let server: Http2Server;
beforeAll(async () => {
  server = await http2Server((_request, response, url) => {
    if (url === '/watch') response.writeHead(200, {});
    else response.direct?.answer(200, {}, Buffer.from('ok'));
  }, clock);
});
afterAll(() => server[Symbol.asyncDispose]());

/** A connection that the server has, on both of its sides. */
async function connected(): Promise<{ client: RawClient; socket: TLSSocket }> {
  const client = new RawClient(server);
  await client.next(({ type }) => type === FRAME.settings);
  return { client, socket: server.sockets.at(-1) as TLSSocket };
}

const request = (path: string, method = 'GET'): Buffer =>
  block([[':method', method], [':path', path], ...GET.filter(([name]) => name === ':scheme' || name === ':authority')]);
const isGoAway = ({ type }: Received): boolean => type === GO_AWAY;
/** The last stream that the server has taken, and why it ends. */
const goodbye = ({ payload }: Received): number[] => [payload.readUInt32BE(), payload.readUInt32BE(4)];

it.each<readonly [what: string, bytes: Buffer, seconds: number]>([
  ['no preface', PREFACE.subarray(0, 10), 10],
  ['no settings', PREFACE, 2],
  ['half of its settings', Buffer.concat([PREFACE, frame(FRAME.settings, 0, 0, Buffer.alloc(6)).subarray(0, 12)]), 2],
])('a client that sends %s is left after the seconds of x/net, without a word', async (_what, bytes, seconds) => {
  const { client, socket } = await connected();
  using _ = client;
  const read = socket.bytesRead;
  client.send(bytes);
  while (socket.bytesRead < read + bytes.length) await clock.advance(0);
  await clock.advance(seconds * 1000);
  expect(socket.writableEnded).toBe(false);
  await clock.advance(1000);
  await client.closed();
  expect(client.received.some(isGoAway)).toBe(false);
});

it('a connection without requests gets a goodbye after 90 seconds, whatever else it sends', async () => {
  const { client } = await connected();
  using _ = client;
  await client.begin().answeredPing();
  for (let i = 0; i < 3; i++) {
    await clock.advance(MINUTE_MS / 2);
    expect(client.received.some(isGoAway)).toBe(false);
    await client.answeredPing();
  }
  await clock.advance(1000);
  expect(goodbye(await client.next(isGoAway))).toEqual([0, 0]);
  await clock.advance(2000);
  await client.closed();
});

it('its 90 seconds begin at its last answer, and a header block without an end is no request', async () => {
  const { client } = await connected();
  using _ = client;
  await client.begin().answeredPing();
  await clock.advance(MINUTE_MS);
  client.frame(FRAME.headers, HEADERS, 1, request('/')).frame(FRAME.headers, 0, 3, request('/'));
  await client.next(({ type, stream }) => type === FRAME.data && stream === 1);
  await clock.advance(1.5 * MINUTE_MS);
  expect(client.received.some(isGoAway)).toBe(false);
  await clock.advance(1000);
  expect(goodbye(await client.next(isGoAway))).toEqual([1, 0]);
  await clock.advance(2000);
  await client.closed();
});

it.each([
  ['an answer that goes on', frame(FRAME.headers, HEADERS, 1, request('/watch'))],
  ['a body that comes slowly', frame(FRAME.headers, FLAG.endHeaders, 1, request('/watch', 'POST'))],
  [
    'a body of a known length that comes slowly',
    frame(FRAME.headers, FLAG.endHeaders, 1, Buffer.concat([request('/', 'POST'), block([['content-length', '9']])])),
  ],
])('%s is never cut', async (_what, bytes) => {
  const { client } = await connected();
  using _ = client;
  await client.begin().send(bytes).answeredPing();
  await clock.advance(10 * MINUTE_MS);
  await client.answeredPing();
  expect(client.received.some(isGoAway)).toBe(false);
});

it('a goodbye of the client is returned, and the connection ends when its answers have', async () => {
  const { client } = await connected();
  using _ = client;
  client.begin().frame(FRAME.headers, HEADERS, 1, request('/watch')).frame(GO_AWAY, 0, 0, Buffer.alloc(8));
  expect(goodbye(await client.next(isGoAway))).toEqual([1, 0]);
  await clock.advance(MINUTE_MS);
  await client.answeredPing();
  await client.frame(FRAME.reset, 0, 1, Buffer.alloc(4)).answeredPing();
  await clock.advance(2000);
  await client.closed();
});

it('requests behind a goodbye are left out, and those before it are answered', async () => {
  const { client } = await connected();
  using _ = client;
  const lengthOf = (bytes: number): Buffer => block([['content-length', `${bytes}`]]);
  client.begin().frame(FRAME.headers, FLAG.endHeaders, 1, Buffer.concat([request('/', 'POST'), lengthOf(4)]));
  await client.answeredPing();
  server.connections.end();
  await client.next(isGoAway);
  client.frame(FRAME.headers, FLAG.endHeaders, 3, request('/', 'POST')).frame(FRAME.data, 0, 3, Buffer.from('body'));
  client.frame(FRAME.windowUpdate, 0, 3, Buffer.from([0, 0, 0, 1])).frame(FRAME.reset, 0, 3, Buffer.alloc(4));
  client.frame(FRAME.data, FLAG.endStream, 1, Buffer.from('body'));
  await client.answeredPing();
  expect(client.received.filter(({ type }) => type === FRAME.data).map(({ stream }) => stream)).toEqual([1]);
  expect(client.received.filter(isGoAway)).toHaveLength(1);
});

it('a client that does not hear that its connection is over loses it', async () => {
  const { client, socket } = await connected();
  using _ = client;
  await client.begin().answeredPing();
  client.socket.pause();
  client.frame(FRAME.ping, 0, 1, Buffer.alloc(8));
  const closed = once(socket, 'close');
  while (!socket.writableEnded) await clock.advance(0);
  await clock.advance(1000);
  expect(socket.destroyed).toBe(false);
  await clock.advance(1000);
  await closed;
});
