/** How long a loop goes on: a number of requests, or a time. */
export type Extent = { readonly requests: number } | { readonly forMs: number };

/**
 * Keeps `inFlight` requests on their way: each answer sends the next. The first failure ends the loop.
 *
 * @returns how many were answered in a second
 */
export async function closedLoop(
  inFlight: number,
  extent: Extent,
  send: (index: number) => Promise<unknown>,
): Promise<number> {
  const startedMs = performance.now();
  const requests = 'requests' in extent ? extent.requests : Number.POSITIVE_INFINITY;
  const untilMs = 'forMs' in extent ? startedMs + extent.forMs : Number.POSITIVE_INFINITY;
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < requests && performance.now() < untilMs) await send(next++);
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return (next * 1000) / (performance.now() - startedMs);
}
