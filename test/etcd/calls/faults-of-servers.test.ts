/** Calls to servers that say whatever a test wants, frame by frame. */
import { expect, it } from 'vitest';
import { nextTurn } from '../../../server/base/turn.ts';
import type { GrpcChannel } from '../../../server/storage/etcd/grpc-channel.ts';
import { frameOf } from '../../../server/storage/etcd/grpc-frames.ts';
import { FLAG, FRAME, frame, SETTING, settingsFrame, windowUpdateFrame } from '../../bench/load/frames.ts';
import { block } from '../../http2/support.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { channelTo, HEAD, METHOD, PLENTY_MS, type RawPeer, rawServer, TRAILERS } from './peers.ts';

const GO_AWAY = 7;
const CONTINUATION = 9;
const PUSH_PROMISE = 5;
const PRIORITY = 2;
const PADDED = 8;
const WITH_PRIORITY = 32;
const END = FLAG.endHeaders | FLAG.endStream;
const REFUSED = 7;
const HELLO = Buffer.from('hello');
const LOST = 'the connection to etcd was lost';

const bytes = (...values: readonly number[]): Buffer => Buffer.from(values);
const words = (...values: readonly number[]): Buffer => {
  const buffer = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) buffer.writeUInt32BE(value, 4 * i);
  return buffer;
};
const head = (stream = 1): Buffer => frame(FRAME.headers, FLAG.endHeaders, stream, HEAD);
const data = (stream = 1, message = HELLO): Buffer => frame(FRAME.data, 0, stream, frameOf(message));
const trailers = (stream = 1): Buffer => frame(FRAME.headers, END, stream, TRAILERS);
const answer = (stream = 1): Buffer => Buffer.concat([head(stream), data(stream), trailers(stream)]);

/** A call under way to a server that has the frames of a test to answer it with. */
async function calling(
  settings: Parameters<typeof settingsFrame>[0] = [],
  message = HELLO,
): Promise<{ channel: GrpcChannel; peer: RawPeer; called: Promise<Buffer>; peers: readonly RawPeer[]; port: number }> {
  const { port, peers } = await rawServer((peer) => void peer.begin(settings));
  const channel = channelTo([port]);
  const called = channel.call(METHOD, message, PLENTY_MS);
  called.catch(() => undefined); // whoever tests looks later
  await expect.poll(() => peers.length).toBe(1);
  const peer = peers[0] as RawPeer;
  await peer.next(FRAME.headers, 1);
  return { channel, peer, called, peers, port };
}

const WRONG: Readonly<Record<string, Buffer>> = {
  'a frame that is too large': frame(FRAME.data, 0, 1, Buffer.alloc(16_385)),
  'an answer of HTTP/1.1': Buffer.from('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'),
  'data of the connection': frame(FRAME.data, 0, 0, HELLO),
  'data of a stream that has not begun': frame(FRAME.data, 0, 3, HELLO),
  'headers of a stream of its own': frame(FRAME.headers, END, 2, HEAD),
  'more padding than data': frame(FRAME.data, PADDED, 1, bytes(9, 1)),
  'more padding than headers': frame(FRAME.headers, PADDED | END, 1, bytes(9, 1)),
  'headers that are none': frame(FRAME.headers, END, 1, bytes(0xff, 0xff, 0xff, 0xff, 0xff)),
  'a field that there is not': frame(FRAME.headers, END, 1, bytes(0xc0)),
  'a frame in the middle of headers': Buffer.concat([frame(FRAME.headers, 0, 1, HEAD), data()]),
  'a continuation of nothing': frame(CONTINUATION, FLAG.endHeaders, 1, HEAD),
  'headers without an end': Buffer.concat([
    frame(FRAME.headers, 0, 1, HEAD),
    ...Array.from({ length: 200 }, () => frame(CONTINUATION, 0, 1, bytes())),
  ]),
  'a push': frame(PUSH_PROMISE, FLAG.endHeaders, 1, Buffer.concat([words(2), HEAD])),
  'a reset that is too short': frame(FRAME.reset, 0, 1, bytes(1)),
  'a reset of a stream that has not begun': frame(FRAME.reset, 0, 5, words(1)),
  'settings of a stream': frame(FRAME.settings, 0, 1, bytes()),
  'settings of the wrong size': frame(FRAME.settings, 0, 0, bytes(1)),
  'settings that say yes to others': frame(FRAME.settings, FLAG.ack, 0, Buffer.alloc(6)),
  'a window of streams too large': settingsFrame([[SETTING.initialWindowSize, 2 ** 31]]),
  'a ping of the wrong size': frame(FRAME.ping, 0, 0, bytes(1)),
  'a ping of a stream': frame(FRAME.ping, 0, 1, Buffer.alloc(8)),
  'a window of the wrong size': frame(FRAME.windowUpdate, 0, 0, bytes(1)),
  'a window that does not grow': windowUpdateFrame(0),
  'a window too large': windowUpdateFrame(2 ** 31 - 1),
  'a goodbye of the wrong size': frame(GO_AWAY, 0, 0, words(1)),
  'a goodbye of a stream': frame(GO_AWAY, 0, 1, words(1, 0)),
};

