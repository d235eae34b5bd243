import type { Assignment, Command, CommandNode } from 'unbash';
import { SystemError } from '../machine/errno.ts';
import { type FoundProgram, loadProgram, whichProgram } from '../machine/program-files.ts';
import { builtins, inProcess, isSpecial } from './builtins/index.ts';
import { callFunction, runCompound } from './compound.ts';
import { Misuse, ShellError } from './control-flow.ts';
import { expandValue, expandWords } from './expand.ts';
import { RedirectFailed, redirect, redirected } from './redirect.ts';
import type { Shell } from './shell.ts';

/** Runs one command of any kind. @returns its status */
export async function runCommand(shell: Shell, node: CommandNode, isLast: boolean): Promise<number> {
  try {
    if (node.type === 'Command') return await runSimple(shell, node, isLast);
    if (node.type === 'Redirected')
      return await redirected(shell, node.redirects, () => runCompound(shell, node.command));
    return await runCompound(shell, node);
  } catch (error) {
    if (!(error instanceof RedirectFailed)) throw error;
    await shell.complain(error.message);
    return 1;
  }
}

async function runSimple(shell: Shell, command: Command, isLast: boolean): Promise<number> {
  shell.state.lastSubstitution = undefined;
  const argv = command.name ? await expandWords(shell, [command.name]) : [];
  for (const arg of command.args) {
    if (arg.type === 'Word') argv.push(...(await expandWords(shell, [arg])));
    else argv.push(`${arg.name}${arg.append ? '+' : ''}=${await assignedText(shell, arg)}`);
  }
  const assignments = command.prefix.filter((part): part is Assignment => part.type === 'Assignment');
  const [name] = argv;
  if (name === undefined) {
    return redirected(shell, command.redirects, async () => {
      await assign(shell, assignments);
      return shell.state.lastSubstitution ?? 0;
    });
  }
  if (name === 'exec' && argv.length === 1) {
    await redirect(shell, command.redirects);
    return 0;
  }
  // `exec` alone redirects for good; everything else puts back what it redirected.
  return redirected(shell, command.redirects, async () => {
    const isKept = isSpecial(name);
    const values = await assign(shell, assignments, isKept ? 'kept' : 'apart');
    if (shell.state.options.has('xtrace'))
      await trace(
        shell,
        [...values].map(([key, value]) => `${key}=${value}`),
        argv,
      );
    return runWords(shell, argv, { values: isKept ? new Map() : values, isLast });
  });
}

async function assignedText(shell: Shell, { value, index }: Assignment): Promise<string> {
  if (value.type === 'ArrayValue' || index) throw new ShellError('syntax error: arrays are not simulated');
  return expandValue(shell, value);
}

/** Sets variables, or only tells what they would be. */
async function assign(
  shell: Shell,
  assignments: readonly Assignment[],
  how: 'kept' | 'apart' = 'kept',
): Promise<Map<string, string>> {
  const values = new Map<string, string>();
  for (const assignment of assignments) {
    const { name, append } = assignment;
    const before = append ? (values.get(name) ?? shell.state.get(name) ?? '') : '';
    const value = before + (await assignedText(shell, assignment));
    values.set(name, value);
    if (how === 'kept') shell.setVariable(name, value);
  }
  if (how === 'kept' && values.size > 0 && shell.state.options.has('xtrace'))
    await trace(
      shell,
      [...values].map(([name, value]) => `${name}=${quoted(value)}`),
      [],
    );
  return values;
}

const quoted = (word: string): string =>
  /^[A-Za-z0-9_@+:,./^\]-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\"'\"'")}'`;

async function trace(shell: Shell, assignments: readonly string[], argv: readonly string[]): Promise<void> {
  const words = [...assignments, ...argv.map(quoted)];
  await shell.process.complain(`${shell.state.get('PS4') ?? '+ '}${words.join(' ')}`);
}

/** How words run that have been expanded. */
export interface RunOptions {
  /** Variables for this command only. */
  readonly values?: ReadonlyMap<string, string>;
  /** It may take the place of the shell. */
  readonly isLast?: boolean;
  /** `command` passes functions by. */
  readonly withoutFunctions?: boolean;
}

