import type { AndOr, CommandNode, CompoundList, Pipeline, PipelineNode, Script, Statement } from 'unbash';
import { toBytes } from '../machine/byte-text.ts';
import { SystemError } from '../machine/errno.ts';
import type { OpenFile } from '../machine/open-file.ts';
import { OpenDevice } from '../machine/open-file.ts';
import { openPipe } from '../machine/pipe.ts';
import { Interrupted, type Process } from '../machine/process.ts';
import { type Signal, signalNumber } from '../machine/signals.ts';
import { execWords, type RunOptions, runCommand, runWords } from './commands.ts';
import { Abandoned, LoopJump, Returned, ShellError, ShellExit } from './control-flow.ts';
import { parseScript } from './parse.ts';
import type { ShellState } from './shell-state.ts';

/** A shell at work in a process: what runs statements, pipelines and subshells. */
export class Shell {
  readonly process: Process;
  readonly state: ShellState;
  readonly #pending: Signal[] = [];

  constructor(process: Process, state: ShellState) {
    this.process = process;
    this.state = state;
    for (const signal of state.traps.keys()) if (signal !== 'EXIT') this.process.handlers.set(signal, 'ignore');
  }

  get isInteractive(): boolean {
    return this.state.options.has('interactive');
  }

  setVariable(name: string, value: string, options?: { readonly exported?: boolean }): void {
    const { textLength, textsLength } = this.process.machine.limits;
    if (value.length > textLength) throw new ShellError('out of memory');
    this.state.set(name, value, options, textsLength);
  }

  /** Says what went wrong, as ash does. */
  complain(text: string, builtin?: string): Promise<void> {
    const { name, line, hasLines } = this.state;
    const at = hasLines ? `line ${line}: ` : '';
    return this.process.complain(
      builtin === undefined ? `${name}: ${at}${text}` : `${name}: ${builtin}: line ${hasLines ? line : 0}: ${text}`,
    );
  }

