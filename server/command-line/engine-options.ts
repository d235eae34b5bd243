import { setFlagsFromString } from 'node:v8';

/**
 * Options of V8 for a server that lives for minutes, not for days: docs/decisions/0008.
 *
 * - Code is optimised after a third of the usual number of runs: a suite makes some thousand requests, and with V8's
 *   usual patience most of them would be over before the code that serves them is quick.
 * - Types are noted after a quarter of the usual number of runs, for the same reason.
 * - The space of young objects grows to its full size (16 MB) in one step as soon as it has to grow at all. In small
 *   steps it is collected so often that objects of requests under way are taken for old ones.
 */
const OPTIONS = [
  '--interrupt-budget=20000',
  '--interrupt-budget-factor-for-feedback-allocation=2',
  '--semi-space-growth-factor=16',
];

/**
 * Tells V8 how this process will be used. Only the command line does so: a process that embeds a cluster belongs
 * to somebody else. It has to come when everything is loaded, because code caches (the bundle's and Node's own) are only
 * accepted while the options are those that they were made with.
 */
export function tuneEngine(): void {
  for (const option of OPTIONS) setFlagsFromString(option);
}
