import { evaluateText } from '../arithmetic.ts';
import { arithmeticContext } from '../expand.ts';
import type { Shell } from '../shell.ts';
import { isName } from '../shell-state.ts';
import type { Builtin } from './builtin.ts';
import { misuse } from './control.ts';

const quoted = (value: string): string => `'${value.replaceAll("'", "'\\''")}'`;

/** `export` and `readonly`: the mark, and perhaps a value. */
function marking(builtin: 'export' | 'readonly'): Builtin {
  const mark = builtin === 'export' ? 'isExported' : 'isReadonly';
  return async (shell, args) => {
    const words = args.filter((word) => word !== '-p' && word !== '--');
    const isUnmarking = words[0] === '-n';
    if (words.length === 0) {
      for (const [name, variable] of [...shell.state.variables].sort(([a], [b]) => (a < b ? -1 : 1))) {
        if (!variable[mark]) continue;
        const value = variable.value === undefined ? '' : `=${quoted(variable.value)}`;
        await shell.process.print(`${builtin} ${name}${value}\n`);
      }
      return 0;
    }
    for (const word of isUnmarking ? words.slice(1) : words) {
      const { name, value } = assignmentOf(shell, builtin, word);
      if (value !== undefined) shell.setVariable(name, value);
      shell.state.mark(name, { [mark]: !isUnmarking });
    }
    return 0;
  };
}

function assignmentOf(shell: Shell, builtin: string, word: string): { name: string; value: string | undefined } {
  const at = word.indexOf('=');
  const isAppending = at > 0 && word[at - 1] === '+';
  const name = at < 0 ? word : word.slice(0, isAppending ? at - 1 : at);
  if (!isName(name)) throw misuse(shell, builtin, `${name}: bad variable name`);
  const before = isAppending ? (shell.state.get(name) ?? '') : '';
  return { name, value: at < 0 ? undefined : before + word.slice(at + 1) };
}

function unset(shell: Shell, args: readonly string[]): number {
  let kind = '';
  for (const word of args) {
    if (word === '-f' || word === '-v' || word === '--') kind = word;
    else if (!isName(word) && kind !== '-f') throw misuse(shell, 'unset', `${word}: bad variable name`);
    else if (kind === '-f') shell.state.functions.delete(word);
    else if (kind !== '-v' && !shell.state.variables.has(word)) shell.state.functions.delete(word);
    else shell.state.unset(word);
  }
  return 0;
}

function local(shell: Shell, args: readonly string[]): number {
  if (shell.state.callDepth === 0) throw misuse(shell, 'local', 'not in a function');
  for (const word of args) {
    const { name, value } = assignmentOf(shell, 'local', word);
    shell.state.makeLocal(name);
    if (value !== undefined) shell.setVariable(name, value);
  }
  return 0;
}

async function shift(shell: Shell, [count = '1']: readonly string[]): Promise<number> {
  if (!/^\d+$/.test(count)) throw misuse(shell, 'shift', `Illegal number: ${count}`);
  const { positional } = shell.state;
  if (Number(count) > positional.length) return 1;
  shell.state.positional = positional.slice(Number(count));
  return 0;
}

/** One option of the parameters at each call. */
async function getopts(shell: Shell, args: readonly string[]): Promise<number> {
  const [letters = '', name = '', ...given] = args;
  if (!isName(name)) throw misuse(shell, 'getopts', 'usage: getopts optstring var [arg]');
  const { state } = shell;
  const words = given.length > 0 ? given : state.positional;
  const isSilent = letters.startsWith(':');
  let index = Number(state.get('OPTIND') ?? '1');
  let offset = state.getoptsOffset || 1;
  const finish = (value: string, optarg: string | undefined, status: number): number => {
    shell.setVariable('OPTIND', String(index));
    state.getoptsOffset = offset === 1 ? 0 : offset;
    shell.setVariable(name, value);
    if (optarg === undefined) state.unset('OPTARG');
    else shell.setVariable('OPTARG', optarg);
    return status;
  };
  const word = words[index - 1];
  if (word === undefined || !/^-./.test(word) || word === '--') {
    if (word === '--') index++;
    offset = 1;
    return finish('?', undefined, 1);
  }
  const letter = word.charAt(offset);
  const at = letters.indexOf(letter, isSilent ? 1 : 0);
  const isEndOfWord = offset + 1 >= word.length;
  if (letter === ':' || at < 0) {
    if (isEndOfWord) index++;
    offset = isEndOfWord ? 1 : offset + 1;
    if (!isSilent) await shell.process.complain(`Illegal option -${letter}`);
    return finish('?', isSilent ? letter : undefined, 0);
  }
  if (letters[at + 1] !== ':') {
    if (isEndOfWord) index++;
    offset = isEndOfWord ? 1 : offset + 1;
    return finish(letter, undefined, 0);
  }
  const value = isEndOfWord ? words[index] : word.slice(offset + 1);
  index += isEndOfWord ? 2 : 1;
  offset = 1;
  if (value !== undefined) return finish(letter, value, 0);
  if (!isSilent) await shell.process.complain(`No arg for -${letter} option`);
  return isSilent ? finish(':', letter, 0) : finish('?', undefined, 0);
}

async function letBuiltin(shell: Shell, args: readonly string[]): Promise<number> {
  let last = 0n;
  for (const text of args) last = await evaluateText(text, arithmeticContext(shell));
  return last === 0n ? 1 : 0;
}

async function alias(shell: Shell, args: readonly string[]): Promise<number> {
  const { aliases } = shell.state;
  for (const word of args.length === 0 ? [...aliases.keys()] : args) {
    const at = word.indexOf('=');
    if (at > 0) aliases.set(word.slice(0, at), word.slice(at + 1));
    else await shell.process.print(`${word}=${quoted(aliases.get(word) ?? '')}\n`);
  }
  return 0;
}

export const variableBuiltins: Readonly<Record<string, Builtin>> = {
  alias,
  export: marking('export'),
  getopts,
  let: letBuiltin,
  local,
  readonly: marking('readonly'),
  shift,
  unalias: (shell, args) => {
    for (const name of args) shell.state.aliases.delete(name);
    return 0;
  },
  unset,
};
