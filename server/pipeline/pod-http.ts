import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ApiError, serviceUnavailable } from '../kube/api-error.ts';
import { secureClient } from '../kube/tls/secure-client.ts';
import type { Destination } from './service-traffic.ts';

export interface PodRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer;
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

/** @throws ApiError 503 when nothing listens on the port, or it does not speak TLS as it should */
async function dial({ pod, port, isSecret }: Destination): Promise<Duplex> {
  try {
    const connection = await pod.dial(port);
    if (!isSecret) return connection;
    return await secureClient(connection, { serverName: '', insecure: true }, () => 0);
  } catch (error) {
    throw serviceUnavailable(`error trying to reach service: ${(error as Error).message}`);
  }
}

const unreachable = (name: string, error: Error): ApiError =>
  serviceUnavailable(`error trying to reach service: ${name}: ${error.message}`);

/**
 * One HTTP exchange with a pod.
 * @throws ApiError 503 when nothing listens on the port
 */
export async function askPod(
  destination: Destination,
  { method, path, headers, body }: PodRequest,
): Promise<IncomingMessage> {
  const connection = await dial(destination);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      createConnection: () => connection as never,
      method,
      path,
      headers: { ...headers, connection: 'close' },
    });
    outgoing.once('response', resolve);
    outgoing.once('error', (error) => reject(unreachable(destination.name, error)));
    outgoing.end(body);
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
    outgoing.once('error', (error) => reject(unreachable(destination.name, error)));
    outgoing.end();
  });
}
