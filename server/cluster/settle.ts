import type { Activity } from '../base/activity.ts';
import type { Clock } from '../base/clock.ts';
import { nextTurn } from '../base/turn.ts';
import { WrongField } from '../kube/script-fields.ts';
import type { LocalStorage } from '../storage/storage.ts';

/** Long enough for thousands of pods; whoever waits longer waits for something that does not come. */
const TIMEOUT_MS = 30_000;

/** A start may have large fixtures to work through, on whatever machine. */
export const START_TIMEOUT_MS = 600_000;

/** What has to come to rest. */
export interface Settling {
  readonly activity: Activity;
  readonly storage: LocalStorage;
  /** The cluster's own. */
  readonly clock: Clock;
  /** A real one: whoever waits does so in real time. */
  readonly realClock: Clock;
}

/** The cluster did not come to rest in time. The message names who is busy. */
export class NotSettled extends Error {}

/**
 * Resolves when nothing is queued or running and every watcher knows everything.
 * @throws NotSettled
 */
export async function settle({ activity, storage, clock, realClock }: Settling, timeoutMs = TIMEOUT_MS): Promise<void> {
  checkTimeout(timeoutMs);
  // Of time that stands still nobody can expect anything.
  const isBusy = (): boolean => (clock.standsStill ? activity.isBusyNow : activity.busy().size > 0);
  const idle = (): Promise<void> => (clock.standsStill ? activity.allButTime() : activity.idle());
  if (await within(realClock, timeoutMs, idle, () => !isBusy() && storage.delivered)) return;
  throw new NotSettled(`the cluster did not settle within ${timeoutMs / 1000} s; still busy: ${namesOf(activity)}`);
}

/**
 * The same before time goes on: what was put off for a moment waits for just that.
 * @throws NotSettled
 */
export async function comeToRest({ activity, storage, realClock }: Settling, timeoutMs = TIMEOUT_MS): Promise<void> {
  const isAtRest = (): boolean => !activity.isAtWork && storage.delivered;
  if (await within(realClock, timeoutMs, () => activity.workDone(), isAtRest)) return;
  throw new NotSettled(
    `time stands still, because the cluster did not come to rest within ${timeoutMs / 1000} s; ` +
      `still busy: ${namesOf(activity)}`,
  );
}

function checkTimeout(timeoutMs: unknown): void {
  if (typeof timeoutMs === 'number' && timeoutMs >= 0) return;
  throw new WrongField(`settle() takes milliseconds, a number from 0, and not ${JSON.stringify(timeoutMs)}`);
}

/** @returns false when it is too late */
async function within(
  clock: Clock,
  timeoutMs: number,
  idle: () => Promise<void>,
  isAtRest: () => boolean,
): Promise<boolean> {
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
      await Promise.race([idle(), timeout]);
      // Whatever one turn of the event loop leaves behind begins in the next.
      await nextTurn();
      if (isAtRest()) return true;
    }
    return false;
  } finally {
    cancel();
  }
}

function namesOf(activity: Activity): string {
  const busy = [...activity.busy()].map(([name, count]) => (count > 1 ? `${name} (${count})` : name));
  return busy.slice(0, 20).join(', ') || 'delivery of events';
}