it.each(Object.entries(WRONG))('ends the connection for %s', async (_, wrong) => {
  const { channel, peer, called, peers } = await calling();
  peer.send(wrong);
  await expect(called).rejects.toMatchObject({ code: 14, message: expect.stringMatching(`^${LOST}: `) });
  await peer.closed();
  expect(peer.received.find(({ type }) => type === GO_AWAY)).toBeDefined();
  const next = channel.call(METHOD, HELLO, PLENTY_MS);
  await expect.poll(() => peers.length).toBe(2);
  peers[1]?.send(answer());
  expect(await next).toEqual(HELLO);
});

const LONG = Buffer.concat([bytes(0x7f, 0xb9, 0x16), Buffer.alloc(3000, 'y')]);
const FAILED: Readonly<Record<string, readonly [Buffer, string]>> = {
  'a body without a head': [data(), 'etcd sent an answer without a head'],
  'two heads': [Buffer.concat([head(), head()]), 'etcd sent two heads of an answer'],
  'an end without what became of it': [frame(FRAME.headers, END, 1, HEAD), LOST],
  'a body that ends without what became of it': [
    Buffer.concat([head(), frame(FRAME.data, FLAG.endStream, 1, frameOf(HELLO))]),
    LOST,
  ],
  'compressed messages': [
    Buffer.concat([head(), frame(FRAME.data, 0, 1, bytes(1, 0, 0, 0, 0))]),
    'what etcd sent is no message of gRPC',
  ],
  'a window of a stream that does not grow': [
    frame(FRAME.windowUpdate, 0, 1, words(0)),
    'etcd sent a window that does not grow',
  ],
  'a window of a stream that is too large': [
    frame(FRAME.windowUpdate, 0, 1, words(2 ** 31 - 1)),
    'etcd sent a window too large',
  ],
  // A field of 3,000 bytes, kept in the table and named again and again.
  'more headers than fit': [
    frame(FRAME.headers, END, 1, Buffer.concat([bytes(0x40, 1, 120), LONG, Buffer.alloc(400, 0x80 | 62)])),
    'etcd sent more headers than fit',
  ],
};

it.each(Object.entries(FAILED))('fails a call for %s, and no other one', async (_, [wrong, message]) => {
  const { channel, peer, called, peers } = await calling();
  const other = channel.call(METHOD, HELLO, PLENTY_MS);
  await peer.next(FRAME.headers, 3);
  peer.send(wrong);
  await expect(called).rejects.toMatchObject({ code: 14, message });
  peer.send(answer(3));
  expect(await other).toEqual(HELLO);
  expect(peers.length).toBe(1);
});

