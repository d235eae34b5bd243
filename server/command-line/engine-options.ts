import { setFlagsFromString } from 'node:v8';

/**
 * The space of young objects grows to its full size (16 MB) in one step as soon as it has to grow at all. In small
 * steps it is collected so often that objects of requests under way are taken for old ones: docs/decisions/0008.
 */
const OPTIONS = ['--semi-space-growth-factor=16'];

/**
 * Tells V8 how this process will be used. Only the command line does so: a process that embeds a cluster belongs to
 * somebody else. It has to come when everything is loaded, because code caches (the bundle's and Node's own) are
 * only accepted while the options are those that they were made with.
 */
export function tuneEngine(): void {
  for (const option of OPTIONS) setFlagsFromString(option);
}
