import { Refused } from './admin-connection.ts';

/**
 * Does the same to each of several names, as kubectl does: what the server refuses of one is told on standard error,
 * the others are done, and the process ends with 1. Where nobody answers any more, the rest is left.
 *
 * @returns what came of those that were done
 */
export async function eachNamed<T>(
  names: readonly string[],
  work: (name: string) => Promise<T>,
): Promise<readonly T[]> {
  const done: T[] = [];
  for (const name of names) {
    try {
      done.push(await work(name));
    } catch (error) {
      process.stderr.write(`fauxkube: ${(error as Error).message}\n`);
      process.exitCode = 1;
      if (!(error instanceof Refused)) break;
    }
  }
  return done;
}
