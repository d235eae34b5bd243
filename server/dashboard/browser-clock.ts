/** The time of the browser: the only place of the dashboard that asks for it. */

/** Milliseconds since 1970. */
export const nowMs = (): number => Date.now();

/** Runs once after a while. @returns what takes it back */
export function later(delayMs: number, run: () => void): () => void {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
}

export const pause = (delayMs: number): Promise<void> => new Promise((done) => void later(delayMs, done));

/** Runs at once and again and again, each time when the last one is done, until it is taken back. */
export function repeat(everyMs: number, run: () => Promise<void>): () => void {
  let isOver = false;
  let cancel = (): void => undefined;
  const turn = async (): Promise<void> => {
    await run();
    if (!isOver) cancel = later(everyMs, () => void turn());
  };
  void turn();
  return () => {
    isOver = true;
    cancel();
  };
}
