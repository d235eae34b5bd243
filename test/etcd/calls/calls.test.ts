/** Calls to a server that keeps the rules: Node's. */
import { constants, createSecureServer, createServer, type ServerHttp2Session } from 'node:http2';
import { expect, it } from 'vitest';
import { createPki } from '../../../server/auth/certificates.ts';
import { systemClock } from '../../../server/base/clock.ts';
import { systemRandom } from '../../../server/base/random.ts';
import { nextTurn } from '../../../server/base/turn.ts';
import { frameOf } from '../../../server/storage/etcd/grpc-frames.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { channelTo, METHOD, messageOf, nodePeer, PLENTY_MS, reply } from './peers.ts';

const HELLO = Buffer.from('hello');
const LOST = 'the connection to etcd was lost';

it('sends a message with the headers of gRPC, and takes the answer', async () => {
  const seen: Record<string, unknown>[] = [];
  const { port } = await nodePeer(async (stream, headers) => {
    seen.push(Object.fromEntries(Object.entries(headers)));
    reply(stream, await messageOf(stream));
  });
  const channel = channelTo([port]);
  const token = 'x'.repeat(300);
  channel.metadata.set('hasleader', 'true');
  expect(await channel.call(METHOD, HELLO, 5000)).toEqual(HELLO);
  channel.metadata.set('token', token);
  expect(await channel.call(METHOD, Buffer.alloc(0), 4999)).toEqual(Buffer.alloc(0));
  channel.metadata.delete('token');
  expect(await channel.call('/etcdserverpb.KV/Range', HELLO, 4999)).toEqual(HELLO);
  const same = {
    ':method': 'POST',
    ':scheme': 'http',
    ':authority': `127.0.0.1:${port}`,
    'content-type': 'application/grpc',
    te: 'trailers',
    hasleader: 'true',
  };
  expect(seen).toEqual([
    { ...same, ':path': METHOD, 'grpc-timeout': '5000m' },
    { ...same, ':path': METHOD, 'grpc-timeout': '4999m', token },
    { ...same, ':path': '/etcdserverpb.KV/Range', 'grpc-timeout': '4999m' },
  ]);
  expect(channel.endpoint).toBe(`http://127.0.0.1:${port}`);
});

it('tells what a server says of a call that failed', async () => {
  const answers = [
    { ':status': 200, 'grpc-status': 12, 'grpc-message': 'not%20here' },
    { ':status': 200, 'grpc-status': 3, 'grpc-message': '100%' },
    { ':status': 503 },
    { ':status': 200 },
  ];
  const { port } = await nodePeer((stream) => stream.respond(answers.shift(), { endStream: true }));
  const channel = channelTo([port]);
  const outcomes = [
    { code: 12, message: 'not here' },
    { code: 3, message: '100%' },
    { code: 14, message: 'HTTP status 503 instead of an answer of etcd' },
    { code: 14, message: LOST },
  ];
  for (const outcome of outcomes)
    await expect(channel.call(METHOD, HELLO, PLENTY_MS)).rejects.toMatchObject({ name: 'GrpcError', ...outcome });
});

it('does not read what is no message', async () => {
  const { port } = await nodePeer((stream, { ':path': path }) => {
    stream.respond({ ':status': path === '/page' ? 404 : 200 });
    stream.end('<html>not found</html>');
  });
  const channel = channelTo([port]);
  await expect(channel.call(METHOD, HELLO, PLENTY_MS)).rejects.toMatchObject({
    code: 14,
    message: 'what etcd sent is no message of gRPC',
  });
  await expect(channel.call('/page', HELLO, PLENTY_MS)).rejects.toThrow('HTTP status 404 instead of an answer of etcd');
});

it('sends and takes messages that are larger than any window', async () => {
  const { port } = await nodePeer(async (stream) => {
    const message = await messageOf(stream);
    reply(stream, Buffer.concat(Array.from({ length: 8 }, () => message)));
  });
  const channel = channelTo([port]);
  const message = Buffer.alloc(5_000_000);
  for (let i = 0; i < message.length; i += 1000) message.writeUInt32BE(i, i);
  const [first, second] = await Promise.all([
    channel.call(METHOD, message, PLENTY_MS),
    channel.call(METHOD, message, PLENTY_MS),
  ]);
  for (const answer of [first, second]) {
    expect(answer.length).toBe(8 * message.length);
    expect(answer.subarray(7 * message.length).equals(message)).toBe(true);
  }
});