it('reads what is padded, in pieces, before its time, with priorities, and of kinds that nobody knows', async () => {
  const { peer, called } = await calling();
  const early = block([[':status', '103']]);
  const frames = Buffer.concat([
    frame(FRAME.headers, FLAG.endHeaders, 1, early),
    frame(
      FRAME.headers,
      PADDED | WITH_PRIORITY,
      1,
      Buffer.concat([bytes(2, 0, 0, 0, 0, 9), HEAD.subarray(0, 5), bytes(0, 0)]),
    ),
    frame(CONTINUATION, 0, 1, HEAD.subarray(5, 6)),
    frame(CONTINUATION, FLAG.endHeaders, 1, HEAD.subarray(6)),
    frame(PRIORITY, 0, 1, bytes(0, 0, 0, 0, 1)),
    frame(77, 255, 1, HELLO),
    frame(FRAME.data, PADDED, 1, Buffer.concat([bytes(3), frameOf(HELLO).subarray(0, 2), bytes(0, 0, 0)])),
    frame(FRAME.data, 0, 1, bytes()),
    frame(FRAME.data, 0, 1, frameOf(HELLO).subarray(2)),
    trailers(),
  ]);
  for (let at = 0; at < frames.length; at += 7) {
    peer.send(frames.subarray(at, at + 7));
    await nextTurn();
  }
  expect(await called).toEqual(HELLO);
  // Of a call that is over, what was under way may still come.
  peer.send(frame(FRAME.reset, 0, 1, words(0)), data(), trailers(), frame(FRAME.windowUpdate, 0, 1, words(1)));
  peer.frame(FRAME.ping, 0, 0, Buffer.from('12345678'));
  const pong = await peer.next(FRAME.ping, 0);
  expect([pong.flags, String(pong.payload)]).toEqual([FLAG.ack, '12345678']);
});

it('knows answers again from servers with a table and without, and does not take one for another', async () => {
  const { channel, peer, called } = await calling();
  const kept = (name: string, value: string): Buffer =>
    Buffer.concat([bytes(0x40, name.length), Buffer.from(name), bytes(value.length), Buffer.from(value)]);
  // Before the server has seen that it should not, it may keep fields: here the first one of the table is 62.
  peer.send(frame(FRAME.headers, FLAG.endHeaders, 1, Buffer.concat([bytes(0x88), kept('grpc-status', '5')])));
  peer.send(frame(FRAME.headers, END, 1, bytes(0x80 | 62)));
  await expect(called).rejects.toMatchObject({ code: 5 });
  const ask = async (stream: number, ...end: readonly Buffer[]): Promise<Buffer> => {
    const call = channel.call(METHOD, HELLO, PLENTY_MS);
    await peer.next(FRAME.headers, stream);
    peer.send(head(stream), data(stream), frame(FRAME.headers, END, stream, Buffer.concat(end)));
    return call;
  };
  await expect(ask(3, bytes(0x20), kept('grpc-status', '6'))).rejects.toMatchObject({ code: 6 });
  expect(await ask(5, TRAILERS)).toEqual(HELLO);
  await expect(ask(7, block([['grpc-status', '7']]))).rejects.toMatchObject({ code: 7 });
  expect(await ask(9, TRAILERS)).toEqual(HELLO);
  // And it uses a table again.
  await expect(ask(11, bytes(0x3f, 0x21), kept('grpc-status', '8'))).rejects.toMatchObject({ code: 8 });
  await expect(ask(13, bytes(0x80 | 62))).rejects.toMatchObject({ code: 8 });
  await expect(ask(15, kept('grpc-status', '9'))).rejects.toMatchObject({ code: 9 });
  await expect(ask(17, bytes(0x80 | 62))).rejects.toMatchObject({ code: 9 });
});

it('sends no more than the windows of a stream and of the connection', async () => {
  const message = Buffer.alloc(100_000, 'b');
  const { peer, called } = await calling([[SETTING.initialWindowSize, 10]], message);
  const sent = (): number =>
    peer.received.filter(({ type }) => type === FRAME.data).reduce((sum, { payload }) => sum + payload.length, 0);
  const settled = async (): Promise<number> => {
    const before = peer.received.length;
    peer.frame(FRAME.ping, 0, 0, Buffer.alloc(8));
    await peer.until(() => peer.received.slice(before).some(({ type }) => type === FRAME.ping));
    return sent();
  };
  expect(await settled()).toBe(10);
  peer.frame(FRAME.windowUpdate, 0, 1, words(5));
  expect(await settled()).toBe(15);
  peer.begin([[SETTING.initialWindowSize, 20]]);
  expect(await settled()).toBe(25);
  peer.begin([[SETTING.initialWindowSize, 0]]).frame(FRAME.windowUpdate, 0, 1, words(20));
  expect(await settled()).toBe(25);
  peer.begin([[SETTING.initialWindowSize, 1_000_000]]);
  expect(await settled()).toBe(65_535);
  peer.send(windowUpdateFrame(1_000_000));
  expect(await settled()).toBe(frameOf(message).length);
  peer.send(answer());
  expect(await called).toEqual(HELLO);
});

