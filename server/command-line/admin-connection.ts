/** How a command reaches a running cluster: the server and the credentials of a kubeconfig file. */
import { request as httpsRequest } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { type KubeconfigContext, readKubeconfig } from '../cluster/kubeconfig-file.ts';
import type { Status } from '../kube/types.gen.ts';

export interface AdminConnection {
  readonly server: string;
  /** PEM, as everything below. */
  readonly caCertificate: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly token?: string;
  /** Whether the server's certificate may have expired. */
  readonly toleratesExpiry?: boolean;
}

const TIMEOUT_MS = 10_000;

/** The connection of the current context. @param content of the file, if read. @throws Error that says what to do */
export function readConnection(path: string, content?: string): AdminConnection {
  const advised = (what: string): Error =>
    new Error(`${what}; choose the kubeconfig of a running cluster with --kubeconfig`);
  let context: KubeconfigContext;
  try {
    context = readKubeconfig(path, content);
  } catch (error) {
    throw advised((error as Error).message);
  }
  const { server, caCertificate, certificate, key, token } = context;
  if (caCertificate === undefined) throw advised(`${path}: it names no certificate authority`);
  if (token === undefined && (certificate === undefined || key === undefined)) {
    throw advised(`${path}: its user has neither a certificate nor a token`);
  }
  return {
    server: server.replace(/\/$/, ''),
    caCertificate,
    ...(certificate !== undefined && key !== undefined && { certificate, key }),
    ...(token !== undefined && { token }),
  };
}

/** Sends JSON and reads JSON. @throws Error with the words of the API, or why there is no answer */
export async function send<T>(
  connection: AdminConnection,
  method: string,
  path: string,
  body?: object,
  timeoutMs: number = TIMEOUT_MS,
): Promise<T> {
  const text = body && JSON.stringify(body);
  return JSON.parse(await exchange(connection, method, path, { ...(text !== undefined && { text }), timeoutMs })) as T;
}

interface Sent {
  readonly text?: string;
  readonly timeoutMs?: number;
}

/** The text of an answer. @throws Error with the words of the API, or why there is no answer */
export async function exchange(
  connection: AdminConnection,
  method: string,
  path: string,
  sent: Sent = {},
): Promise<string> {
  try {
    return await exchangeOnce(connection, method, path, sent);
  } catch (error) {
    const { cause } = error as { readonly cause?: NodeJS.ErrnoException };
    if (!connection.toleratesExpiry || cause?.code !== 'CERT_HAS_EXPIRED') throw error;
    const { connectExpired } = await import('./expired-server.ts');
    return exchangeOnce(connection, method, path, sent, await connectExpired(connection));
  }
}

function exchangeOnce(
  connection: AdminConnection,
  method: string,
  path: string,
  { text, timeoutMs = TIMEOUT_MS }: Sent,
  socket?: TLSSocket,
): Promise<string> {
  const { server, caCertificate: ca, certificate: cert, key, token } = connection;
  return new Promise((done, reject) => {
    const asked = httpsRequest(
      new URL(`${server}${path}`),
      {
        method,
        ca,
        timeout: timeoutMs,
        // An agent of whatever kind would connect by itself.
        ...(socket ? { createConnection: () => socket } : { agent: false }),
        ...(cert !== undefined && { cert, key }),
        headers: {
          'user-agent': 'fauxkube',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(text !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
        },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const read = Buffer.concat(chunks).toString();
          if ((answer.statusCode ?? 500) >= 400) reject(new Refused(read));
          else done(read);
        });
      },
    );
    asked.once('timeout', () => asked.destroy(new Error('it does not answer')));
    asked.once('error', (cause) =>
      reject(new Error(`${server} cannot be reached (${cause.message}): is fauxkube start running?`, { cause })),
    );
    asked.end(text);
  });
}

/** The server has answered that it will not, or cannot. */
export class Refused extends Error {
  /** What the Status tells besides: a program can tell refusals apart by it. */
  readonly causes: readonly { readonly reason?: string; readonly message?: string }[];

  /** @param text a Status, or whatever came instead */
  constructor(text: string) {
    const { message, details } = statusOf(text);
    super(message ?? text);
    this.causes = details?.causes ?? [];
  }
}

function statusOf(text: string): Partial<Pick<Status, 'message' | 'details'>> {
  try {
    return (JSON.parse(text) ?? {}) as Partial<Status>;
  } catch {
    return {};
  }
}
