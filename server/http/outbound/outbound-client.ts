/** Calls to servers outside: webhooks and aggregated APIs. One connection pool for each server and trust. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Agent, type RequestOptions, request as requestHttps } from 'node:https';
import type { Duplex } from 'node:stream';
import type { Cancel, Clock } from '../../base/clock.ts';
import { goQuote } from '../../kube/go-quote.ts';
import { LIMITS } from '../../kube/limits.ts';
import { type Outbound, OutboundError, type OutboundRequest, type OutboundResponse } from '../../kube/outbound.ts';
import { openConnection, type Target } from './connect.ts';

/** Upstream keeps as many clients (defaultCacheSize). */
const POOLS_MAX = 200;

/** An agent whose connections are our own. */
class Pool extends Agent {
  readonly #target: Target;
  readonly #now: () => number;

  constructor(target: Target, now: () => number) {
    super({ keepAlive: true });
    this.#target = target;
    this.#now = now;
  }

  override createConnection(_options: RequestOptions, done?: (error: Error | null, stream: Duplex) => void): undefined {
    openConnection(this.#target, this.#now).then(
      (socket) => done?.(null, socket),
      (error: Error) => done?.(error, undefined as unknown as Duplex),
    );
  }
}

/** A message without the words that all failed calls begin with: the answer had begun. */
class BodyError extends Error {}

const DEADLINE = 'context deadline exceeded';

/**
 * @example
 * const outbound = new OutboundClient(systemClock());
 * await outbound.call({ url: 'https://127.0.0.1:9443/', caBundle, body: '{}', timeoutMs: 10_000 });
 */
export class OutboundClient implements Outbound {
  readonly #pools = new Map<string, Pool>();
  readonly #clock: Clock;

  /** @param clock a real one: nobody outside waits for a simulated one */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async call(request: OutboundRequest): Promise<OutboundResponse> {
    const { method = 'POST', url } = request;
    try {
      return await this.#exchange(request, true);
    } catch (error) {
      const { message } = error as Error;
      const isTimeout = message === DEADLINE;
      if (error instanceof BodyError) throw new OutboundError(message, message.endsWith(DEADLINE));
      const verb = `${method.charAt(0)}${method.slice(1).toLowerCase()}`;
      throw new OutboundError(`${verb} ${goQuote(url)}: ${message}`, isTimeout);
    }
  }

  /** Closes all connections. */
  close(): void {
    for (const pool of this.#pools.values()) pool.destroy();
    this.#pools.clear();
  }

  #poolOf(request: OutboundRequest, { hostname, port, origin }: URL): Pool {
    const { caBundle = '', clientCertificate, serverName = '', insecure = false } = request;
    const trust = createHash('sha256').update(JSON.stringify([caBundle, clientCertificate ?? null]));
    const key = `${origin} ${serverName} ${insecure} ${trust.digest('base64')}`;
    const known = this.#pools.get(key);
    this.#pools.delete(key);
    const host = hostname.replace(/^\[|\]$/g, '');
    const target = { ...request, host, port: Number(port || 443), serverName: serverName || host };
    const pool = known ?? new Pool(target, () => this.#clock.now());
    this.#pools.set(key, pool);
    const [oldest] = this.#pools.keys();
    if (this.#pools.size > POOLS_MAX && oldest !== undefined) {
      this.#pools.get(oldest)?.destroy();
      this.#pools.delete(oldest);
    }
    return pool;
  }

  #exchange(request: OutboundRequest, mayRepeat: boolean): Promise<OutboundResponse> {
    const { method = 'POST', url, headers = {}, body = '', timeoutMs } = request;
    const target = new URL(url);
    const agent = this.#poolOf(request, target);
    return new Promise((resolve, reject) => {
      const outgoing = requestHttps(target, {
        agent,
        method,
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      });
      let response: IncomingMessage | undefined;
      let cancel: Cancel = () => undefined;
      const fail = (error: Error): void => {
        cancel();
        outgoing.destroy();
        reject(response ? bodyError(error.message) : error);
      };
      cancel = this.#clock.schedule(timeoutMs, () => fail(new Error(DEADLINE)));
      outgoing.once('response', (incoming) => {
        response = incoming;
        readBody(incoming).then((bytes) => {
          cancel();
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: bytes });
        }, fail);
      });
      outgoing.on('error', (error: Error & { code?: string }) => {
        if (response) return;
        // The server had closed the connection that was kept open: nobody has seen the request.
        if (mayRepeat && outgoing.reusedSocket && error.code === 'ECONNRESET') {
          cancel();
          this.#exchange(request, false).then(resolve, reject);
        } else fail(new Error(exchangeFault(error)));
      });
      outgoing.end(body);
    });
  }
}

const bodyError = (message: string): BodyError =>
  new BodyError(`unexpected error when reading response body. Please retry. Original error: ${message}`);

function exchangeFault({ code, message }: Error & { readonly code?: string }): string {
  if (code === 'ECONNRESET') return message === 'socket hang up' ? 'EOF' : 'read: connection reset by peer';
  if (code === 'EPIPE') return 'write: broken pipe';
  if (code?.startsWith('HPE_')) return 'net/http: HTTP/1.x transport connection broken: malformed HTTP response';
  return message;
}

/** @throws Error `unexpected EOF`, or when the answer is larger than anybody needs */
async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > LIMITS.outboundAnswerBytes) break;
      chunks.push(chunk);
    }
  } catch {
    throw new Error('unexpected EOF');
  }
  if (bytes > LIMITS.outboundAnswerBytes)
    throw new Error(`the answer has more than ${LIMITS.outboundAnswerBytes} bytes`);
  return Buffer.concat(chunks);
}
