import type { Step } from '../../../support/exchanges.ts';
import type { Behaviour, Identity } from '../../../support/webhooks/webhook-server.ts';

/** One webhook of a case. It answers at `/n`, n being its place in the case. */
export interface Hook {
  readonly kind: 'mutating' | 'validating';
  readonly behaviour: Behaviour;
  /** Fields of the webhook besides the usual ones. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Its `caBundle`, where that is not the server's. */
  readonly caBundle?: string;
}

/** Webhooks, and requests that are sent while they are registered. */
export interface WebhookCase {
  readonly name: string;
  readonly identity?: Identity;
  /** Whether the server has stopped when the requests are sent. */
  readonly stopped?: boolean;
  readonly hooks: readonly Hook[];
  readonly before?: readonly Step[];
  readonly steps: readonly Step[];
}
