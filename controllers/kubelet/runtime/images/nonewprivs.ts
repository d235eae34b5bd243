import type { Program } from '../machine/program.ts';

/** Says whom it acts as: its file is one that runs as its owner. */
export const nonewprivs: Program = async (process) => {
  await process.print(`Effective uid: ${process.uid}\n`);
  return 0;
};
