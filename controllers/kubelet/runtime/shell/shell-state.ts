import type { Function as FunctionNode } from 'unbash';
import type { Process } from '../machine/process.ts';
import type { Signal } from '../machine/signals.ts';
import { ShellError } from './control-flow.ts';

/** A shell variable. */
export interface Variable {
  readonly value: string | undefined;
  readonly isExported: boolean;
  readonly isReadonly: boolean;
}

/** `set -e` and its like, by their long names. */
export const OPTION_LETTERS = {
  a: 'allexport',
  C: 'noclobber',
  e: 'errexit',
  f: 'noglob',
  i: 'interactive',
  m: 'monitor',
  n: 'noexec',
  u: 'nounset',
  v: 'verbose',
  x: 'xtrace',
} as const;

export type OptionName = (typeof OPTION_LETTERS)[keyof typeof OPTION_LETTERS] | 'pipefail' | 'stdin' | 'ignoreeof';

export type FunctionBody = FunctionNode['body'];

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

export const isName = (text: string): boolean => NAME.test(text);

/** What a shell knows. A subshell begins with a copy. */
export class ShellState {
  readonly variables = new Map<string, Variable>();
  readonly functions = new Map<string, FunctionBody>();
  readonly options = new Set<OptionName>();
  readonly aliases = new Map<string, string>();
  /** What `trap` set; an empty text ignores. */
  readonly traps = new Map<Signal | 'EXIT', string>();
  /** Processes that `wait` may ask for. */
  readonly jobs = new Map<number, Process>();
  /** What variables were before functions made them local, innermost last. */
  readonly locals: Map<string, Variable | undefined>[] = [];
  positional: readonly string[] = [];
  name = 'sh';
  line = 0;
  /** Of the command substitution that ran last: what an assignment alone ends with. */
  lastSubstitution: number | undefined;
  status = 0;
  /** What `$$` says: also in subshells. */
  shellPid = 0;
  lastBackground: number | undefined;
  loopDepth = 0;
  callDepth = 0;
  /** How many conditions are being tested: `set -e` does not count there. */
  conditions = 0;
  getoptsOffset = 0;
  #textsLength = 0;
  /** Where the lines of the script end that is read from a file. */
  #lineEnds: readonly number[] | undefined;

  /** Whether complaints name a line. */
  get hasLines(): boolean {
    return this.#lineEnds !== undefined;
  }

  /** Positions are from now on those of a script in a file. */
  readLines(source: string): void {
    const ends: number[] = [];
    for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) ends.push(at);
    this.#lineEnds = ends;
  }

  seePosition(position: number): void {
    if (!this.#lineEnds) return;
    let low = 0;
    let high = this.#lineEnds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#lineEnds[middle] ?? 0) < position) low = middle + 1;
      else high = middle;
    }
    this.line = low + 1;
  }

  /** A copy for a subshell: traps of the parent are not its own. */
  fork(): ShellState {
    const copy = new ShellState();
    for (const [name, variable] of this.variables) copy.variables.set(name, variable);
    for (const [name, body] of this.functions) copy.functions.set(name, body);
    for (const [name, text] of this.aliases) copy.aliases.set(name, text);
    for (const option of this.options) if (option !== 'interactive') copy.options.add(option);
    for (const [signal, action] of this.traps) if (action === '') copy.traps.set(signal, action);
    copy.positional = this.positional;
    copy.name = this.name;
    copy.line = this.line;
    copy.#lineEnds = this.#lineEnds;
    copy.status = this.status;
    copy.shellPid = this.shellPid;
    copy.lastBackground = this.lastBackground;
    copy.loopDepth = this.loopDepth;
    copy.callDepth = this.callDepth;
    copy.conditions = this.conditions;
    copy.#textsLength = this.#textsLength;
    return copy;
  }

  get(name: string): string | undefined {
    return this.variables.get(name)?.value;
  }

  set(
    name: string,
    value: string,
    { exported }: { exported?: boolean } = {},
    lengthMax = Number.POSITIVE_INFINITY,
  ): void {
    const before = this.variables.get(name);
    if (before?.isReadonly) throw new ShellError(`${name}: is read only`);
    this.#textsLength += value.length - (before?.value?.length ?? 0);
    if (this.#textsLength > lengthMax) throw new ShellError('out of memory');
    const isExported = exported ?? ((before?.isExported ?? false) || this.options.has('allexport'));
    this.variables.set(name, { value, isExported, isReadonly: false });
    if (name === 'OPTIND') this.getoptsOffset = 0;
  }

  unset(name: string): void {
    const before = this.variables.get(name);
    if (before?.isReadonly) throw new ShellError(`${name}: is read only`);
    this.#textsLength -= before?.value?.length ?? 0;
    this.variables.delete(name);
  }

  mark(name: string, marks: { readonly isExported?: boolean; readonly isReadonly?: boolean }): void {
    const before = this.variables.get(name) ?? { value: undefined, isExported: false, isReadonly: false };
    this.variables.set(name, { ...before, ...marks });
  }

  /** Until the function returns. @throws ShellError outside of functions */
  makeLocal(name: string): void {
    const scope = this.locals.at(-1);
    if (!scope) throw new ShellError('not in a function');
    if (!scope.has(name)) scope.set(name, this.variables.get(name));
  }

  /** A function returned: its variables are what they were before. */
  leaveFunction(): void {
    for (const [name, variable] of this.locals.pop() ?? []) {
      this.#textsLength += (variable?.value?.length ?? 0) - (this.get(name)?.length ?? 0);
      if (variable) this.variables.set(name, variable);
      else this.variables.delete(name);
    }
  }

  /** What a program is given. */
  environment(): Map<string, string> {
    const env = new Map<string, string>();
    for (const [name, { value, isExported }] of this.variables)
      if (isExported && value !== undefined) env.set(name, value);
    return env;
  }
}
