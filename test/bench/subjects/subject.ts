import type { Endpoint } from '../load/connection.ts';
import type { ProcessCost } from '../process-cost.ts';

/** How long a process took until it was of use. */
export interface StartCost {
  /** From the start of the process to the answer of the first GET, after `/readyz` had said ok. */
  readonly firstGetMs: number;
  /** CPU of the process until then; `undefined` where there is no `/proc`. */
  readonly cpuSeconds: number | undefined;
}

/** A server in a process of its own that answers. */
export interface Subject {
  readonly endpoint: Endpoint;
  readonly start: StartCost;
  cost(): ProcessCost | undefined;
  /** The longest turn of its event loop since this was last asked; `undefined` unless it was started to tell. */
  longestTurnMs(): Promise<number | undefined>;
  end(): Promise<void>;
}
