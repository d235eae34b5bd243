import type { Program } from '../machine/program.ts';
import { signalNumber } from '../machine/signals.ts';

/** A program that nobody has, and that goes on until it is told to end: as servers do, also as the first process. */
export function goesOn(exitCode: number): Program {
  return async (process) => {
    process.handlers.set('TERM', () => process.end(exitCode));
    process.handlers.set('INT', () => process.end(128 + signalNumber('INT')));
    await process.sleep(Number.POSITIVE_INFINITY);
    return exitCode;
  };
}

/** A program that nobody has, and whose work is done at once. */
export const isDone: Program = () => 0;
