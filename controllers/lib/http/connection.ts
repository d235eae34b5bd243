import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import type { Clock } from '../../../server/base/clock.ts';
import { ApiError, type Status } from '../../../server/kube/api-error.ts';

/** An API server, and who asks there. */
export interface ApiServer {
  /** `https://127.0.0.1:6443` */
  readonly url: string;
  /** Of the authority that signed the server's certificate, PEM. */
  readonly caCertificate?: string;
  readonly serverName?: string;
  readonly insecure?: boolean;
  readonly clientCertificate?: { readonly cert: string; readonly key: string };
  /** Sent with each request: a token may change. */
  headers?(): Readonly<Record<string, string>>;
}

/** A header may come several times. */
export type Headers = Readonly<Record<string, string | string[]>>;

export interface Exchange {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Headers;
  readonly body?: object;
  /** Whether the answer goes on and on, and needs a connection of its own. */
  readonly isStream?: boolean;
}

/** client-go asks again as often when a server says that it has too much to do. */
const RETRIES_MAX = 10;
const SOCKETS_MAX = 64;
const KEEP_ALIVE_MS = 30_000;

/** Connections to one server, shared by all who ask there. */
export class Connection {
  readonly #server: ApiServer;
  readonly #clock: Clock;
  readonly #agent: Agent;
  readonly #streams: Agent;

  constructor(server: ApiServer, clock: Clock) {
    const { caCertificate, clientCertificate, insecure, serverName } = server;
    this.#server = server;
    this.#clock = clock;
    const trust = {
      ...(caCertificate !== undefined && { ca: caCertificate }),
      ...clientCertificate,
      ...(serverName !== undefined && { servername: serverName }),
      ...(insecure && { rejectUnauthorized: false }),
    };
    this.#agent = new Agent({ keepAlive: true, maxSockets: SOCKETS_MAX, ...trust });
    this.#streams = new Agent({ keepAliveMsecs: KEEP_ALIVE_MS, ...trust });
  }

  /** JSON for JSON. @throws ApiError as the server answers, or 503 when there is no answer */
  async ask(exchange: Exchange): Promise<object> {
    for (let attempt = 0; ; attempt++) {
      const answer = await this.open(exchange);
      const text = await textOf(answer);
      const { statusCode: code = 500, headers } = answer;
      const afterMs = retryAfterMs(code, headers);
      if (afterMs !== undefined && attempt < RETRIES_MAX) {
        await new Promise<void>((resolve) => void this.#clock.schedule(afterMs, resolve));
        continue;
      }
      if (code >= 400) throw errorOf(code, text);
      return parsed(text);
    }
  }

  /** The head of an answer, whatever its status. @throws ApiError 503 when there is none */
  open({ method, path, headers, body, isStream = false }: Exchange): Promise<IncomingMessage> {
    const text = body && JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const asked = httpsRequest(`${this.#server.url.replace(/\/$/, '')}${path}`, {
        method,
        agent: isStream ? this.#streams : this.#agent,
        headers: {
          accept: 'application/json',
          ...this.#server.headers?.(),
          ...(text !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
          ...headers,
        },
      });
      asked.once('socket', (socket) => socket.setKeepAlive(true, KEEP_ALIVE_MS));
      asked.once('response', resolve);
      asked.once('error', ({ message }) =>
        reject(new ApiError(503, 'ServiceUnavailable', `${this.#server.url} cannot be reached: ${message}`)),
      );
      asked.end(text);
    });
  }

  close(): void {
    this.#agent.destroy();
    this.#streams.destroy();
  }
}

/** How long the server wants to be left alone, if it does. */
function retryAfterMs(code: number, headers: IncomingHttpHeaders): number | undefined {
  const seconds = Number(headers['retry-after']);
  return (code === 429 || code >= 500) && Number.isInteger(seconds) ? seconds * 1000 : undefined;
}

/** The whole body. @throws ApiError 503 when the connection ends before */
export function textOf(answer: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => chunks.push(chunk));
    answer.once('error', ({ message }) => reject(new ApiError(503, 'ServiceUnavailable', message)));
    answer.once('end', () => resolve(Buffer.concat(chunks).toString()));
  });
}

function parsed(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch {
    throw new ApiError(500, 'InternalError', `the server's answer is no JSON: ${text.slice(0, 200)}`);
  }
}

/** The error that an answer tells: a Status, or any text. */
export function errorOf(code: number, text: string): ApiError {
  try {
    const { reason = '', message = '', details, kind } = JSON.parse(text) as Partial<Status>;
    if (kind === 'Status') return new ApiError(code, reason, message, details);
  } catch {
    // No Status: a proxy's own words.
  }
  return new ApiError(code, '', text.trim());
}
