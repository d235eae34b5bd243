import { setTimeout as delay } from 'node:timers/promises';
import type { Subject } from './subject.ts';

/** What a start, or new objects, leave to be done has been done then. */
const SETTLE_MS = 5000;
/** All leases are renewed once in that time. */
const REST_MS = 20_000;

/** Percent of one core while nobody asks for anything; `undefined` where the machine does not tell. */
export async function restingPercent(subject: Subject): Promise<number | undefined> {
  await delay(SETTLE_MS);
  const before = subject.cost();
  await delay(REST_MS);
  const after = subject.cost();
  return before && after && ((after.cpuSeconds - before.cpuSeconds) / (REST_MS / 1000)) * 100;
}
