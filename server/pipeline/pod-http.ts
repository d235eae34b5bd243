import { request as httpRequest, type IncomingMessage } from 'node:http';
import { type Duplex, pipeline, type Readable } from 'node:stream';
import { type ApiError, serviceUnavailable } from '../kube/api-error.ts';
import { secureClient } from '../kube/tls/secure-client.ts';
import type { Destination } from './service-traffic.ts';

export interface PodRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** What is known as a whole, or comes bit by bit; its length is among the headers, or nobody knows it. */
  readonly body?: Buffer | Readable | undefined;
}

/** Headers that belong to one connection and are not passed on (RFC 9110, 7.6.1). */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Headers as one side sent them, without those that end at this hop. */
export function endToEnd(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !HOP_BY_HOP.has(name) && !name.startsWith(':')) kept[name] = value;
  }
  return kept;
}

const unreachable = (why: string): ApiError => serviceUnavailable(`error trying to reach service: ${why}`);

/** @throws ApiError 503 when nothing listens on the port, or it does not speak TLS as it should */
async function dial({ pod, port, address, isSecret }: Destination): Promise<Duplex> {
  let connection: Duplex;
  try {
    connection = await pod.dial(port);
  } catch {
    throw unreachable(`dial tcp ${address}: connect: connection refused`);
  }
  if (!isSecret) return connection;
  try {
    // kube-apiserver's proxy does not look at the certificates of pods either.
    return await secureClient(connection, { serverName: '', insecure: true }, () => 0);
  } catch (error) {
    throw unreachable((error as Error).message);
  }
}

const toldOf = ({ name }: Destination, error: Error): string => `${name}: ${error.message}`;

/**
 * One HTTP exchange with a pod.
 * @throws ApiError 503 when nothing listens on the port
 */
export async function askPod(
  destination: Destination,
  { method, path, headers, body }: PodRequest,
): Promise<IncomingMessage> {
  const connection = await dial(destination);
  // Node sends what comes with a GET as it is, and the pod would take it for the next request.
  const isOpenEnded = body !== undefined && !Buffer.isBuffer(body) && headers['content-length'] === undefined;
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      createConnection: () => connection as never,
      method,
      path,
      headers: { ...headers, connection: 'close', ...(isOpenEnded && { 'transfer-encoding': 'chunked' }) },
    });
    outgoing.once('response', resolve);
    outgoing.once('error', (error) => reject(unreachable(toldOf(destination, error))));
    if (body === undefined || Buffer.isBuffer(body)) outgoing.end(body);
    // Who stops in the middle of a request has not asked at all: the connection ends, and with it the answer.
    else pipeline(body, outgoing, () => undefined);
  });
}

/** A pod that speaks another protocol from now on, if it wants to. */
export type UpgradeAnswer =
  | { readonly response: IncomingMessage; readonly socket: Duplex; readonly head: Buffer }
  | { readonly response: IncomingMessage; readonly socket?: undefined };

/**
 * Asks a pod for another protocol.
 * @throws ApiError 503 when nothing listens on the port
 */
export async function upgradePod(
  destination: Destination,
  { method, path, headers }: Omit<PodRequest, 'body'>,
  upgrade: string,
): Promise<UpgradeAnswer> {
  const connection = await dial(destination);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      createConnection: () => connection as never,
      method,
      path,
      headers: { ...headers, connection: 'Upgrade', upgrade },
    });
    outgoing.once('upgrade', (response, socket, head) => resolve({ response, socket, head }));
    outgoing.once('response', (response) => resolve({ response }));
    outgoing.once('error', (error) => reject(unreachable(toldOf(destination, error))));
    outgoing.end();
  });
}