it('has no more calls under way than a server wants', async () => {
  let most = 0;
  let now = 0;
  const server = createServer({ settings: { maxConcurrentStreams: 5 } });
  const { port } = await nodePeer(async (stream) => {
    most = Math.max(most, ++now);
    stream.on('close', () => now--);
    const message = await messageOf(stream);
    await nextTurn();
    reply(stream, message);
  }, server);
  const channel = channelTo([port]);
  const messages = Array.from({ length: 500 }, (_, i) => Buffer.from(`message ${i}`.padEnd(i * 10)));
  const answers = await Promise.all(messages.map((message) => channel.call(METHOD, message, PLENTY_MS)));
  expect(answers.findIndex((answer, i) => !answer.equals(messages[i] as Buffer))).toBe(-1);
  expect(most).toBe(5);
});

it('sends thousands of calls at once', async () => {
  const { port } = await nodePeer(async (stream) => reply(stream, await messageOf(stream)));
  const channel = channelTo([port]);
  const messages = Array.from({ length: 5000 }, (_, i) => Buffer.from(`message ${i}`.padEnd(1000)));
  const answers = await Promise.all(messages.map((message) => channel.call(METHOD, message, PLENTY_MS)));
  expect(answers.findIndex((answer, i) => !answer.equals(messages[i] as Buffer))).toBe(-1);
});

