import { Interrupted } from '../machine/process.ts';
import { Abandoned, LoopJump, ShellError } from './control-flow.ts';
import { type Parsed, parseScript } from './parse.ts';
import type { Shell } from './shell.ts';

/** Reads commands from standard input and runs each as soon as it is whole: typed, or piped in. */
export async function runInput(shell: Shell): Promise<number> {
  const { process } = shell;
  if (shell.isInteractive) {
    process.handlers.set('INT', (signal) => shell.notice(signal));
    for (const signal of ['QUIT', 'TERM'] as const) process.handlers.set(signal, 'ignore');
  }
  for (;;) {
    try {
      const parsed = await readCommand(shell);
      if (!parsed) return shell.state.status;
      if (parsed.kind === 'script') await shell.runList(parsed.script);
      else throw new ShellError(parsed.message);
    } catch (error) {
      if (!shell.isInteractive) throw error;
      await survive(shell, error);
    }
  }
}

/** Whoever types goes on after a mistake, and after ^C. */
async function survive(shell: Shell, error: unknown): Promise<void> {
  const { state, process } = shell;
  state.loopDepth = 0;
  state.conditions = 0;
  while (state.locals.length > 0) state.leaveFunction();
  if (error instanceof ShellError) {
    await shell.complain(error.message);
    state.status = error.status;
  } else if (error instanceof Interrupted || error instanceof Abandoned) {
    await process.write(2, '\n');
    state.status = 130;
    // What was noticed is what brought us here.
    await shell.runTraps().catch((again: unknown) => {
      if (!(again instanceof Abandoned)) throw again;
    });
  } else if (!(error instanceof LoopJump)) throw error;
}

/** @returns undefined at the end of the input */
async function readCommand(shell: Shell): Promise<Parsed | undefined> {
  const { scriptLength } = shell.process.machine.limits;
  let text = '';
  let parsed: Parsed | undefined;
  let delimiter: string | undefined;
  await prompt(shell, 'PS1');
  for (;;) {
    const line = await readLine(shell);
    if (line === '') return parsed ?? (text === '' ? undefined : parseScript(text));
    text += line;
    if (text.length > scriptLength) throw new ShellError('script too long');
    const continues = /(^|[^\\])(\\\\)*\\\n$/.test(line.slice(-64));
    const isInHereDoc = delimiter !== undefined && line.replace(/^\t+/, '') !== `${delimiter}\n`;
    if (!continues && !isInHereDoc) {
      await shell.process.step(1 + (text.length >> 6));
      parsed = parseScript(text);
      if (parsed.kind !== 'unfinished') return parsed;
      delimiter = parsed.delimiter;
    }
    await prompt(shell, 'PS2');
  }
}

/** A line with its end; empty at the end of the input. */
async function readLine(shell: Shell): Promise<string> {
  let line = '';
  for (;;) {
    const data = await shell.process.read(0, 4096, 10);
    if (!data) return line;
    line += data.toString('latin1');
    if (line.endsWith('\n')) return line;
    if (line.length > shell.process.machine.limits.scriptLength) throw new ShellError('script too long');
  }
}

async function prompt(shell: Shell, name: 'PS1' | 'PS2'): Promise<void> {
  if (!shell.isInteractive) return;
  const { process, state } = shell;
  const home = state.get('HOME');
  const place = process.cwd === home ? '~' : process.cwd;
  const meanings: Readonly<Record<string, string>> = {
    w: place,
    W: place.slice(place.lastIndexOf('/') + 1) || '/',
    h: process.machine.hostname,
    u: process.uid === 0 ? 'root' : String(process.uid),
    $: process.uid === 0 ? '#' : '$',
    n: '\n',
    e: '\x1b',
    '[': '',
    ']': '',
  };
  const text = (state.get(name) ?? '').replace(/\\(.)/g, (whole, letter: string) => meanings[letter] ?? whole);
  await process.write(2, text);
}
