import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { sourceOf } from '../builtins/control.ts';
import { setOptions } from '../builtins/settings.ts';
import { ShellError } from '../control-flow.ts';
import { runInput } from '../input-loop.ts';
import { Shell } from '../shell.ts';
import { ShellState } from '../shell-state.ts';

interface Invocation {
  readonly script: string | undefined;
  readonly file: string | undefined;
  readonly name: string;
  readonly args: readonly string[];
  readonly options: readonly string[];
}

/** How a shell was called. @returns a complaint when it was called wrongly */
function invocationOf(args: readonly string[], name: string): Invocation {
  const options: string[] = [];
  let isScript = false;
  let isInput = false;
  let at = 0;
  for (; at < args.length; at++) {
    const word = args[at] ?? '';
    if (word === '--' || word === '-') {
      at++;
      break;
    }
    if (word === '--login' || word === '--norc' || word === '--noprofile' || word === '--posix') continue;
    if (!/^[-+]./.test(word)) break;
    const sign = word.charAt(0);
    for (const letter of word.slice(1)) {
      if (letter === 'c' && sign === '-') isScript = true;
      else if (letter === 's' && sign === '-') isInput = true;
      else if (letter === 'o') options.push(`${sign}o`, args[++at] ?? '');
      else options.push(sign + letter);
    }
  }
  const rest = args.slice(at);
  if (isScript) {
    const [script, given = name, ...positional] = rest;
    return { script, file: undefined, name: given, args: positional, options };
  }
  if (isInput || rest.length === 0) return { script: undefined, file: undefined, name, args: rest, options };
  const [file, ...positional] = rest;
  return { script: undefined, file, name: file ?? name, args: positional, options };
}

/** The variables that a shell begins with. */
function stateFor(process: Process, { name, args }: Invocation): ShellState {
  const state = new ShellState();
  state.name = name;
  state.positional = args;
  state.shellPid = process.pid;
  for (const [key, value] of process.env) state.set(key, value, { exported: true });
  const ours = { IFS: ' \t\n', OPTIND: '1', PPID: String(process.parent?.pid ?? 0), PS2: '> ', PS4: '+ ', RANDOM: '' };
  for (const [key, value] of Object.entries(ours)) state.set(key, value, { exported: false });
  state.set('PWD', process.cwd, { exported: true });
  state.set('SHLVL', String((Number(state.get('SHLVL') ?? '0') || 0) + 1), { exported: true });
  if (state.get('PS1') === undefined) state.set('PS1', '\\w \\$ ');
  return state;
}

/** `sh`, `ash`, `dash`, `bash`: a script, a file, or what somebody types. */
export const sh: Program = async (process, args, name) => {
  // It calls itself what it was called, with its path if there was one.
  const invocation = invocationOf(args, process.argv[0] ?? name);
  const shell = new Shell(process, stateFor(process, invocation));
  return shell.runToEnd(async () => {
    const complaint = setOptions(shell, invocation.options);
    if (typeof complaint === 'string') throw new ShellError(complaint);
    const { script, file } = invocation;
    if (script !== undefined) return shell.runText(script, { isLast: true });
    if (args.some((word) => /^-[a-z]*c$/.test(word))) throw new ShellError("option requires an argument -- 'c'");
    if (file !== undefined) return runFile(shell, file);
    const isTerminal = [0, 2].every((fd) => process.files.get(fd)?.terminal !== undefined);
    if (isTerminal) shell.state.options.add('interactive');
    return runInput(shell);
  });
};

async function runFile(shell: Shell, file: string): Promise<number> {
  const { name } = shell.state;
  shell.state.name = shell.process.argv[0] ?? 'sh';
  const text = sourceOf(shell, file, '');
  shell.state.name = name;
  shell.state.readLines(text);
  return shell.runText(text, { isLast: true });
}
