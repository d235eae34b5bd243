import { SystemError } from '../../machine/errno.ts';
import { signalOf } from '../../machine/signals.ts';
import { LoopJump, Misuse, Returned, ShellError, ShellExit } from '../control-flow.ts';
import type { Shell } from '../shell.ts';
import type { Builtin } from './builtin.ts';

/** What to throw for a builtin that was called wrongly. */
export function misuse(shell: Shell, builtin: string, text: string): Misuse {
  const { hasLines, line } = shell.state;
  return new Misuse(`${builtin}: line ${hasLines ? line : 0}: ${text}`);
}

function numberOf(shell: Shell, builtin: string, text: string): number {
  if (!/^\d+$/.test(text)) throw misuse(shell, builtin, `Illegal number: ${text}`);
  return Number(text);
}

function jump(kind: 'break' | 'continue'): Builtin {
  return (shell, [levels = '1']) => {
    const count = numberOf(shell, kind, levels);
    if (count === 0) throw misuse(shell, kind, `Illegal number: ${levels}`);
    if (shell.state.loopDepth > 0) throw new LoopJump(kind, count);
    return 0;
  };
}

/** The text of a script file. @throws ShellError */
export function sourceOf(shell: Shell, path: string, complaint: string): string {
  const { process } = shell;
  try {
    const file = process.open(path, { read: true }).retain();
    const { scriptLength } = process.machine.limits;
    let text = '';
    for (let data = file.tryRead(scriptLength); Buffer.isBuffer(data); data = file.tryRead(scriptLength)) {
      text += data.toString('latin1');
      if (text.length > scriptLength) throw new SystemError('ENOMEM');
    }
    file.release();
    return text;
  } catch (error) {
    if (error instanceof SystemError) throw new ShellError(`${complaint}can't open '${path}': ${error.message}`);
    throw error;
  }
}

function source(shell: Shell, [path, ...args]: readonly string[]): Promise<number> {
  if (path === undefined) throw misuse(shell, '.', 'filename argument required');
  const { process, state } = shell;
  const candidates = path.includes('/')
    ? []
    : (state.get('PATH') ?? '').split(':').map((folder) => `${folder}/${path}`);
  const found = candidates.find((candidate) => process.view.exists(process.path(candidate), process)) ?? path;
  const text = sourceOf(shell, found, `.: line ${state.hasLines ? state.line : 0}: `);
  return shell.call(async () => {
    const { positional } = state;
    if (args.length > 0) state.positional = args;
    try {
      return await shell.runText(text);
    } catch (error) {
      if (error instanceof Returned) return error.status;
      throw error;
    } finally {
      if (args.length > 0) state.positional = positional;
    }
  });
}

async function trap(shell: Shell, args: readonly string[]): Promise<number> {
  const { traps } = shell.state;
  const words = args[0] === '--' ? args.slice(1) : args;
  if (words.length === 0 || words[0] === '-p') {
    for (const [signal, action] of traps)
      await shell.process.print(`trap -- '${action.replaceAll("'", "'\\''")}' ${signal}\n`);
    return 0;
  }
  const [first = ''] = words;
  const resets = first === '-' || (words.length === 1 && (/^\d+$/.test(first) || signalOf(first) !== undefined));
  const names = resets && first !== '-' ? words : words.slice(1);
  let status = 0;
  for (const name of names) {
    if (name === '0' || name.toUpperCase() === 'EXIT') {
      if (resets) traps.delete('EXIT');
      else traps.set('EXIT', first);
      continue;
    }
    const signal = signalOf(name);
    if (signal) shell.trap(signal, resets ? undefined : first);
    else {
      await shell.complain(`${name}: invalid signal specification`, 'trap');
      status = 1;
    }
  }
  return status;
}

export const controlBuiltins: Readonly<Record<string, Builtin>> = {
  ':': () => 0,
  '.': source,
  source,
  trap,
  break: jump('break'),
  continue: jump('continue'),
  eval: (shell, args) => {
    const text = args.join(' ');
    return text.trim() === '' ? 0 : shell.call(() => shell.runText(text));
  },
  exec: async (shell, args) => {
    const words = args[0] === '--' ? args.slice(1) : args;
    const status = words.length === 0 ? 0 : await shell.execWords(words);
    if (words.length > 0) throw new ShellExit(status);
    return status;
  },
  exit: (shell, [status]) => {
    throw new ShellExit(status === undefined ? shell.state.status : numberOf(shell, 'exit', status) & 255);
  },
  return: (shell, [status]) => {
    throw new Returned(status === undefined ? shell.state.status : numberOf(shell, 'return', status) & 255);
  },
};