it('begins calls that waited when there is room, and those that nobody waits for any more not at all', async () => {
  const { port, peers } = await rawServer((peer) => void peer.begin([[SETTING.maxConcurrentStreams, 1]]));
  const clock = new SimulatedClock();
  const channel = channelTo([port], { clock });
  const late = (name: string): Promise<string> =>
    channel.call(METHOD, Buffer.from(name), name === 'b' ? 1000 : 5000).then(String, (error: Error) => error.message);
  const outcomes = ['a', 'b', 'c', 'd', 'e'].map(late);
  await expect.poll(() => peers.length).toBe(1);
  const peer = peers[0] as RawPeer;
  await peer.next(FRAME.headers, 1);
  await clock.advance(1000);
  peer.send(answer(1));
  expect(String((await peer.next(FRAME.data, 3)).payload.subarray(5))).toBe('c');
  peer.begin([[SETTING.maxConcurrentStreams, 2]]);
  expect(String((await peer.next(FRAME.data, 5)).payload.subarray(5))).toBe('d');
  // The last one has not begun: nobody can have looked at it.
  const last = expect(outcomes[4]).resolves.toBe(LOST);
  peer.frame(GO_AWAY, 0, 0, words(5, 0));
  await last;
  peer.send(answer(3), answer(5));
  expect(await Promise.all(outcomes)).toEqual(['hello', 'context deadline exceeded', 'hello', 'hello', LOST]);
  await peer.closed();
});

it('tells which calls a server that says goodbye has not looked at', async () => {
  const { channel, peer, called, peers } = await calling();
  const second = channel.call(METHOD, HELLO, PLENTY_MS);
  await peer.next(FRAME.headers, 3);
  const unsent = expect(second).rejects.toMatchObject({ code: 14, isUnsent: true, message: LOST });
  peer.frame(GO_AWAY, 0, 0, words(2 ** 31 - 1, 0));
  peer.frame(GO_AWAY, 0, 0, Buffer.concat([words(1, REFUSED), Buffer.from('too_many_pings')]));
  await unsent;
  const third = channel.call(METHOD, HELLO, PLENTY_MS);
  await expect.poll(() => peers.length).toBe(2);
  peers[1]?.send(answer());
  expect(await third).toEqual(HELLO);
  peer.send(answer());
  expect(await called).toEqual(HELLO);
  await peer.closed();
});

it('finds out that a server is gone that does not say so', async () => {
  const { port, peers } = await rawServer((peer) => void peer.begin());
  const clock = new SimulatedClock();
  const channel = channelTo([port], { clock });
  const called = channel.call(METHOD, HELLO, 300_000);
  await expect.poll(() => peers.length).toBe(1);
  const peer = peers[0] as RawPeer;
  await peer.next(FRAME.headers, 1);
  const pings = (): number => peer.received.filter(({ type }) => type === FRAME.ping).length;
  for (let count = 1; count <= 3; count++) {
    await clock.advance(30_000);
    await peer.until(() => pings() === count);
    peer.frame(FRAME.ping, FLAG.ack, 0, Buffer.alloc(8));
    peer.frame(FRAME.ping, 0, 0, Buffer.alloc(8));
    await peer.until(() => pings() > count);
    peer.received.splice(
      peer.received.findLastIndex(({ type }) => type === FRAME.ping),
      1,
    );
  }
  await clock.advance(30_000);
  await peer.until(() => pings() === 4);
  const lost = expect(called).rejects.toMatchObject({ code: 14, message: LOST });
  await clock.advance(10_000);
  await lost;
});

it.each([
  ['nothing', () => undefined, 'no answer within 3 s'],
  ['no settings', (peer: RawPeer) => peer.frame(FRAME.ping, 0, 0, Buffer.alloc(8)), 'no settings'],
  ['goodbye', (peer: RawPeer) => peer.socket.end(), 'the connection was closed'],
] as const)('does not take somebody for a server who says %s', async (_, greet, message) => {
  const { port, peers } = await rawServer((peer) => void greet(peer));
  const clock = new SimulatedClock();
  const called = expect(channelTo([port], { clock }).call(METHOD, HELLO, PLENTY_MS)).rejects.toMatchObject({
    code: 14,
    isUnsent: true,
    message: `connection error: http://127.0.0.1:${port}: ${message}`,
  });
  await expect.poll(() => peers.length).toBe(1);
  await clock.advance(3000);
  await called;
});
