/** So many runs come first, until the engine knows the code. */
export const WARM_UP = 3000;
export const MEASURED = 2000;

/** CPU time of one run. It is given its number, from 0 to {@link WARM_UP} + {@link MEASURED}. */
export async function cpuMicroseconds(run: (i: number) => unknown): Promise<number> {
  for (let i = 0; i < WARM_UP; i++) await run(i);
  const before = process.cpuUsage();
  for (let i = 0; i < MEASURED; i++) await run(WARM_UP + i);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / MEASURED;
}

/** How many runs there are in a second, by the clock. */
export async function perSecond(run: (i: number) => unknown): Promise<number> {
  for (let i = 0; i < WARM_UP; i++) await run(i);
  const startedMs = performance.now();
  for (let i = 0; i < MEASURED; i++) await run(WARM_UP + i);
  return (MEASURED * 1000) / (performance.now() - startedMs);
}
