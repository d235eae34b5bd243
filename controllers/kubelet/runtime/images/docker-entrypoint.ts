import { SystemError } from '../machine/errno.ts';
import type { Program } from '../machine/program.ts';
import { type FoundProgram, loadProgram, whichProgram } from '../machine/program-files.ts';

/** Prepares what an image runs, and becomes what it is told to run. */
export const dockerEntrypoint: Program = async (process, args, name) => {
  const [word = ''] = args;
  const path = process.env.get('PATH') ?? '';
  if (word === 'nginx') await process.print(`/${name}: Configuration complete; ready for start up\n`);
  const { machine, cwd } = process;
  let found: FoundProgram;
  try {
    found = loadProgram(machine, whichProgram(machine, word, process, path, cwd), args, process);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    await process.complain(`/${name}: exec: ${word}: not found`);
    return 127;
  }
  process.argv = found.argv;
  process.runAs(found.runsAs);
  return found.program(process, found.argv.slice(1), word.slice(word.lastIndexOf('/') + 1));
};
