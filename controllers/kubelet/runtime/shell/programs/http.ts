import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Duplex } from 'node:stream';
import { SystemError } from '../../machine/errno.ts';
import type { OpenFile } from '../../machine/open-file.ts';
import type { Process } from '../../machine/process.ts';
import { InputStream } from '../../machine/stream-files.ts';
import { dial, resolve, within } from './network.ts';
import { type ClientTls, secured, trustOf } from './tls.ts';

/** A request as `curl` and `wget` make it. */
export interface HttpRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer | undefined;
  readonly connectMs: number;
  readonly totalMs: number;
  /** Instead of the URL's: `curl --resolve`. */
  readonly address?: string | undefined;
  /** For `https:`; what the container trusts unless given. */
  readonly tls?: ClientTls;
}

/** What came back: the head at once, the body as a file to read. */
export interface HttpAnswer {
  readonly head: IncomingMessage;
  readonly body: OpenFile;
  readonly close: () => void;
}

/** What is wrong with an address or a name. */
export class HostUnknown extends Error {}

/** `example:8080/path` as well as a whole URL. @returns undefined for what is none */
export function urlOf(text: string): URL | undefined {
  const whole = /^[a-z]+:\/\//i.test(text) ? text : `http://${text}`;
  return URL.canParse(whole) ? new URL(whole) : undefined;
}

/** @throws SystemError, HandshakeFailed, HostUnknown */
export async function fetchOnce(process: Process, wanted: HttpRequest): Promise<HttpAnswer> {
  const { url } = wanted;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  if (wanted.address === undefined && (await within(process, wanted.connectMs, resolve(process, host))).length === 0)
    throw new HostUnknown();
  const connection = await connectTo(process, wanted, host, port);
  const hasHost = wanted.headers.some(([name]) => name.toLowerCase() === 'host');
  const headers: Record<string, string | string[]> = hasHost ? {} : { Host: url.host };
  for (const [name, value] of wanted.headers) {
    const before = headers[name];
    headers[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  let sent: ClientRequest | undefined;
  try {
    const answer = new Promise<IncomingMessage>((done, failed) => {
      sent = request({
        createConnection: () => connection,
        host,
        port,
        path: url.pathname + url.search,
        method: wanted.method,
        headers,
        setHost: false,
      });
      sent.on('response', done).on('error', () => failed(new SystemError('ECONNRESET')));
      sent.end(wanted.body);
    });
    const head = await within(process, wanted.totalMs, answer);
    return { head, body: new InputStream(head).retain(), close: () => connection.destroy() };
  } catch (error) {
    sent?.destroy();
    connection.destroy();
    throw error;
  }
}

async function connectTo(
  process: Process,
  { url, address, connectMs, tls }: HttpRequest,
  host: string,
  port: number,
): Promise<Duplex> {
  const plain = await dial(process, address ?? host, port, connectMs);
  if (url.protocol !== 'https:') return plain;
  return secured(process, plain, host, tls ?? { caBundle: await trustOf(process) }, connectMs);
}
