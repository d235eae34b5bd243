/**
 * Resolves in a later turn of the event loop: sockets, timers and everybody who is in the middle of something go first.
 * Whoever works in chains of promises gives way with it, and gathers what belongs together.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Resolves after real milliseconds, whatever clock a cluster has: for pacing work so that it does not take all of the
 * processor. Nothing that anybody can see may depend on it.
 */
export function rest(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

/** Calls somebody in this turn of the event loop, when all chains of promises that can go on have done so. */
export function afterwards(call: () => void): void {
  process.nextTick(call);
}
