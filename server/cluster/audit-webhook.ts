/** Tells a server outside of requests: plugin/pkg/audit/webhook and …/buffered. */
import { type Cancel, type Clock, realOf } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { RemoteFault, type RemoteWebhook } from '../kube/remote-server.ts';

export const AUDIT_WEBHOOK_MODES = ['batch', 'blocking', 'blocking-strict'] as const;

/** Whether requests wait until their events have been taken, and fail when the first of them is not. */
export type AuditWebhookMode = (typeof AUDIT_WEBHOOK_MODES)[number];

/** What whoever starts a cluster may say; names are those of kube-apiserver's flags. */
export interface AuditWebhookOptions {
  /** A kubeconfig that names the server and the credentials for it. */
  readonly configFile: string;
  /** `batch` unless given. */
  readonly mode?: AuditWebhookMode;
  /** Before the second call about the same events; 10 s unless given. */
  readonly initialBackoffMs?: number;
  /** Events in one call; 400 unless given. */
  readonly batchMaxSize?: number;
  /** How long the first event of a batch waits for others; 30 s unless given. */
  readonly batchMaxWaitMs?: number;
  /** Events that wait; what comes on top is lost. 10,000 unless given. */
  readonly batchBufferSize?: number;
}

export const INITIAL_BACKOFF_MS = 10_000;
const BATCH_MAX_SIZE = 400;
const BATCH_MAX_WAIT_MS = 30_000;
const BATCH_BUFFER_SIZE = 10_000;

interface AuditWebhookParts {
  readonly webhook: RemoteWebhook;
  readonly clock: Clock;
  readonly log: Logger;
}

/** One call, while it is under way. */
interface Sending {
  /** It has been tried once. */
  readonly tried: Promise<void>;
  readonly over: Promise<boolean>;
}

export class AuditWebhook {
  readonly #parts: AuditWebhookParts;
  readonly #options: Omit<AuditWebhookOptions, 'configFile'>;
  readonly #sending = new Set<Sending>();
  #waiting: string[] = [];
  /** Events that wait or are under way. */
  #held = 0;
  #cancel: Cancel | undefined;

  constructor(options: Omit<AuditWebhookOptions, 'configFile'>, parts: AuditWebhookParts) {
    this.#options = options;
    this.#parts = parts;
  }

  /**
   * Takes an event as JSON.
   *
   * @returns whether the request may go on, when it has to wait for that
   */
  take(event: string): Promise<boolean> | undefined {
    const { mode = 'batch', batchMaxSize = BATCH_MAX_SIZE, batchMaxWaitMs = BATCH_MAX_WAIT_MS } = this.#options;
    if (mode !== 'batch') return this.#send([event]).over.then((isTaken) => isTaken || mode === 'blocking');
    if (this.#held >= (this.#options.batchBufferSize ?? BATCH_BUFFER_SIZE)) {
      this.#parts.log.error({ events: 1, why: 'audit buffer queue blocked' }, 'audit events could not be sent');
      return undefined;
    }
    this.#waiting.push(event);
    this.#held++;
    if (this.#waiting.length >= batchMaxSize) this.#sendWaiting();
    else this.#cancel ??= realOf(this.#parts.clock).schedule(batchMaxWaitMs, () => this.#sendWaiting());
    return undefined;
  }

  /** Sends what waits. Resolves when everything has been sent once, be it in vain. */
  async flush(): Promise<void> {
    this.#sendWaiting();
    await Promise.all(Array.from(this.#sending, ({ tried }) => tried));
  }

  /** Sends what waits, tries everything once more that could not be sent, and gives up on the rest. */
  async close(): Promise<void> {
    this.#parts.webhook.stop();
    this.#sendWaiting();
    await Promise.all(Array.from(this.#sending, ({ over }) => over));
  }

  #sendWaiting(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const events = this.#waiting;
    this.#waiting = [];
    if (events.length === 0) return;
    const { over } = this.#send(events);
    void over.then(() => {
      this.#held -= events.length;
    });
  }

  #send(events: readonly string[]): Sending {
    let toldTry: () => void = () => undefined;
    const tried = new Promise<void>((resolve) => {
      toldTry = resolve;
    });
    const sending: Sending = { tried, over: this.#post(events, toldTry).finally(() => this.#sending.delete(sending)) };
    this.#sending.add(sending);
    return sending;
  }

  async #post(events: readonly string[], toldTry: () => void): Promise<boolean> {
    const { webhook, log } = this.#parts;
    const list = `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[${events.join(',')}]}\n`;
    try {
      await webhook.post(list, toldTry);
      return true;
    } catch (error) {
      if (!(error instanceof RemoteFault)) log.debug({ err: error }, 'an audit webhook could not be called');
      log.error({ events: events.length, why: (error as Error).message }, 'audit events could not be sent');
      return false;
    } finally {
      toldTry();
    }
  }
}
