/** A server outside that whoever starts a cluster names in a kubeconfig, to be asked or told. */
import type { Cancel, Clock } from '../base/clock.ts';
import { type Outbound, OutboundError, type OutboundRequest, type OutboundResponse } from './outbound.ts';
import { retryAdvised, unexpectedResponse } from './unexpected-response.ts';

/** What a kubeconfig says about the server of its current context, and about who calls it. */
export interface RemoteServer
  extends Pick<OutboundRequest, 'url' | 'serverName' | 'caBundle' | 'insecure' | 'clientCertificate'> {
  /** Credentials that are no certificate. */
  readonly headers: () => Readonly<Record<string, string>>;
}

/** A call without a good answer. */
export class RemoteFault extends Error {
  /** Whether the server may answer well the next time (webhook.DefaultShouldRetry). */
  readonly isPassing: boolean;

  constructor(message: string, isPassing: boolean) {
    super(message);
    this.isPassing = isPassing;
  }
}

/** How often, and after which pauses, somebody is asked again: webhook.DefaultRetryBackoffWithInitialDelay. */
const ATTEMPTS = 5;
const FACTOR = 1.5;

const TIMEOUT_MS = 30_000;

export interface RemoteWebhookOptions {
  readonly server: RemoteServer;
  readonly outbound: Outbound;
  /** A real one: nobody outside lives in simulated time. */
  readonly clock: Clock;
  /** Whether every fault is reason enough to try again, or only one that passes. */
  readonly retries: 'all' | 'passing';
  readonly firstPauseMs: number;
  /** Of each call. */
  readonly timeoutMs?: number;
}

/** Posts to one URL: k8s.io/apiserver/pkg/util/webhook, GenericWebhook. Pauses have no jitter here. */
export class RemoteWebhook {
  readonly #options: RemoteWebhookOptions;
  readonly #url: string;
  readonly #pauses = new Set<() => void>();
  #isStopped = false;

  constructor(options: RemoteWebhookOptions) {
    this.#options = options;
    const { pathname, origin } = new URL(options.server.url);
    // A client of upstream tells the server how long it waits.
    this.#url = `${origin}${pathname.replace(/(?<=.)\/+$/, '')}?timeout=${this.#timeoutMs / 1000}s`;
  }

  get #timeoutMs(): number {
    return this.#options.timeoutMs ?? TIMEOUT_MS;
  }

  /**
   * @param onFault is told of each call that fails
   * @throws RemoteFault the last one
   */
  async post(body: string, onFault?: (fault: RemoteFault) => void): Promise<OutboundResponse> {
    const { retries, firstPauseMs } = this.#options;
    let pauseMs = firstPauseMs;
    for (let attempt = 1; ; attempt++) {
      const wasStopped = this.#isStopped;
      try {
        return await this.#once(body);
      } catch (error) {
        if (!(error instanceof RemoteFault)) throw error;
        onFault?.(error);
        const isWorthwhile = retries === 'all' || error.isPassing;
        if (!isWorthwhile || attempt === ATTEMPTS || wasStopped) throw error;
      }
      await this.#pause(pauseMs);
      pauseMs *= FACTOR;
    }
  }

  /** Ends all pauses: each call is tried once more, and given up when that fails too. */
  stop(): void {
    this.#isStopped = true;
    for (const end of this.#pauses) end();
  }

  #pause(delayMs: number): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    return new Promise((resolve) => {
      let cancel: Cancel = () => undefined;
      const end = (): void => {
        cancel();
        this.#pauses.delete(end);
        resolve();
      };
      this.#pauses.add(end);
      cancel = this.#options.clock.schedule(delayMs, end);
    });
  }

  async #once(body: string): Promise<OutboundResponse> {
    const { headers, url: _url, ...server } = this.#options.server;
    let response: OutboundResponse;
    try {
      response = await this.#options.outbound.call({
        ...server,
        url: this.#url,
        headers: { 'user-agent': 'kube-apiserver', accept: 'application/json, */*', ...CONTENT, ...headers() },
        body,
        timeoutMs: this.#timeoutMs,
      });
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      throw new RemoteFault(error.message, error.message.endsWith('connection reset by peer'));
    }
    const fault = unexpectedResponse(response);
    if (fault !== undefined) throw new RemoteFault(fault, retryAdvised(response));
    return response;
  }
}

const CONTENT = { 'content-type': 'application/json' } as const;
