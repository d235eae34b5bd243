/** What became of a number of attempts. */
export interface Attempts {
  readonly succeeded: number;
  /** The first failure. */
  readonly error?: unknown;
}

/**
 * Makes `count` attempts in batches of 1, 2, 4, …: a quota that refuses everything is asked once and not a thousand
 * times. The batch in which one fails is the last (slowStartBatch).
 */
export async function slowStart(count: number, attempt: () => Promise<unknown>): Promise<Attempts> {
  let succeeded = 0;
  for (let size = Math.min(count, 1); size > 0; size = Math.min(2 * size, count - succeeded)) {
    const results = await Promise.allSettled(Array.from({ length: size }, attempt));
    const failures = results.filter((result) => result.status === 'rejected');
    succeeded += size - failures.length;
    const [failure] = failures;
    if (failure) return { succeeded, error: failure.reason };
  }
  return { succeeded };
}