/** Runs a command whose words are known: a function, a builtin or a program. */
export async function runWords(
  shell: Shell,
  argv: readonly string[],
  { values = new Map(), isLast = false, withoutFunctions = false }: RunOptions = {},
): Promise<number> {
  const [name = '', ...args] = argv;
  const body = withoutFunctions ? undefined : shell.state.functions.get(name);
  if (body) return withValues(shell, values, () => callFunction(shell, body, args));
  const builtin = builtins.get(name);
  if (builtin) {
    return withValues(shell, values, async () => {
      try {
        return await builtin(shell, args);
      } catch (error) {
        if (!(error instanceof Misuse) || isSpecial(name)) throw error;
        await shell.complain(error.message);
        return error.status;
      }
    });
  }
  const program = inProcess.has(name) ? shell.process.machine.table.get(name) : undefined;
  if (program) {
    return withValues(shell, values, async () => {
      try {
        return await program(shell.process, args, shell.state.name);
      } catch (error) {
        if (!(error instanceof SystemError)) throw error;
        await shell.complain(`write error: ${error.message}`);
        return 1;
      }
    });
  }
  return runProgram(shell, argv, values, isLast);
}

/** Variables that are set for one command of the shell itself. */
async function withValues<T>(shell: Shell, values: ReadonlyMap<string, string>, run: () => Promise<T>): Promise<T> {
  if (values.size === 0) return run();
  shell.state.locals.push(new Map());
  try {
    for (const [name, value] of values) {
      shell.state.makeLocal(name);
      shell.setVariable(name, value, { exported: true });
    }
    return await run();
  } finally {
    shell.state.leaveFunction();
  }
}

async function runProgram(
  shell: Shell,
  argv: readonly string[],
  values: ReadonlyMap<string, string>,
  isLast: boolean,
): Promise<number> {
  const { process, state } = shell;
  const [name = ''] = argv;
  const env = state.environment();
  for (const [key, value] of values) env.set(key, value);
  const found = await findOrComplain(shell, argv, env.get('PATH'));
  if (typeof found === 'number') return found;
  if (isLast && !shell.isInteractive) return replaceShell(shell, found, env);
  // ^C may have come after the line was read, and before there is anything that it could end.
  if (shell.isInteractive) await shell.runTraps();
  try {
    return await shell.waitFor(
      process.spawn(found.argv, found.program, { env, ...(found.runsAs && { runsAs: found.runsAs }) }),
    );
  } catch (error) {
    if (error instanceof SystemError && error.code === 'EAGAIN') throw new ShellError(`can't fork: ${error.message}`);
    if (error instanceof SystemError) throw new ShellError(`${name}: ${error.message}`);
    throw error;
  }
}

async function findOrComplain(
  shell: Shell,
  argv: readonly string[],
  path = shell.state.get('PATH') ?? '',
  builtin?: string,
): Promise<FoundProgram | number> {
  const { process } = shell;
  const [name = ''] = argv;
  try {
    const file = whichProgram(process.machine, name, process, path, process.cwd);
    return loadProgram(process.machine, file, argv, process);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    const isMissing = error.code === 'ENOENT' || error.code === 'ENOTDIR';
    await shell.complain(`${name}: ${isMissing ? 'not found' : error.message}`, builtin);
    return isMissing ? 127 : 126;
  }
}

/** The program goes on in the shell's own process. */
async function replaceShell(shell: Shell, found: FoundProgram, env: Map<string, string>): Promise<number> {
  const { process } = shell;
  const [path = '', ...args] = found.argv;
  process.argv = found.argv;
  process.runAs(found.runsAs);
  process.env.clear();
  for (const [name, value] of env) process.env.set(name, value);
  for (const [signal, handler] of process.handlers) if (handler !== 'ignore') process.handlers.delete(signal);
  shell.state.traps.clear();
  return found.program(process, args, path.slice(path.lastIndexOf('/') + 1));
}

/** `exec`: a program takes the place of the shell. */
export async function execWords(shell: Shell, argv: readonly string[]): Promise<number> {
  const found = await findOrComplain(shell, argv, undefined, 'exec');
  return typeof found === 'number' ? found : replaceShell(shell, found, shell.state.environment());
}
