import type { Activity } from '../base/activity.ts';
import type { Clock } from '../base/clock.ts';
import { nextTurn } from '../base/turn.ts';
import type { LocalStorage } from '../storage/storage.ts';

/** Long enough for thousands of pods; whoever waits longer waits for something that does not come. */
const TIMEOUT_MS = 30_000;

/** A start may have large fixtures to work through, on whatever machine. */
export const START_TIMEOUT_MS = 600_000;

/**
 * Resolves when nothing is queued or running and every watcher knows everything.
 * @param timeoutMs by the cluster's clock
 * @throws Error that names what is still busy then
 */
export async function settle(
  activity: Activity,
  storage: LocalStorage,
  clock: Clock,
  timeoutMs = TIMEOUT_MS,
): Promise<void> {
  let late = false;
  let wake: () => void = () => undefined;
  const cancel = clock.schedule(timeoutMs, () => {
    late = true;
    wake();
  });
  const timeout = new Promise<void>((resolve) => {
    wake = resolve;
  });
  try {
    while (!late) {
      await Promise.race([activity.idle(), timeout]);
      // Whatever one turn of the event loop leaves behind begins in the next.
      await nextTurn();
      if (activity.busy().size === 0 && storage.delivered) return;
    }
  } finally {
    cancel();
  }
  const busy = [...activity.busy()].map(([name, count]) => (count > 1 ? `${name} (${count})` : name));
  throw new Error(
    `the cluster did not settle within ${timeoutMs / 1000} s; still busy: ` +
      `${busy.slice(0, 20).join(', ') || 'delivery of events'}`,
  );
}
