/** Calls to servers outside: webhooks and aggregated APIs. One connection pool for each server and trust. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Agent, type RequestOptions, request as requestHttps } from 'node:https';
import type { Duplex } from 'node:stream';
import type { Cancel, Clock } from '../../base/clock.ts';
import { goQuote } from '../../kube/go-quote.ts';
import { LIMITS } from '../../kube/limits.ts';
import {
  type Outbound,
  OutboundError,
  type OutboundRequest,
  type OutboundResponse,
  type OutboundStream,
  type OutboundStreamRequest,
  type OutboundUpgrade,
} from '../../kube/outbound.ts';
import { openConnection, type Target } from './connect.ts';
import { exchangeFault } from './exchange-fault.ts';
import { openStream, openUpgrade } from './streams.ts';

/** Upstream keeps as many clients (defaultCacheSize). */
const POOLS_MAX = 200;

/** An agent whose connections are our own. */
class Pool extends Agent {
  readonly #target: Target;
  readonly #now: () => number;

  constructor(target: Target, now: () => number, keepAlive = true) {
    super({ keepAlive });
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

type Trust = Pick<OutboundRequest, 'caBundle' | 'clientCertificate' | 'connect' | 'insecure' | 'serverName'>;

/** Only what a connection needs: it may be kept for long. */
function targetOf(trust: Trust, { hostname, port }: URL): Target {
  const { caBundle, clientCertificate, connect, insecure, serverName = '' } = trust;
  const host = hostname.replace(/^\[|\]$/g, '');
  return {
    host,
    port: Number(port || 443),
    serverName: serverName || host,
    ...(caBundle !== undefined && { caBundle }),
    ...(clientCertificate && { clientCertificate }),
    ...(connect && { connect }),
    ...(insecure !== undefined && { insecure }),
  };
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

  open(request: OutboundStreamRequest): Promise<OutboundStream> {
    const isStream = request.body !== undefined && !Buffer.isBuffer(request.body);
    const agent = isStream ? this.#connectionFor(request) : this.#poolOf(request, new URL(request.url));
    return openStream(request, agent, this.#clock);
  }

  upgrade(request: OutboundStreamRequest): Promise<OutboundUpgrade> {
    return openUpgrade(request, this.#connectionFor(request));
  }

  /** Of one exchange alone. */
  #connectionFor(request: OutboundStreamRequest): Agent {
    return new Pool(targetOf(request, new URL(request.url)), () => this.#clock.now(), false);
  }

  /** Closes all connections. */
  close(): void {
    for (const pool of this.#pools.values()) pool.destroy();
    this.#pools.clear();
  }

  #poolOf(request: Trust, url: URL): Pool {
    const { origin } = url;
    const { caBundle = '', clientCertificate, serverName = '', insecure = false } = request;
    const trust = createHash('sha256').update(JSON.stringify([caBundle, clientCertificate ?? null]));
    const key = `${origin} ${serverName} ${insecure} ${trust.digest('base64')}`;
    const known = this.#pools.get(key);
    this.#pools.delete(key);
    const pool = known ?? new Pool(targetOf(request, url), () => this.#clock.now());
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
