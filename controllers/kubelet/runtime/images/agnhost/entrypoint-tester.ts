import type { Program } from '../../machine/program.ts';

/** Prints all words that it was started with. */
export const entrypointTester: Program = async (process) => {
  await process.print(`[${process.argv.join(' ')}]\n`);
  return 0;
};