  /** Runs a whole shell: its last status, after the trap of its end. */
  async runToEnd(run: () => Promise<number>): Promise<number> {
    let status = await this.#endOf(run);
    const action = this.state.traps.get('EXIT');
    if (action) {
      this.state.traps.delete('EXIT');
      this.state.status = status;
      const saved = status;
      status = await this.#endOf(async () => {
        await this.runText(action);
        return saved;
      });
    }
    return status & 255;
  }

  async #endOf(run: () => Promise<number>): Promise<number> {
    try {
      return await run();
    } catch (error) {
      if (error instanceof ShellExit || error instanceof Returned) return error.status;
      if (error instanceof LoopJump) return 0;
      if (error instanceof Abandoned) return 130;
      if (!(error instanceof ShellError)) throw error;
      await this.complain(error.message);
      return error.status;
    }
  }

  /** Parses and runs a text: `eval`, traps, `sh -c`. */
  async runText(text: string, { isLast = false } = {}): Promise<number> {
    if (text.length > this.process.machine.limits.scriptLength) throw new ShellError('script too long');
    const parsed = parseScript(text);
    if (parsed.kind !== 'script') {
      await this.runList(parsed.before);
      throw new ShellError(parsed.message);
    }
    return this.runList(parsed.script, isLast);
  }

  /** @param isLast nothing comes after it: its last command may take the place of the shell */
  async runList(list: CompoundList | Script, isLast = false): Promise<number> {
    const { commands } = list;
    const last = commands.length - 1;
    for (let i = 0; i <= last; i++) {
      const statement = commands[i];
      if (statement) await this.#runStatement(statement, isLast && i === last);
    }
    if (last < 0) this.state.status = 0;
    return this.state.status;
  }

  async #runStatement(statement: Statement, isLast: boolean): Promise<void> {
    const pause = this.process.step();
    if (pause) await pause;
    if (this.#pending.length > 0) await this.runTraps();
    this.state.seePosition(statement.pos);
    const { command } = statement;
    if (statement.background) {
      this.#runInBackground(command);
      this.state.status = 0;
      return;
    }
    const mayBeLast = isLast && !this.state.traps.has('EXIT');
    if (command.type === 'AndOr') await this.#runAndOr(command, mayBeLast);
    else await this.#runPipelineNode(command, mayBeLast);
    if (this.#pending.length > 0) await this.runTraps();
  }

  #runInBackground(command: Statement['command']): void {
    const files = new Map(this.process.files);
    if (!this.isInteractive) files.set(0, new OpenDevice('/dev/null'));
    const child = this.fork((shell) => shell.#runNode(command), { files, background: true });
    this.state.lastBackground = child.pid;
    this.state.jobs.set(child.pid, child);
  }

  async #runNode(command: Statement['command']): Promise<number> {
    if (command.type === 'AndOr') await this.#runAndOr(command, true);
    else await this.#runPipelineNode(command, true);
    return this.state.status;
  }

  async #runAndOr({ commands, operators }: AndOr, isLast: boolean): Promise<void> {
    const last = commands.length - 1;
    for (let i = 0; i <= last; i++) {
      const command = commands[i];
      const operator = operators[i - 1];
      if (operator === '&&' && this.state.status !== 0) continue;
      if (operator === '||' && this.state.status === 0) continue;
      if (!command) continue;
      if (i === last) await this.#runPipelineNode(command, isLast);
      else await this.condition(() => this.#runPipelineNode(command, false));
    }
  }

  /** Runs what only tells whether something is so: a failure there ends no shell. */
  async condition(run: () => Promise<unknown>): Promise<boolean> {
    this.state.conditions++;
    try {
      await run();
      return this.state.status === 0;
    } finally {
      this.state.conditions--;
    }
  }

  async #runPipelineNode(node: PipelineNode, isLast: boolean): Promise<void> {
    const isNegated = node.type === 'Pipeline' && node.prefixes.some(({ type }) => type === 'Negation');
    if (node.type === 'Pipeline') await this.#runPipeline(node);
    else this.state.status = await runCommand(this, node, isLast);
    const { status, conditions, options } = this.state;
    if (status !== 0 && !isNegated && conditions === 0 && options.has('errexit')) throw new ShellExit(status);
  }

  async #runPipeline({ commands, operators, prefixes }: Pipeline): Promise<void> {
    const isNegated = prefixes.filter(({ type }) => type === 'Negation').length % 2 === 1;
    const isTimed = prefixes.some(({ type }) => type === 'Time');
    const startedMs = this.process.machine.clock.now();
    const run = async (): Promise<void> => {
      const [only] = commands;
      if (commands.length === 1 && only) this.state.status = await runCommand(this, only, false);
      else this.state.status = await this.#runPiped(commands, operators);
    };
    if (isNegated) await this.condition(run);
    else await run();
    if (isNegated) this.state.status = this.state.status === 0 ? 1 : 0;
    if (isTimed) await this.process.complain(timesText(this.process.machine.clock.now() - startedMs));
  }

  async #runPiped(commands: readonly CommandNode[], operators: readonly string[]): Promise<number> {
    const children: Process[] = [];
    let input: OpenFile | undefined;
    for (const [i, command] of commands.entries()) {
      const files = new Map(this.process.files);
      if (input) files.set(0, input);
      const pipe = i < commands.length - 1 ? openPipe(this.process.machine.limits.pipeBytes) : undefined;
      pipe?.writer.retain();
      pipe?.reader.retain();
      if (pipe) files.set(1, pipe.writer);
      if (pipe && operators[i] === '|&') files.set(2, pipe.writer);
      try {
        children.push(this.fork((shell) => shell.#runNode(command), { files }));
      } finally {
        input?.release();
        pipe?.writer.release();
        input = pipe?.reader;
      }
    }
    let status = 0;
    for (const child of children) {
      const code = await this.waitFor(child);
      if (!this.state.options.has('pipefail') || code !== 0) status = code;
    }
    return status;
  }

  /** Runs a command whose words are known. */
  runWords(argv: readonly string[], options?: RunOptions): Promise<number> {
    return runWords(this, argv, options);
  }

  /** A program takes the place of this shell. */
  execWords(argv: readonly string[]): Promise<number> {
    return execWords(this, argv);
  }

  /** Waits for a process in the foreground. */
  async waitFor(child: Process, options?: { readonly interruptible: boolean }): Promise<number> {
    const code = await this.process.wait(child, options);
    const text = child.endedBy && END_TEXTS[child.endedBy];
    if (text !== undefined && !this.isInteractive) await this.process.complain(text);
    if (code === 128 + signalNumber('INT') && this.isInteractive) throw new Abandoned();
    return code;
  }

  /** A subshell in a process of its own. @throws ShellError when there are too many */
  fork(
    run: (shell: Shell) => Promise<number>,
    options: { readonly files?: ReadonlyMap<number, OpenFile>; readonly background?: boolean } = {},
  ): Process {
    const state = this.state.fork();
    try {
      return this.process.spawn(
        this.process.argv,
        async (process) => {
          const shell = new Shell(process, state);
          return shell.runToEnd(() => run(shell));
        },
        options,
      );
    } catch (error) {
      if (error instanceof SystemError) throw new ShellError(`can't fork: ${error.message}`);
      throw error;
    }
  }

  /** What a script prints, without the line feeds at its end. */
  async substitute(script: Script): Promise<string> {
    const { pipeBytes, textLength } = this.process.machine.limits;
    const pipe = openPipe(pipeBytes);
    const reader = pipe.reader.retain();
    pipe.writer.retain();
    const files = new Map(this.process.files).set(1, pipe.writer);
    let child: Process;
    try {
      child = this.fork((shell) => shell.runList(script, true), { files });
    } finally {
      pipe.writer.release();
    }
    try {
      const chunks: string[] = [];
      let length = 0;
      for (;;) {
        const data = await this.process.readFrom(reader);
        if (!data) break;
        length += data.length;
        if (length > textLength) throw new ShellError('command substitution: result too long');
        chunks.push(data.toString('latin1'));
      }
      this.state.status = await this.waitFor(child);
      this.state.lastSubstitution = this.state.status;
      return chunks.join('').replaceAll('\0', '').replace(/\n+$/, '');
    } finally {
      reader.release();
    }
  }

  /** `$(…)` that is only known as a text. */
  async substituteText(text: string): Promise<string> {
    const parsed = parseScript(text.startsWith('`') ? text.slice(1, -1) : text.slice(2, -1));
    if (parsed.kind !== 'script') throw new ShellError(parsed.message);
    return this.substitute(parsed.script);
  }

  /** Notes a signal that a trap is set for; it runs between two commands. */
  trap(signal: Signal, action: string | undefined): void {
    const { handlers } = this.process;
    if (action === undefined) {
      this.state.traps.delete(signal);
      handlers.delete(signal);
      return;
    }
    this.state.traps.set(signal, action);
    handlers.set(signal, action === '' ? 'ignore' : (received) => this.#pending.push(received));
  }

  /** A signal came that an interactive shell does not end by. */
  notice(signal: Signal): void {
    this.#pending.push(signal);
  }

  /** Runs the traps of the signals that came. */
  async runTraps(): Promise<void> {
    this.process.forgetInterrupt();
    for (let signal = this.#pending.shift(); signal; signal = this.#pending.shift()) {
      const action = this.state.traps.get(signal);
      if (!action && signal === 'INT' && this.isInteractive) throw new Abandoned();
      if (!action) continue;
      const { status } = this.state;
      await this.runText(action);
      this.state.status = status;
    }
  }

  /** Waits for something that traps may interrupt. @returns 128 and the signal when one did */
  async interruptible(wait: () => Promise<number>): Promise<number> {
    try {
      return await wait();
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      const [signal] = this.#pending;
      await this.runTraps();
      return 128 + (signal ? signalNumber(signal) : 0);
    }
  }

  /** Goes one level deeper: into a function, an `eval`, a `.`. */
  async call<T>(run: () => Promise<T>): Promise<T> {
    const { callDepth } = this.process.machine.limits;
    if (this.state.callDepth >= callDepth) throw new ShellError('maximum function recursion depth exceeded');
    this.state.callDepth++;
    try {
      // The depth of the stack starts anew after a promise: scripts cannot exhaust it.
      await Promise.resolve();
      return await run();
    } finally {
      this.state.callDepth--;
    }
  }
}

/** What a shell says about a command that a signal ended. */
const END_TEXTS: Partial<Readonly<Record<Signal, string>>> = {
  HUP: 'Hangup',
  QUIT: 'Quit',
  ABRT: 'Aborted',
  KILL: 'Killed',
  SEGV: 'Segmentation fault',
  USR1: 'User defined signal 1',
  USR2: 'User defined signal 2',
  ALRM: 'Alarm clock',
  TERM: 'Terminated',
  XCPU: 'CPU time limit exceeded',
};

function timesText(elapsedMs: number): string {
  const text = `${Math.floor(elapsedMs / 60_000)}m ${((elapsedMs % 60_000) / 1000).toFixed(2)}s`;
  return toBytes(`real\t${text}\nuser\t0m 0.00s\nsys\t0m 0.00s`);
}
