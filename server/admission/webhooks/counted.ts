import type { Review } from '../../registry/admission-chain.ts';
import type { AdmissionMetrics, WebhookOutcome } from '../metrics.ts';
import { Denial } from './answer.ts';
import { CallError } from './call.ts';

/** A webhook that is called for a write. */
interface Called {
  readonly name: string;
  readonly type: WebhookOutcome['type'];
  readonly failurePolicy: string | undefined;
  readonly operation: Review['operation'];
}

/** Calls a webhook, and counts how that ends. */
export async function counted<T>(
  { name, type, failurePolicy, operation }: Called,
  metrics: AdmissionMetrics,
  call: () => Promise<T>,
): Promise<T> {
  const beginMs = metrics.clock.now();
  const count = (outcome: Pick<WebhookOutcome, 'code' | 'refusal' | 'isFailOpen'>): void =>
    metrics.webhook({ name, type, operation, elapsedMs: metrics.clock.now() - beginMs, ...outcome });
  try {
    const result = await call();
    count({ code: 200 });
    return result;
  } catch (error) {
    if (error instanceof CallError && failurePolicy === 'Ignore') count({ code: error.code, isFailOpen: true });
    else if (error instanceof CallError) count({ code: error.code, refusal: 'calling_webhook_error' });
    else if (error instanceof Denial) count({ code: error.code, refusal: 'no_error' });
    else count({ code: 0, refusal: 'apiserver_internal_error' });
    throw error;
  }
}
