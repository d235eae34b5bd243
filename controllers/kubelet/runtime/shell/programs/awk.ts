import { SystemError } from '../../machine/errno.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { Interpreter } from '../awk/interpreter.ts';
import { parseAwk } from '../awk/parser.ts';
import { openInput, readAll } from './input.ts';
import { BadUsage, readOptions } from './options.ts';

/** @throws BadUsage in busybox's words when there is none */
function openSource(process: Process, path: string): ReturnType<typeof openInput> {
  try {
    return openInput(process, path);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    throw new BadUsage(`can't open '${path}': ${error.message}`);
  }
}

/** Records, fields and rules: POSIX awk with busybox's functions. */
export const awk: Program = async (process, args, name) => {
  const options = readOptions(args, '+F:v:f:e:', {});
  const sources: string[] = [...options.all('e')];
  for (const path of options.all('f')) {
    const file = openSource(process, path);
    try {
      sources.push((await readAll(process, file)).toString('latin1'));
    } finally {
      file.release();
    }
  }
  const operands = [...options.rest];
  if (sources.length === 0) {
    const given = operands.shift();
    if (given === undefined) {
      await process.complain('Usage: awk [OPTIONS] [AWK_PROGRAM] [FILE]...');
      return 1;
    }
    sources.push(given);
  }
  const source = sources.join('\n');
  if (source.length > process.machine.limits.scriptLength) throw new BadUsage('program too long');
  const interpreter = new Interpreter(process, parseAwk(source), name, operands);
  for (const text of options.all('v')) if (!interpreter.define(text)) throw new BadUsage(`'${text}' is no assignment`);
  const separator = options.value('F');
  if (separator !== undefined) interpreter.define(`FS=${separator === 't' ? '\\t' : separator}`);
  return interpreter.run();
};