it('has messages both ways on a stream, until either side ends it', async () => {
  const ends: string[] = [];
  const { port } = await nodePeer((stream) => {
    stream.respond({ ':status': 200 }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.on('data', (chunk: Buffer) => {
      if (chunk.subarray(5).toString() === 'end') stream.end();
      else stream.write(frameOf(chunk.subarray(5)));
    });
    stream.on('close', () => ends.push(String(stream.rstCode)));
  });
  const channel = channelTo([port]);
  const heard: string[] = [];
  let onHeard: () => void = () => undefined;
  const hear = (text: string): void => {
    heard.push(text);
    onHeard();
  };
  const until = async (count: number): Promise<void> => {
    while (heard.length < count) await new Promise<void>((resolve) => (onHeard = resolve));
  };
  const sink = { message: (bytes: Buffer) => hear(bytes.toString()), end: (error: Error) => hear(error.message) };
  const stream = await channel.open('/etcdserverpb.Watch/Watch', sink);
  for (const text of ['a', 'b']) {
    stream.send(Buffer.from(text));
    await until(heard.length + 1);
  }
  stream.send(Buffer.from('end'));
  await until(3);
  expect(heard).toEqual(['a', 'b', 'the stream has ended']);
  const other = await channel.open('/etcdserverpb.Watch/Watch', sink);
  other.send(Buffer.from('c'));
  await until(4);
  other.cancel();
  other.send(Buffer.from('d'));
  await expect.poll(() => ends).toEqual([String(constants.NGHTTP2_CANCEL), String(constants.NGHTTP2_CANCEL)]);
  expect(heard).toEqual(['a', 'b', 'the stream has ended', 'c']);
});

it('gives up a call when its time is over', async () => {
  const codes: number[] = [];
  const { port } = await nodePeer((stream) => stream.on('close', () => codes.push(stream.rstCode)));
  const clock = new SimulatedClock();
  const channel = channelTo([port], { clock });
  const outcome = expect(channel.call(METHOD, HELLO, 1000)).rejects.toMatchObject({
    code: 4,
    message: 'context deadline exceeded',
  });
  await expect.poll(() => channel.endpoint).toBeDefined();
  await clock.advance(1000);
  await outcome;
  await expect.poll(() => codes).toEqual([constants.NGHTTP2_CANCEL]);
});

it('fails all calls of a connection that breaks, and makes another one', async () => {
  const held: ServerHttp2Session[] = [];
  const server = createServer();
  server.on('session', (session) => held.push(session));
  let unanswered = 0;
  const { port, connections } = await nodePeer((stream, { ':path': path }) => {
    if (path === METHOD) reply(stream, HELLO);
    else unanswered++;
  }, server);
  const channel = channelTo([port]);
  await channel.call(METHOD, HELLO, PLENTY_MS);
  const lost = Array.from({ length: 3 }, () => channel.call('/never', HELLO, PLENTY_MS));
  const ended = new Promise<Error>((end) => void channel.open('/never', { message: () => undefined, end }));
  await expect.poll(() => unanswered).toBe(4);
  for (const session of held) session.destroy();
  for (const call of lost) await expect(call).rejects.toMatchObject({ code: 14, isUnsent: false, message: LOST });
  expect((await ended).message).toBe(LOST);
  expect(await channel.call(METHOD, HELLO, PLENTY_MS)).toEqual(HELLO);
  expect(connections()).toBe(2);
});

it('finishes what is under way with a server that says goodbye, and asks on another connection then', async () => {
  const answers: (() => void)[] = [];
  const { port, connections } = await nodePeer((stream, { ':path': path }) => {
    if (path === METHOD) return reply(stream, HELLO);
    answers.push(() => reply(stream, HELLO));
    if (answers.length === 1) setImmediate(() => stream.session?.close());
  });
  const channel = channelTo([port]);
  const early = channel.call('/slow', HELLO, PLENTY_MS);
  await expect.poll(() => answers.length).toBe(1);
  await expect.poll(() => channel.endpoint).toBeUndefined();
  expect(await channel.call(METHOD, HELLO, PLENTY_MS)).toEqual(HELLO);
  expect(connections()).toBe(2);
  answers[0]?.();
  expect(await early).toEqual(HELLO);
});

it('goes to another server when it is told to, and finishes what is under way', async () => {
  const answers: (() => void)[] = [];
  const one = await nodePeer((stream) => answers.push(() => reply(stream, Buffer.from('one'))));
  const other = await nodePeer((stream) => reply(stream, Buffer.from('other')));
  const channel = channelTo([one.port, other.port]);
  const early = channel.call(METHOD, HELLO, PLENTY_MS);
  await expect.poll(() => answers.length).toBe(1);
  channel.leave();
  expect(String(await channel.call(METHOD, HELLO, PLENTY_MS))).toBe('other');
  expect(channel.endpoint).toBe(`http://127.0.0.1:${other.port}`);
  answers[0]?.();
  expect(String(await early)).toBe('one');
});

it('tells why a server gave a call up, and whether it has looked at it', async () => {
  const codes = [constants.NGHTTP2_INTERNAL_ERROR, constants.NGHTTP2_REFUSED_STREAM, constants.NGHTTP2_CANCEL, 99];
  const { port, connections } = await nodePeer((stream) => stream.close(codes.shift()));
  const channel = channelTo([port]);
  const outcomes = [
    { message: 'Stream closed with error code NGHTTP2_INTERNAL_ERROR', isUnsent: false },
    { message: 'Stream closed with error code NGHTTP2_REFUSED_STREAM', isUnsent: true },
    { message: LOST, isUnsent: false },
    { message: 'Stream closed with error code 99', isUnsent: false },
  ];
  for (const outcome of outcomes)
    await expect(channel.call(METHOD, HELLO, PLENTY_MS)).rejects.toMatchObject({ code: 14, ...outcome });
  expect(connections()).toBe(1);
});

it('reaches nobody when it is closed', async () => {
  const { port } = await nodePeer(() => undefined);
  const channel = channelTo([port]);
  const lost = expect(channel.call(METHOD, HELLO, PLENTY_MS)).rejects.toMatchObject({ code: 14, message: LOST });
  await expect.poll(() => channel.endpoint).toBeDefined();
  await nextTurn();
  channel.close();
  await lost;
  await expect(channel.call(METHOD, HELLO, PLENTY_MS)).rejects.toMatchObject({
    code: 14,
    isUnsent: true,
    message: 'connection error: the channel is closed',
  });
});

it('speaks TLS with the certificates that it has', async () => {
  const pki = createPki({ clock: systemClock(), random: systemRandom() });
  const { cert, key } = pki.servingCertificate(['127.0.0.1']);
  const server = createSecureServer({ cert, key, ca: pki.ca.cert, requestCert: true, rejectUnauthorized: true });
  const { port } = await nodePeer(async (stream) => reply(stream, await messageOf(stream)), server);
  const tls = { ca: pki.ca.cert, ...pki.clientCertificate({ commonName: 'fauxkube' }) };
  const message = Buffer.alloc(300_000, 'x');
  expect(await channelTo([port], { tls }).call(METHOD, message, PLENTY_MS)).toEqual(message);
  await expect(channelTo([port], { tls: { ca: pki.ca.cert } }).call(METHOD, HELLO, PLENTY_MS)).rejects.toMatchObject({
    code: 14,
    message: expect.stringContaining(`https://127.0.0.1:${port}: `),
  });
  await expect(channelTo([port], { tls: {} }).call(METHOD, HELLO, PLENTY_MS)).rejects.toMatchObject({
    code: 14,
    isUnsent: true,
    message: expect.stringMatching(/^connection error: https:.*(unable to verify|self-signed certificate)/),
  });
});
