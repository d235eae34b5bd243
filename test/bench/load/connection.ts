/**
 * One HTTP/2 connection over TLS that many requests share, as those of client-go do. Not `node:http2`: its client
 * needs more CPU for a request than the servers that are measured, so that a measurement would be one of the client.
 */
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import {
  CONNECTION_WINDOW,
  FLAG,
  FRAME,
  frame,
  frameReader,
  PREFACE,
  SETTING,
  settingIn,
  settingsFrame,
  WINDOW_MAX,
  windowUpdateFrame,
} from './frames.ts';
import { requestBlock } from './header-block.ts';
import { type Answer, createStreams, type Streams } from './streams.ts';

/** Where a server is and who asks. */
export interface Endpoint {
  readonly url: string;
  /** PEM texts, as the next two. Without it any server is believed: only where nothing is told to it. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface Connection {
  /** How many streams the server allows at once. */
  readonly streamsMax: number;
  /** Sends a request and reads the answer to its end without looking into it. @returns its length in bytes */
  exchange(method: string, path: string, body?: Buffer, type?: string): Promise<number>;
  /** Reads an answer to its end. @returns how it begins, a KB or so */
  getHead(path: string): Promise<string>;
  /** A small answer, decoded. */
  getJson<T>(path: string): Promise<T>;
  /** Begins a watch; resolves when the server has accepted it, then tells what comes. */
  follow(path: string, onData: (part: Buffer) => void): Promise<void>;
  close(): void;
}

/** One frame holds a body. */
const BODY_BYTES_MAX = 16_384;
const REFILL_BYTES = 1 << 30;
const HEAD_BYTES = 1024;
const JSON_TYPE = 'application/json';
/** Windows that never close: the server is measured, not how fast this program acknowledges. No header table. */
const SETTINGS = [
  [SETTING.headerTableSize, 0],
  [SETTING.enablePush, 0],
  [SETTING.initialWindowSize, WINDOW_MAX],
] as const;

async function tlsSocket({ url, ca, cert, key }: Endpoint): Promise<TLSSocket> {
  const { hostname, port } = new URL(url);
  const socket = connect({
    host: hostname,
    port: Number(port),
    ALPNProtocols: ['h2'],
    ...(ca === undefined ? { rejectUnauthorized: false } : { ca }),
    ...(cert !== undefined && { cert, key }),
  });
  await once(socket, 'secureConnect');
  return socket.setNoDelay(true);
}

/** Writes frames; those of one turn leave together, each in a TLS record of its own. */
function frameWriter(socket: TLSSocket): (bytes: Buffer) => void {
  return (bytes) => {
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    socket.write(bytes);
  };
}

/** Bodies wait until the server's window for this connection has room for them. */
function bodyWriter(write: (bytes: Buffer) => void): {
  add(id: number, body: Buffer): void;
  grow(bytes: number): void;
} {
  const waiting: { readonly id: number; readonly body: Buffer }[] = [];
  let window = CONNECTION_WINDOW;
  const grow = (bytes: number): void => {
    window += bytes;
    for (let first = waiting[0]; first && first.body.length <= window; first = waiting[0]) {
      waiting.shift();
      window -= first.body.length;
      write(frame(FRAME.data, FLAG.endStream, first.id, first.body));
    }
  };
  const add = (id: number, body: Buffer): void => {
    if (body.length > BODY_BYTES_MAX) throw new Error(`a body of ${body.length} bytes does not fit into one frame`);
    waiting.push({ id, body });
    grow(0);
  };
  return { add, grow };
}

/** @throws the error of the socket, such as ECONNREFUSED */
export async function open(endpoint: Endpoint): Promise<Connection> {
  const { host } = new URL(endpoint.url);
  const socket = await tlsSocket(endpoint);
  const streams = createStreams();
  const write = frameWriter(socket);
  const bodies = bodyWriter(write);
  const streamsMax = settingsOf(socket, streams, write, (bytes) => bodies.grow(bytes));
  write(PREFACE);
  write(settingsFrame(SETTINGS));
  write(windowUpdateFrame(WINDOW_MAX - CONNECTION_WINDOW));

  let nextId = 1;
  const send = (method: string, path: string, body: Buffer | undefined, answer: Answer, type = JSON_TYPE): void => {
    const id = nextId;
    nextId += 2;
    streams.begin(id, `${method} ${path}`, answer);
    const flags = FLAG.endHeaders | (body === undefined ? FLAG.endStream : 0);
    write(frame(FRAME.headers, flags, id, requestBlock(method, host, path, body && { type, bytes: body.length })));
    if (body !== undefined) bodies.add(id, body);
  };
  return {
    streamsMax: await streamsMax,
    exchange: (method, path, body, type) =>
      new Promise((resolve, onError) => {
        let bytes = 0;
        const onData = (part: Buffer): void => {
          bytes += part.length;
        };
        send(method, path, body, { onData, onEnd: () => resolve(bytes), onError }, type);
      }),
    async getHead(path) {
      let head: Buffer = Buffer.alloc(0);
      const onData = (part: Buffer): void => {
        if (head.length < HEAD_BYTES) head = Buffer.concat([head, part.subarray(0, HEAD_BYTES)]);
      };
      await new Promise<void>((onEnd, onError) => send('GET', path, undefined, { onData, onEnd, onError }));
      return head.toString();
    },
    async getJson<T>(path: string) {
      const parts: Buffer[] = [];
      const onData = (part: Buffer): void => void parts.push(part);
      await new Promise<void>((onEnd, onError) => send('GET', path, undefined, { onData, onEnd, onError }));
      return JSON.parse(Buffer.concat(parts).toString()) as T;
    },
    follow: (path, onData) =>
      new Promise((onHeaders, onError) => send('GET', path, undefined, { onHeaders, onData, onError })),
    close: () => void socket.destroy(),
  };
}

/** Reads all that comes. @returns the limit of streams, as soon as the server's settings are there */
function settingsOf(
  socket: TLSSocket,
  streams: Streams,
  write: (bytes: Buffer) => void,
  grow: (bytes: number) => void,
): Promise<number> {
  return new Promise((resolve, reject) => {
    let received = 0;
    const data = (id: number, part: Buffer, isEnd: boolean): void => {
      streams.data(id, part);
      received += part.length;
      if (received >= REFILL_BYTES) {
        write(windowUpdateFrame(received));
        received = 0;
      }
      if (isEnd) streams.end(id);
    };
    const onFrame = (type: number, flags: number, id: number, payload: Buffer): void => {
      const isAck = (flags & FLAG.ack) !== 0;
      if (type === FRAME.headers) {
        streams.headers(id, payload);
        if (flags & FLAG.endStream) streams.end(id);
      } else if (type === FRAME.reset) streams.end(id);
      else if (type === FRAME.ping && !isAck) write(frame(FRAME.ping, FLAG.ack, 0, payload));
      else if (type === FRAME.windowUpdate && id === 0) grow(payload.readUInt32BE());
      else if (type === FRAME.settings && !isAck) {
        write(frame(FRAME.settings, FLAG.ack, 0, Buffer.alloc(0)));
        resolve(settingIn(payload, SETTING.maxConcurrentStreams) ?? Number.POSITIVE_INFINITY);
      }
    };
    const fail = (error: Error): void => {
      reject(error);
      streams.fail(error);
    };
    socket.on('data', frameReader({ data, frame: onFrame }));
    socket.on('error', fail);
    socket.on('close', () => fail(new Error('the connection was closed')));
  });
}
