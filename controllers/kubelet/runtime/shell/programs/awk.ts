import type { Program } from '../../machine/program.ts';
import { Interpreter } from '../awk/interpreter.ts';
import { parseAwk } from '../awk/parser.ts';
import { openInput, readAll } from './input.ts';
import { BadUsage, readOptions } from './options.ts';

/** Records, fields and rules: POSIX awk with busybox's functions. */
export const awk: Program = async (process, args, name) => {
  const options = readOptions(args, '+F:v:f:e:', {});
  const sources: string[] = [...options.all('e')];
  for (const path of options.all('f')) {
    const file = openInput(process, path);
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
