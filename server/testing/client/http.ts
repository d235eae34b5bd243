/** Requests to one cluster, with nothing but Node. */
import { Agent, type RequestOptions, request as requestHttps } from 'node:https';
import type { Connection } from './kubeconfig.ts';

/** Whoever waits longer waits for something that does not come. */
const TIMEOUT_MS = 120_000;

/** An answer that is no success. */
export class RequestError extends Error {
  /** Of HTTP: 404 */
  readonly status: number;
  /** What the API calls it: `NotFound`; empty where it says nothing. */
  readonly reason: string;
  readonly body: string;

  constructor(what: string, status: number, body: string) {
    const { message = body.trim(), reason = '' } = statusOf(body);
    super(`${what}: ${message === '' ? status : message}`);
    this.name = 'RequestError';
    this.status = status;
    this.reason = reason;
    this.body = body;
  }
}

function statusOf(body: string): { readonly message?: string; readonly reason?: string } {
  try {
    return (JSON.parse(body) ?? {}) as { message?: string; reason?: string };
  } catch {
    return {};
  }
}

/** What is sent. */
export interface Sent {
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** A text goes out as it is, as YAML unless a header says otherwise; everything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A keep-alive connection or several, with the credentials of one user. */
export class HttpConnection {
  readonly #to: Connection;
  readonly #agent: Agent;

  constructor(to: Connection) {
    this.#to = to;
    const { ca, certificate: cert, key } = to;
    // Sockets that nobody uses keep no process.
    this.#agent = new Agent({
      keepAlive: true,
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert, key }),
    });
  }

  /** @returns what JSON says, and any other answer as a text. @throws RequestError for an answer that is no success */
  async send(method: string, path: string, sent: Sent = {}): Promise<unknown> {
    const { status, mediaType, text } = await this.#exchange(method, path, sent);
    if (status >= 300) throw new RequestError(`${method} ${path}`, status, text);
    return mediaType.startsWith('application/json') ? JSON.parse(text) : text;
  }

  #exchange(
    method: string,
    path: string,
    { query = {}, body, headers = {} }: Sent,
  ): Promise<{ status: number; mediaType: string; text: string }> {
    const { url, token } = this.#to;
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const search = given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const options: RequestOptions = {
      method,
      agent: this.#agent,
      timeout: TIMEOUT_MS,
      headers: {
        accept: 'application/json',
        'user-agent': 'fauxkube-client',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(text !== undefined && {
          'content-type': typeof body === 'string' ? 'application/yaml' : 'application/json',
          'content-length': Buffer.byteLength(text),
        }),
        ...headers,
      },
    };
    return new Promise((done, failed) => {
      const asked = requestHttps(`${url}${path}${search}`, options, (answer) => {
        let read = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          read += part;
        });
        answer.once('error', failed);
        answer.once('end', () =>
          done({ status: answer.statusCode ?? 0, mediaType: answer.headers['content-type'] ?? '', text: read }),
        );
      });
      asked.once('timeout', () => asked.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
      asked.once('error', ({ message }) => failed(new Error(`${method} ${url}${path}: ${message}`)));
      asked.end(text);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
