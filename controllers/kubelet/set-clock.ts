/** A kubelet reckons with what has passed, whatever its clock is set to: what is to come stays as far away. */
import type { PodMemory, Stop } from './pod-memory.ts';

/** Takes in how far the clock has been set on or back, since the times were noted that are remembered of a pod. */
export function keepPace(memory: PodMemory, shiftedMs: number): void {
  const byMs = shiftedMs - memory.shiftedMs;
  if (byMs === 0) return;
  memory.shiftedMs = shiftedMs;
  memory.calm = undefined;
  shift(memory, ['seenMs'], byMs);
  for (const run of memory.runs.values()) {
    shift(run, ['startedMs', 'startupMs', 'endedMs', 'hookUntilMs'], byMs);
    shiftStop(run.stop, byMs);
    for (const probe of Object.values(run.probes)) shift(probe, ['nextMs'], byMs);
  }
  for (const pull of memory.pulls) shift(pull, ['firstMs', 'failedMs'], byMs);
  if (memory.mountRetry) shift(memory.mountRetry, ['dueMs'], byMs);
  if (!memory.stopping) return;
  shift(memory.stopping, ['sinceMs'], byMs);
  for (const stop of memory.stopping.stops.values()) shiftStop(stop, byMs);
}

function shiftStop(stop: Stop | undefined, byMs: number): void {
  if (stop) shift(stop, ['atMs'], byMs);
}

/** Fields that are not there stay so. */
function shift<Name extends string>(times: { readonly [name in Name]?: number }, names: Name[], byMs: number): void {
  const moved = names.flatMap((name) => {
    const atMs = times[name];
    return atMs === undefined ? [] : [[name, atMs + byMs] as const];
  });
  Object.assign(times, Object.fromEntries(moved));
}
