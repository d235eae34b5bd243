import { SystemError } from '../../machine/errno.ts';
import type { Shell } from '../shell.ts';
import { OPTION_LETTERS, type OptionName } from '../shell-state.ts';
import type { Builtin } from './builtin.ts';
import { misuse } from './control.ts';

/** Options in the order in which ash lists them. */
const LISTED: readonly OptionName[] = [
  'errexit',
  'noglob',
  'ignoreeof',
  'monitor',
  'noexec',
  'xtrace',
  'verbose',
  'noclobber',
  'allexport',
  'nounset',
  'pipefail',
];

/** Sets options as `set` and `sh` take them. @returns how many words were options, or a complaint */
export function setOptions(shell: Shell, args: readonly string[]): number | string {
  const { options } = shell.state;
  const put = (option: OptionName, isOn: boolean): void => {
    if (isOn) options.add(option);
    else options.delete(option);
  };
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    if (word === '--' || word === '-') return at + 1;
    if (!/^[-+]./.test(word)) return at;
    const isOn = word.startsWith('-');
    for (const letter of word.slice(1)) {
      if (letter === 'o') {
        const name = args[++at];
        const option = LISTED.find((listed) => listed === name);
        if (option === undefined) return `illegal option ${word.charAt(0)}o ${name ?? ''}`.trim();
        put(option, isOn);
        continue;
      }
      const option = Object.entries(OPTION_LETTERS).find(([known]) => known === letter)?.[1];
      if (option) put(option, isOn);
      else if (letter !== 'h' && letter !== 'l' && letter !== 'b' && letter !== 'B') return `illegal option -${letter}`;
    }
  }
  return args.length;
}

async function set(shell: Shell, args: readonly string[]): Promise<number> {
  const { process, state } = shell;
  if (args.length === 0) {
    for (const [name, { value }] of [...state.variables].sort(([a], [b]) => (a < b ? -1 : 1)))
      if (value !== undefined) await process.print(`${name}='${value.replaceAll("'", "'\"'\"'")}'\n`);
    return 0;
  }
  if (args.length === 1 && (args[0] === '-o' || args[0] === '+o')) {
    for (const option of LISTED)
      await process.print(`${option.padEnd(16)}${state.options.has(option) ? 'on' : 'off'}\n`);
    return 0;
  }
  const used = setOptions(shell, args);
  if (typeof used === 'string') throw misuse(shell, 'set', used);
  const rest = args.slice(used);
  if (rest.length > 0 || args[used - 1] === '--') state.positional = rest;
  return 0;
}

async function cd(shell: Shell, args: readonly string[]): Promise<number> {
  const { process, state } = shell;
  const [wanted = state.get('HOME') ?? '/'] = args.filter((word) => word !== '-P' && word !== '-L' && word !== '--');
  const target = wanted === '-' ? (state.get('OLDPWD') ?? process.cwd) : wanted;
  try {
    const place = process.view.find(process.path(target === '' ? '.' : target), process);
    if (place.node.kind !== 'directory') throw new SystemError('ENOTDIR');
    state.set('OLDPWD', process.cwd, { exported: true });
    process.cwd = logicalPath(process.path(target));
    shell.setVariable('PWD', process.cwd);
    if (wanted === '-') await process.print(`${process.cwd}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    throw misuse(shell, 'cd', `can't cd to ${target}: ${error.message}`);
  }
}

/** Without `.` and `..`, but through links as they were named. */
function logicalPath(path: string): string {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return `/${names.join('/')}`;
}

async function umask(shell: Shell, args: readonly string[]): Promise<number> {
  const { process } = shell;
  const [mask] = args.filter((word) => word !== '-S');
  if (mask === undefined) {
    const letters = (bits: number): string => ['r', 'w', 'x'].filter((_, i) => ((bits >> (2 - i)) & 1) === 0).join('');
    const symbolic = `u=${letters(process.umask >> 6)},g=${letters(process.umask >> 3)},o=${letters(process.umask)}`;
    await process.print(`${args.includes('-S') ? symbolic : process.umask.toString(8).padStart(4, '0')}\n`);
    return 0;
  }
  if (!/^[0-7]+$/.test(mask)) throw misuse(shell, 'umask', `illegal mode: ${mask}`);
  process.umask = Number.parseInt(mask, 8) & 0o777;
  return 0;
}

async function ulimit(shell: Shell, args: readonly string[]): Promise<number> {
  const { limits } = shell.process.machine;
  const values: Readonly<Record<string, number>> = { '-n': limits.openFiles, '-u': limits.processes };
  const [which = '-f', value] = args;
  if (value === undefined) await shell.process.print(`${values[which] ?? 'unlimited'}\n`);
  return 0;
}

export const settingBuiltins: Readonly<Record<string, Builtin>> = { cd, set, ulimit, umask };
