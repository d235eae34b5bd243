import type { Step } from '../../../support/exchanges.ts';
import type { Conversion } from '../../../support/webhooks/conversion-server.ts';

/** One thing that happens: a request, another behaviour of the webhook, or its end. */
export type Act = Step | { readonly webhook: Conversion } | { readonly stop: true };

/** A definition of its own with two versions, of which `v1` is stored, and what happens to its objects. */
export interface ConversionCase {
  readonly name: string;
  /** Fields of `spec.conversion.webhook`. */
  readonly webhook?: object;
  readonly acts: readonly Act[];
}
