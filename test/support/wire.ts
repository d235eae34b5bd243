/** HTTP/1.1 byte by byte: requests that no client library would send, and answers as they came. */
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly tls?: boolean;
}

/** An answer as it came over the wire. */
export interface WireAnswer {
  readonly status: number;
  /** Names in lower case, each with all its values. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: Buffer;
}

export interface WireRequest {
  readonly method: string;
  /** Sent as it is: Latin-1, so that any byte can be in it. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

/** The bytes of a request on a connection of its own. */
export function requestBytes({ method, path, headers = {}, body }: WireRequest): Buffer {
  const lines = Object.entries({ Host: 'test', Connection: 'close', ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  const bytes = Buffer.from(body ?? '');
  if (body !== undefined && !lines.some((line) => /^(content-length|transfer-encoding):/i.test(line)))
    lines.push(`Content-Length: ${bytes.length}`);
  const head = [`${method} ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head, 'latin1'), bytes]);
}

/** Opens a connection. A server may end it in the middle of what is sent: that is no error here. */
export async function dial({ host, port, tls }: Endpoint): Promise<Socket> {
  const socket = tls ? connectTls({ host, port, rejectUnauthorized: false }) : connect({ host, port });
  await new Promise<void>((resolve, reject) => {
    socket.once(tls ? 'secureConnect' : 'connect', resolve);
    socket.once('error', reject);
  });
  socket.removeAllListeners('error');
  socket.on('error', () => undefined);
  return socket;
}

/** Sends bytes and resolves with everything that comes back until the server ends the connection. */
export async function sendBytes(
  endpoint: Endpoint,
  bytes: Buffer,
  onStart?: (socket: Socket) => void,
): Promise<Buffer> {
  const socket = await dial(endpoint);
  const parts: Buffer[] = [];
  socket.on('data', (part: Buffer) => parts.push(part));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(bytes);
  onStart?.(socket);
  await closed;
  return Buffer.concat(parts);
}

/** One request and its answer. */
export async function exchangeBytes(endpoint: Endpoint, request: WireRequest): Promise<WireAnswer> {
  return parseAnswer(await sendBytes(endpoint, requestBytes(request)));
}

/** @throws Error when the bytes are no HTTP answer */
export function parseAnswer(bytes: Buffer): WireAnswer {
  const end = bytes.indexOf('\r\n\r\n');
  const [first = '', ...lines] = bytes.subarray(0, Math.max(0, end)).toString('latin1').split('\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1];
  if (end < 0 || status === undefined) throw new Error(`no HTTP answer: ${bytes.subarray(0, 200).toString()}`);
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()]);
  }
  const rest = bytes.subarray(end + 4);
  const isChunked = headers.get('transfer-encoding')?.includes('chunked');
  return { status: Number(status), headers, body: isChunked ? unchunked(rest) : rest };
}

function unchunked(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const line = bytes.indexOf('\r\n', at);
    const size = line < 0 ? 0 : Number.parseInt(bytes.subarray(at, line).toString(), 16);
    if (!size) return Buffer.concat(parts);
    parts.push(bytes.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
}
