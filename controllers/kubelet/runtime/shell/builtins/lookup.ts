import { SystemError } from '../../machine/errno.ts';
import { whichProgram } from '../../machine/program-files.ts';
import type { Shell } from '../shell.ts';
import type { Builtin } from './builtin.ts';

const KEYWORDS = new Set('! case do done elif else esac fi for function if in then until while { } [['.split(' '));
/** Of the shell itself: the tables of `builtins/index.ts`, which stands above this file. */
const BUILTINS = new Set(
  (
    '. : alias bg break cd command continue eval exec exit export fg getopts hash jobs let local read readonly ' +
    'return set shift source times trap type ulimit umask unalias unset wait [ echo false kill printf pwd test true'
  ).split(' '),
);

interface Meaning {
  /** What `command -v` prints. */
  readonly short: string;
  /** What `type` prints. */
  readonly long: string;
}

function meaningOf(shell: Shell, name: string): Meaning | undefined {
  const { process, state } = shell;
  if (KEYWORDS.has(name)) return { short: name, long: `${name} is a shell keyword` };
  const alias = state.aliases.get(name);
  if (alias !== undefined) return { short: `alias ${name}='${alias}'`, long: `${name} is an alias for ${alias}` };
  if (state.functions.has(name)) return { short: name, long: `${name} is a shell function` };
  if (BUILTINS.has(name)) return { short: name, long: `${name} is a shell builtin` };
  try {
    const path = whichProgram(process.machine, name, process, state.get('PATH') ?? '', process.cwd);
    return { short: path, long: `${name} is ${path}` };
  } catch (error) {
    if (error instanceof SystemError) return undefined;
    throw error;
  }
}

async function type(shell: Shell, names: readonly string[]): Promise<number> {
  let status = 0;
  for (const name of names) {
    const meaning = meaningOf(shell, name);
    if (!meaning) status = 127;
    await shell.process.print(`${meaning?.long ?? `${name}: not found`}\n`);
  }
  return status;
}

async function command(shell: Shell, args: readonly string[]): Promise<number> {
  const [first, ...names] = args;
  if (first === '-v' || first === '-V') {
    let status = 0;
    for (const name of names) {
      const meaning = meaningOf(shell, name);
      if (!meaning) status = 127;
      if (first === '-v' && meaning) await shell.process.print(`${meaning.short}\n`);
      if (first === '-V') await shell.process.print(`${meaning?.long ?? `${name}: not found`}\n`);
    }
    return status;
  }
  const words = first === '-p' || first === '--' ? names : args;
  return words.length === 0 ? 0 : shell.runWords(words, { withoutFunctions: true });
}

export const lookupBuiltins: Readonly<Record<string, Builtin>> = {
  command,
  type,
  hash: () => 0,
};
