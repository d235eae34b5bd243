import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { duplexPair } from '../../../server/base/duplex-pair.ts';
import { LIMITS } from '../../../server/kube/limits.ts';
import { dataFrame, FRAME, goAway, ping, settings, windowUpdate } from '../../../server/streaming/spdy/frames.ts';
import { SpdyConnection } from '../../../server/streaming/spdy/spdy-connection.ts';
import type { SpdyStream } from '../../../server/streaming/spdy/spdy-stream.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { SpdyClient } from '../../support/streams/spdy-client.ts';

let client: SpdyClient;
let transport: Duplex;
let clock: SimulatedClock;
let opened: SpdyStream[];
let closed: SpdyConnection[];

beforeEach(() => {
  const [near, far] = duplexPair();
  transport = far;
  clock = new SimulatedClock();
  opened = [];
  const ended: SpdyConnection[] = [];
  closed = ended;
  const events = {
    opened: (stream: SpdyStream) => void opened.push(stream),
    closed: () => void ended.push(connection),
  };
  const connection = new SpdyConnection(far, events, clock);
  client = new SpdyClient(near);
});
afterEach(() => client[Symbol.asyncDispose]());

/** The server's side of a stream that the client has opened. */
async function open(headers: Readonly<Record<string, string>> = {}): Promise<[SpdyStream, number]> {
  const { id } = await client.open(headers);
  await vi.waitFor(() => expect(client.streams.get(id)?.isReplied).toBe(true));
  return [opened.at(-1) as SpdyStream, id];
}

const word = (payload: Buffer, index: number): number => payload.readUInt32BE(index * 4);

describe('streams', () => {
  it('have the headers that the client gave them', async () => {
    await open({ streamtype: 'error', port: '80' });
    const [stream] = await open({ streamtype: 'data', port: '80' });
    expect([...stream.headers]).toEqual([
      ['streamtype', 'data'],
      ['port', '80'],
    ]);
  });

  it('are answered before anything is said on them', async () => {
    const { id } = await client.open({});
    await vi.waitFor(() => expect(opened.length).toBe(1));
    opened[0]?.write('hello');
    const stream = client.streams.get(id);
    await stream?.until(({ text }) => text === 'hello');
    expect(client.controls.map(({ type }) => type)).toEqual([FRAME.synReply]);
  });

  it('may be ended by each side', async () => {
    const [stream, id] = await open();
    client.streams.get(id)?.write('question');
    client.streams.get(id)?.end();
    expect(await text(stream)).toBe('question');
    stream.end('answer');
    await client.streams.get(id)?.until(({ isEnded }) => isEnded);
    expect(client.streams.get(id)?.text).toBe('answer');
  });

  it('are reset when they are destroyed', async () => {
    const [stream, id] = await open();
    stream.destroy();
    const payload = await client.control((type) => type === FRAME.rstStream);
    expect([word(payload, 0), word(payload, 1)]).toEqual([id, 5]);
  });

  it('end when the client resets them, or goes', async () => {
    const [first, id] = await open();
    const [second] = await open();
    client.streams.get(id)?.reset();
    await vi.waitFor(() => expect(first.destroyed).toBe(true));
    expect(second.destroyed).toBe(false);
    client.socket.destroy();
    await vi.waitFor(() => expect(second.destroyed).toBe(true));
    expect(closed.length).toBe(1);
  });

  it('have numbers that are odd, and grow', async () => {
    await open();
    await client.open({}, 1);
    const again = await client.control((type) => type === FRAME.rstStream);
    expect([word(again, 0), word(again, 1)]).toEqual([1, 1]);
    await client.open({}, 4);
    const even = await client.control((type, payload) => type === FRAME.rstStream && word(payload, 0) === 4);
    expect(word(even, 1)).toBe(1);
    expect(opened.length).toBe(1);
  });
});

describe('the connection', () => {
  it('answers pings of the client', async () => {
    client.socket.write(ping(7));
    expect(word(await client.control((type) => type === FRAME.ping), 0)).toBe(7);
  });

  it('ends with its last stream once the client has said goodbye', async () => {
    const [stream, id] = await open();
    client.socket.write(goAway(0, 0));
    await client.open({});
    client.streams.get(id)?.end();
    stream.resume();
    stream.end();
    await client.control((type) => type === FRAME.goAway);
    expect(opened.length).toBe(1);
  });

  it.each([
    ['another version', Buffer.from('8002000100000000', 'hex')],
    ['a frame of control that is too large', Buffer.from('8003000100ffffff', 'hex')],
    ['headers that are not compressed', Buffer.from('800300010000000e0000000100000000000000000000', 'hex')],
  ])('ends at %s', async (_what, bytes) => {
    client.socket.write(bytes);
    expect(word(await client.control((type) => type === FRAME.goAway), 1)).toBe(1);
  });

  it('ends at headers that become too large', async () => {
    void client.open({ large: 'x'.repeat(LIMITS.streamHeaderBytes) });
    expect(word(await client.control((type) => type === FRAME.goAway), 1)).toBe(1);
    expect(opened.length).toBe(0);
  });

  it('is cut off when the client does not end it', async () => {
    client.socket.write(Buffer.from('8002000100000000', 'hex'));
    await client.control((type) => type === FRAME.goAway);
    expect(transport.destroyed).toBe(false);
    await clock.advance(LIMITS.streamCloseMs);
    expect(transport.destroyed).toBe(true);
  });
});

describe('windows', () => {
  it('are obeyed once the client has spoken of them', async () => {
    client.socket.write(settings(7, 10));
    const [stream, id] = await open();
    stream.write('0123456789abcdef');
    await client.streams.get(id)?.until(({ text: so }) => so.length === 10);
    client.socket.write(windowUpdate(id, 4));
    await client.streams.get(id)?.until(({ text: so }) => so === '0123456789abcd');
  });

  it('are opened again as the pod takes what came', async () => {
    client.socket.write(settings(7, 1 << 20));
    const [stream, id] = await open();
    client.socket.write(dataFrame(id, Buffer.alloc(40_000)));
    const ofStream = await client.control((type, payload) => type === FRAME.windowUpdate && word(payload, 0) === id);
    expect(word(ofStream, 1)).toBe(40_000);
    const ofAll = await client.control((type, payload) => type === FRAME.windowUpdate && word(payload, 0) === 0);
    expect(word(ofAll, 1)).toBe(40_000);
    stream.destroy();
  });

  it('are nothing to other clients', async () => {
    const [stream, id] = await open();
    stream.write(Buffer.alloc(1 << 20));
    await client.streams.get(id)?.until(({ received }) => received.length === 1 << 20);
  });
});

it('a pod that does not read makes the client wait', async () => {
  const [stream, id] = await open();
  const piece = Buffer.alloc(64 * 1024);
  for (let i = 0; i < 8; i++) client.socket.write(dataFrame(id, piece));
  await vi.waitFor(() => expect(stream.readableLength).toBeGreaterThanOrEqual(LIMITS.streamBacklogBytes));
  const kept = stream.readableLength;
  for (let i = 0; i < 50; i++) client.socket.write(dataFrame(id, piece));
  client.socket.write(ping(1));
  await vi.waitFor(() => expect(transport.isPaused()).toBe(true));
  expect(stream.readableLength).toBeLessThanOrEqual(kept + piece.length);
  stream.resume();
  await client.control((type) => type === FRAME.ping);
});

async function text(stream: SpdyStream): Promise<string> {
  let found = '';
  stream.on('data', (chunk: Buffer) => {
    found += chunk.toString();
  });
  await once(stream, 'end');
  return found;
}
